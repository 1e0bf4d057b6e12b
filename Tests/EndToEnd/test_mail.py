"""Mail as a real server receives it."""

import sqlite3

from conftest import wait_for


def test_the_test_mail_reaches_every_address(pilot, mailbox):
    pilot.mail_to(mailbox.port)
    document = pilot.json("mail", "test")
    assert [result["ok"] for result in document["results"]] == [True]
    (envelope, message), = mailbox.messages
    assert envelope.rcpt_tos == ["duty@example.jp"]
    assert message["Message-ID"] and message.get_content_type() == "text/plain"
    assert "水守" in str(message["From"])


def test_a_refused_test_mail_is_a_failure_with_the_servers_words(pilot, mailbox):
    pilot.mail_to(mailbox.port)
    mailbox.answers = ["554 no thanks"]
    document = pilot.json("mail", "test", check=1)
    assert "no thanks" in document["results"][0]["answer"]


def leaking(pilot):
    """Two weeks of a home that uses water by day and, from the tenth day on, never stops."""
    rows, index = [], 1_000
    for hour in range(24 * 14):
        index += (25 if 7 <= hour % 24 <= 22 else 0) + (15 if hour >= 24 * 10 else 0)
        day, of_day = divmod(hour, 24)
        rows.append(f"S-00013,2026-03-{day + 1:02}T{of_day:02}:00:00+09:00,{index},OK,")
    file = pilot.folder / "leak.csv"
    file.write_text("meter_id,timestamp,index_l,status,received_at\n" + "\n".join(rows) + "\n")
    pilot.json("import", "readings", file)


def feed_only(pilot):
    pilot.edit("config/gateway.yaml", lambda g: g.pop("lines"))
    pilot.edit("meters/pilot.yaml", lambda m: m.update(
        installations=[i for i in m["installations"] if "feed_meter" in i]))


def about(mailbox, kind):
    return [message for _, message in mailbox.messages if kind in str(message["Subject"])]


def test_a_leak_is_told_once_in_japanese(pilot, mailbox):
    feed_only(pilot)
    pilot.mail_to(mailbox.port)
    leaking(pilot)
    gateway = pilot.start("run")
    wait_for(lambda: about(mailbox, "漏水疑い"), 30, "the leak mail")
    assert pilot.stop(gateway) == 0
    gateway = pilot.start("run")
    wait_for(lambda: pilot.health(), 30, "the second start")
    assert pilot.stop(gateway) == 0
    message, = about(mailbox, "漏水疑い")
    body = message.get_content()
    assert "S-00013" in str(message["Subject"]) and "S-00013" in body
    assert "15" in body and "L/h" in body
    assert "漏水" not in body.replace("漏水疑い", "").replace("推定漏水量", "")
    incident, = [i for i in pilot.json("incident", "list")["incidents"] if i["kind"] == "leak_continuous"]
    assert (incident["subject"], incident["rate_l_per_hour"]) == ("S-00013", 15)


def test_a_mail_waits_for_a_server_that_says_not_now(pilot, mailbox):
    feed_only(pilot)
    pilot.mail_to(mailbox.port)
    mailbox.answers = ["451 try later"] * 3
    leaking(pilot)
    gateway = pilot.start("run")
    wait_for(lambda: (pilot.health() or {}).get("outbox", {}).get("failing", 0) > 0, 30, "the failed attempt")
    assert pilot.stop(gateway) == 0
    waiting = pilot.database("SELECT message_id, attempts, server_answer FROM mail WHERE state = 'waiting'")
    assert waiting and all("try later" in answer for _, attempts, answer in waiting if attempts)
    # The time of the next attempt is a minute away: bring it near, as a clock would.
    mailbox.answers = []
    with sqlite3.connect(pilot.folder / "data/mizumori.sqlite") as db:
        db.execute("UPDATE mail SET next_attempt_utc = 0 WHERE state = 'waiting'")
    gateway = pilot.start("run")
    wait_for(lambda: about(mailbox, "漏水疑い"), 30, "the second attempt")
    assert pilot.stop(gateway) == 0
    identifiers = [str(message["Message-ID"]) for _, message in mailbox.messages]
    assert len(identifiers) == len(set(identifiers))
