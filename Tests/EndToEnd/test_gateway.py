"""`run` with the shipped configuration, against simulators in other processes."""

import json
import re
import signal
import subprocess

from conftest import wait_for


def points(pilot):
    return json.loads(pilot.get("/api/v1/points"))["points"]


def readings(pilot):
    health = pilot.health()
    return health["readings"] if health else 0


def test_the_shipped_pilot_runs_against_the_simulators(pilot, mailbox):
    pilot.mail_to(mailbox.port)
    pilot.simulate()
    gateway = pilot.start("run")
    # Twelve wired meters within seconds, and the feed's meters with up to sixty days of history.
    wait_for(lambda: readings(pilot) > 5_000, 60, "the readings")
    wait_for(lambda: all(point["index_ml"] for point in points(pilot)), what="an index of every point")
    assert len(points(pilot)) == 20
    health = pilot.health()
    up = {path["id"]: path["up"] for path in health["paths"]}
    assert up == {"line-a": True, "line-b": True, "feed": True, "feed/alarms": True}
    page = pilot.get("/")
    assert page.count("S-000") >= 20 and "水守" in page
    assert "mizumori_readings" in pilot.get("/metrics")
    assert pilot.stop(gateway) == 0
    assert pilot.json("verify")["problems"] == []


def test_one_meter_is_read_with_bytes_and_timing(pilot):
    pilot.simulate()
    document = pilot.json("read", "S-00001")
    assert document["index_ml"] > 0 and document["error"] is None
    request = document["exchanges"][-1]["request"].split()
    # Unit 11, function 4, input registers from 60.
    assert request[:4] == ["0B", "04", "00", "3C"]


def test_a_gateway_without_wired_meters_runs(pilot):
    pilot.edit("config/gateway.yaml", lambda g: g.pop("lines"))
    pilot.edit("meters/pilot.yaml", lambda m: m.update(
        installations=[i for i in m["installations"] if "feed_meter" in i]))
    feed = pilot.start("simulate", "feed", "--port", str(pilot.feed_port))
    gateway = pilot.start("run")
    wait_for(lambda: readings(pilot) > 1_000, 60, "the feed's readings")
    assert pilot.stop(gateway) == 0 and feed.poll() is None


def test_a_gateway_without_a_feed_or_mail_runs(pilot):
    pilot.edit("config/gateway.yaml", lambda g: g.pop("feed"))
    pilot.edit("meters/pilot.yaml", lambda m: m.update(
        installations=[i for i in m["installations"] if "line" in i]))
    (pilot.folder / "config/mail.yaml").unlink()
    pilot.start("simulate", "bus")
    wait_for(lambda: (pilot.folder / "data/simulated/line-b").exists(), what="the simulated line")
    gateway = pilot.start("run")
    wait_for(lambda: readings(pilot) >= 12, 30, "the wired readings")
    assert pilot.stop(gateway) == 0


def test_a_dead_line_and_a_dead_feed_stop_nothing_else(pilot):
    bus, feed = pilot.simulate()
    pilot.stop(feed)
    pilot.edit("config/gateway.yaml", lambda g: g["lines"][1].update(device="data/nowhere"))
    gateway = pilot.start("run")
    wait_for(lambda: readings(pilot) >= 7, 30, "the readings of the other line")

    def states():
        health = pilot.health()
        return health and {p["id"]: p["up"] for p in health["paths"]}

    down = {"line-a": True, "line-b": False, "feed": False, "feed/alarms": False}
    wait_for(lambda: states() == down, 30, "the states")
    assert pilot.health()["status"] == "degraded"
    open_incidents = pilot.json("incident", "list")["incidents"]
    assert {i["subject"] for i in open_incidents} == {"path:line-b", "path:feed"}
    assert pilot.stop(gateway) == 0
    log = gateway.log.read_text()
    assert (log.count("Line is lost"), log.count("Feed does not answer")) == (1, 1), "each change is logged once"


def test_a_second_collector_is_refused(pilot):
    pilot.simulate()
    gateway = pilot.start("run")
    wait_for(lambda: readings(pilot) > 0, 30, "the first gateway")
    assert pilot.run("run", check=1).stderr
    assert gateway.poll() is None


def test_kill_minus_nine_loses_and_doubles_nothing(pilot):
    pilot.simulate()
    kills = 10
    for number in range(kills):
        gateway = pilot.start("run", env={"MIZUMORI_LOG_LEVEL": "debug"})
        wait_for(lambda: gateway.log.read_text().count("Poll done") > 3 + number % 4, 60, "polls")
        gateway.send_signal(signal.SIGKILL)
        gateway.wait()
        done = gateway.log.read_text().count("Poll done")
        document = pilot.json("verify")
        assert document["problems"] == []
        twice = pilot.database(
            "SELECT point_key, at_utc, revision, count(*) FROM reading GROUP BY 1, 2, 3 HAVING count(*) > 1")
        assert twice == []
        captured = pilot.database("SELECT count(*) FROM capture c JOIN path p ON p.key = c.path_key WHERE p.id <> 'feed'")
        assert captured[0][0] >= done, "a poll was reported done that is not stored"
    gateway = pilot.start("run")
    wait_for(lambda: readings(pilot) > 0, 30, "the last start")
    assert pilot.stop(gateway) == 0
    assert pilot.json("verify")["problems"] == []


def test_a_poll_is_reported_done_only_after_its_data_were_synced(pilot):
    """Watches the system calls: between a reply read off the line and `Poll done` there is a sync of the log file."""
    pilot.simulate()
    trace = pilot.folder / "trace"
    gateway = pilot.start("run", env={"MIZUMORI_LOG_LEVEL": "debug"})
    wait_for(lambda: "Poll done" in gateway.log.read_text(), 60, "the first poll")
    strace = subprocess.Popen(
        ["strace", "-f", "-y", "-s", "200", "-e", "trace=fdatasync,fsync,write,read", "-o", trace, "-p", str(gateway.pid)],
        stderr=subprocess.PIPE)
    wait_for(lambda: trace.exists() and trace.read_text(errors="replace").count("Poll done") >= 10, 60, "traced polls")
    strace.send_signal(signal.SIGINT)
    strace.wait(timeout=20)
    # Both lines work beside each other, so each unit of each has a reply of its own.
    lines = {str((pilot.folder / f"data/simulated/{line}").resolve()): line for line in ("line-a", "line-b")}
    asked, replied_at, synced_at, checked = {}, {}, -1, 0
    for number, call in enumerate(trace.read_text(errors="replace").splitlines()):
        if question := re.search(r'write\(\d+<(/dev/pts/\d+)>, "(\\[0-7]{1,3}|\\?.)', call):
            line = lines[question[1]]
            asked[line] = line, ord(question[2].encode().decode("unicode_escape"))
        elif reply := re.search(r"read\(\d+<(/dev/pts/\d+)>", call):
            replied_at[asked.get(lines[reply[1]])] = number
        elif re.search(r"f(data)?sync\(\d+<[^>]*mizumori\.sqlite", call) or "sync resumed" in call:
            synced_at = number
        elif done := re.search(r"path\.id=(\S+) unit=(\d+).*Poll done", call):
            reply_at = replied_at.pop((done[1], int(done[2])), None)
            if reply_at is not None:
                assert reply_at < synced_at, "a poll was reported done before its data were synced"
                checked += 1
    assert checked >= 5
    pilot.stop(gateway)
