internal import GRDB

/// The tables, as migrations that are appended and never edited.
///
/// Conventions: `_utc` are seconds since 1970-01-01 UTC, `_ml` millilitres, `day_jst` days since 1970-01-01 in Japan,
/// `key` the row's own integer, `id` the name that people use. Text of the trade is kept as text. What must never be
/// is a constraint here first, and a check in code second.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 captures and readings") { try $0.execute(sql: capturesAndReadings) }
        migrator.registerMigration("0002 judgement") { try $0.execute(sql: judgement) }
        migrator.registerMigration("0003 mail") { try $0.execute(sql: mail) }
        migrator.registerMigration("0004 units and dials") { try $0.execute(sql: unitsAndDials) }
        migrator.registerMigration("0005 sealed readings") { try $0.execute(sql: sealedReadings) }
        migrator.registerMigration("0006 events of people") { try $0.execute(sql: eventsOfPeople) }
        migrator.registerMigration("0007 feed alarms") { try $0.execute(sql: feedAlarms) }
        migrator.registerMigration("0008 quarantine by hand") { try $0.execute(sql: quarantineByHand) }
        migrator.registerMigration("0009 rows by day") { try $0.execute(sql: rowsByDay) }
        migrator.registerMigration("0010 held by way") { try $0.execute(sql: heldByWay) }
        migrator.registerMigration("0011 retention and weather") { try $0.execute(sql: retentionAndWeather) }
        migrator.registerMigration("0012 clocks and terms") { try $0.execute(sql: clocksAndTerms) }
        return migrator
    }
}
