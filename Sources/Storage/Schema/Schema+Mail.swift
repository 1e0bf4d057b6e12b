extension Schema {
    static let mail = """
        CREATE TABLE mail (
            key INTEGER PRIMARY KEY,
            message_id TEXT NOT NULL UNIQUE CHECK (length(message_id) > 0),
            incident_key INTEGER REFERENCES incident (key),
            purpose TEXT NOT NULL,
            -- JSON: an array of addresses; an object of what the template needs
            recipients TEXT NOT NULL CHECK (json_type(recipients) = 'array'),
            facts TEXT NOT NULL CHECK (json_type(facts) = 'object'),
            created_utc INTEGER NOT NULL,
            -- the rendered message, from before the first attempt on
            frozen_bytes BLOB,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            next_attempt_utc INTEGER NOT NULL,
            sent_utc INTEGER,
            server_answer TEXT,
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given_up')),
            CHECK ((state = 'sent') = (sent_utc IS NOT NULL)),
            CHECK (state <> 'sent' OR frozen_bytes IS NOT NULL)
        ) STRICT;
        CREATE INDEX mail_waiting ON mail (next_attempt_utc) WHERE state = 'waiting';
        CREATE INDEX mail_by_incident ON mail (incident_key);
        """
}
