"""Lines as fitters and operators meet them: searched, tested, commissioned, reloaded, disturbed, recorded and replayed."""

import json
import signal
import time

import pytest
from conftest import ROOT, free_port, mizumori_json, wait_for
from slaves import RawLine, TcpSlave, checksum, faults


def installation(point, line, unit, model="wirenboard-mcm8", channel=1, **more):
    entry = dict(
        service_point=point, calibre_mm=40, use_class="household", meter=f"M-{point}", line=line, unit=unit, model=model,
        channel=channel, dial={"capacity_m3": 100_000_000, "resolution_l": 1})
    if model.startswith("wirenboard"):
        entry["litres_per_count"] = 1
    return {**entry, **more}


def only(pilot, line, *installations):
    """The pilot with one line and these installations, and no feed."""

    def change(gateway):
        gateway["lines"] = [line]
        gateway.pop("feed", None)

    pilot.edit("config/gateway.yaml", change)
    pilot.edit("meters/pilot.yaml", lambda document: document.update(installations=list(installations)))


def serial(device, **more):
    return dict(id="line-a", transport="serial", device=str(device), **more)


def tcp(port, **more):
    return dict(id="line-a", transport="tcp", host="127.0.0.1", port=port, **more)


@pytest.fixture
def slave():
    slave = TcpSlave(free_port(), unit=11)
    slave.put32(60, 123_456)
    slave.put32(270, 4_711)
    yield slave
    slave.close()


def raw(values, units, **more):
    """A line whose counters are in registers 60..75 and whose serial number is in 270."""

    def register(unit, address):
        if 270 <= address <= 271:
            return [0, 4_700 + unit][address - 270]
        if 60 <= address <= 75:
            count = values(unit) if address in (60, 61) else 0
            return count >> 16 if address % 2 == 0 else count & 0xFFFF
        return 0

    return RawLine(register, units, **more)


def test_a_running_gateway_lends_its_line(pilot):
    pilot.simulate()
    gateway = pilot.start("run")
    wait_for(lambda: (pilot.health() or {}).get("readings", 0) > 20, 60, "readings")
    document = pilot.json("read", "S-00001")
    assert document["through_gateway"] is True and document["error"] is None
    assert document["exchanges"][-1]["request"].split()[:4] == ["0B", "04", "00", "3C"]
    refused = pilot.run("line", "test", "line-a", check=2)
    assert "gateway owns" in refused.stderr
    metrics = pilot.get("/metrics")
    assert 'mizumori_exchanges_total{line="line-a",unit="11",kind="answered"}' in metrics
    assert pilot.stop(gateway) == 0
    alone = pilot.json("read", "S-00001")
    assert alone["through_gateway"] is False and alone["attempts"]["answered"] >= 1


def test_a_search_finds_who_is_there_and_says_how_long_it_takes(pilot):
    pilot.simulate()
    result = pilot.run("scan", "line-a", "--units", "10-13", "--timeout-ms", "100", "--json", check=0)
    document = json.loads(result.stdout)
    assert "at most" in result.stderr
    units = {found["unit"]: {fit["model"] for fit in found["fitting"]} for found in document["found"]}
    assert "wirenboard-mcm8" in units[11] and 13 not in units or 13 in units
    assert 10 not in units


def test_a_line_in_order_and_one_with_an_absent_unit(pilot):
    pilot.simulate()
    document = pilot.json("line", "test", "line-a", "--exchanges", "20")
    assert document["causes"] == [] and all(unit["answered"] == unit["asked"] for unit in document["units"])
    pilot.edit("meters/pilot.yaml", lambda m: m["installations"].append(installation("S-00099", "line-a", 99)))
    document = pilot.json("line", "test", "line-a", "--exchanges", "5", check=1)
    assert [(cause["cause"], cause["unit"]) for cause in document["causes"]] == [("absent", 99)]


@pytest.mark.parametrize("cause, behaviour", [
    ("echo", dict(echo=True)),
    ("unreadable", dict(garbage=True)),
    ("dead", dict(units=[])),
    ("another_master", dict(master=True)),
    ("two_units_on_one_address", dict(doubled=True)),
])
def test_patterns_of_failure_have_their_causes(pilot, cause, behaviour):
    request = bytes([1, 4, 0, 60, 0, 2])
    stranger = bytes([9, 3, 0, 0, 0, 4])

    def spoil(reply, later):
        if behaviour.get("garbage"):
            return bytes(byte ^ 0x5A for byte in reply)
        if behaviour.get("echo"):
            return request + checksum(request)
        if behaviour.get("master"):
            return stranger + checksum(stranger)
        if behaviour.get("doubled") and reply[0] == 1:
            return bytes(a | b for a, b in zip(reply, b"\xA5" * len(reply)))
        return reply

    line = raw(lambda unit: 5, behaviour.get("units", [1, 2]), spoil=spoil)
    try:
        only(pilot, serial(line.device, response_timeout_ms=100), installation("S-1", "line-a", 1),
             *([installation("S-2", "line-a", 2)] if behaviour.get("doubled") else []))
        document = pilot.json("line", "test", "line-a", "--exchanges", "10", check=1)
        assert cause in [found["cause"] for found in document["causes"]], document
    finally:
        line.close()


def test_no_wrong_value_is_stored_on_a_line_where_everything_goes_wrong(pilot):
    # Counters are the time in hundredths of a second: each value tells when it was held.
    start = time.time()
    line = raw(lambda unit: int((time.time() - start) * 100) + 1_000_000, [1, 2, 3], spoil=faults(20_261_125, 0.1))
    try:
        only(pilot, serial(line.device, response_timeout_ms=300, late_answers_ms=3_000),
             *(installation(f"S-{unit}", "line-a", unit) for unit in (1, 2, 3)))
        gateway = pilot.start("run")
        time.sleep(60)
        assert pilot.stop(gateway) == 0
    finally:
        line.close()
    rows = pilot.database("""
        SELECT p.id, r.index_ml, c.asked_utc, c.answered_utc FROM reading r
        JOIN capture c ON c.key = r.capture_key JOIN service_point p ON p.key = r.point_key""")
    assert len(rows) > 60, f"{len(rows)} readings of {line.requests} requests"
    for point, index, asked, answered in rows:
        held = (index / 1_000 - 1_000_000) / 100 + start
        assert asked - 0.1 <= held <= answered + 1.1, f"{point}: {index} mL was held {held - asked:+.1f} s off"
    assert pilot.json("verify")["problems"] == []


def test_registers_written_down_are_decoded(pilot, tmp_path):
    dump = tmp_path / "dump.txt"
    dump.write_text("# as the maker prints it\n2026-11-01 10:00\n4013:0\n4/4014:27\n3/12003:1\n3/12004:57920\n")
    model = ROOT / "meters/models/abb-aquamaster3.yaml"
    document = mizumori_json("profile", "decode", model, "--registers", dump, "--function", "4",
                             "--litres-per-count", "1")
    values = {field["field"]: field["value"] for field in document["fields"]}
    assert values["unique_id"] == "27" and document["read_at"] == "2026-11-01 10:00"
    assert document["channels"][0]["index_ml"] == 123_456_000
    dump.write_text("1:70000\nnonsense\n")
    document = mizumori_json("profile", "decode", model, "--registers", dump, check=2)
    assert [(error["line"], error["field"]) for error in document["errors"]] == [(1, "value"), (2, "registers")]


def test_a_model_is_proven_at_a_meter_and_strict_takes_it(pilot, slave):
    only(pilot, tcp(slave.port), installation("S-1", "line-a", 11))
    pilot.edit("meters/models/wirenboard-mcm8.yaml", lambda m: m.update(unverified=["nothing is sure"]))
    pilot.edit("config/gateway.yaml", lambda g: g["polling"].update(interval_seconds=3600))
    pilot.run("check", "--strict", check=2)
    verify = pilot.start("profile", "verify", "S-1", "--dial", "123.456", "--then", "123.476", "--json")
    wait_for(lambda: "first value" in verify.log.read_text(), what="the first reading")
    slave.put32(60, 123_476)
    assert verify.wait(60) == 0, verify.log.read_text()
    assert pilot.json("check", "--strict")["warnings"] == []
    # Another value than the dial's is no proof.
    pilot.json("profile", "verify", "S-1", "--dial", "9.000")
    slave.put32(60, 123_500)
    document = pilot.json("profile", "verify", "S-1", "--dial", "9.000", "--then", "9.100", check=2)
    assert document["verdict"] == "none"
    assert pilot.run("profile", "verify", "S-1", "--dial", "9.000", "--then", "9.005", check=2).stderr


def test_a_meter_is_commissioned_with_its_slip(pilot, slave, tmp_path):
    only(pilot, tcp(slave.port), installation("S-1", "line-a", 11))
    slip = tmp_path / "slip.txt"
    walk = pilot.start("commission", "S-1", "--dial", "123.456", "--then", "123.476", "--lid", "iron", "--depth-cm", "60",
                       "--by", "fitter", "--output", str(slip))
    wait_for(lambda: "first value" in walk.log.read_text(), what="the first reading")
    slave.put32(60, 123_476)
    assert walk.wait(60) == 0, walk.log.read_text()
    text = slip.read_text()
    for line in ("取付確認票", "4711", "20 回中 失敗 0 回", "123.476 m3", "鉄蓋 ・ 60 cm", "合格"):
        assert line in text, text


def test_a_stranger_at_a_units_address_is_held_until_its_exchange_is_recorded(pilot, slave):
    only(pilot, tcp(slave.port), installation("S-1", "line-a", 11))
    gateway = pilot.start("run")
    wait_for(lambda: (pilot.health() or {}).get("readings", 0) >= 3, 30, "readings")
    stored = pilot.health()["readings"]
    # The gateway asks for the number anew when it starts.
    assert pilot.stop(gateway) == 0
    before = pilot.database("SELECT max(at_utc) FROM reading")[0][0]
    slave.put32(270, 4_712)
    slave.put32(60, 3)
    time.sleep(1.1)
    gateway = pilot.start("run")
    wait_for(lambda: pilot.database("SELECT count(*) FROM held_reading")[0][0] >= 3, 30, "held readings")
    assert pilot.health()["readings"] <= stored + 1
    incidents = pilot.json("incident", "list")["incidents"]
    assert [(i["subject"], i["kind"]) for i in incidents] == [("S-1", "unannounced_exchange")]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before + 1))
    document = pilot.json("record", "module_swap", "S-1", "--at", at, "--by", "fitter", "--reason", "broken",
                          "--serial", "4712")
    assert document["readings_claimed"] >= 3
    wait_for(lambda: pilot.json("incident", "list")["incidents"] == [], 30, "the end of the incident")
    newest = pilot.database("SELECT index_ml FROM reading ORDER BY at_utc DESC, revision DESC LIMIT 1")[0][0]
    assert newest == 123_459_000, "the dial goes on where it stood"
    assert pilot.stop(gateway) == 0
    assert pilot.json("verify")["problems"] == []


def test_a_reload_changes_what_differs_and_nothing_else(pilot):
    count = {"value": 10_000}
    line = raw(lambda unit: count["value"], [1, 2])
    try:
        first, second = installation("S-1", "line-a", 1), installation("S-2", "line-a", 2)
        only(pilot, serial(line.device), first)
        gateway = pilot.start("run")
        wait_for(lambda: (pilot.health() or {}).get("readings", 0) >= 2, 30, "readings")
        pilot.edit("meters/pilot.yaml", lambda m: m.update(installations=[first, second]))
        gateway.send_signal(signal.SIGHUP)
        wait_for(lambda: "Configuration reloaded" in gateway.log.read_text(), what="the reload")
        wait_for(lambda: pilot.database("SELECT count(*) FROM reading r JOIN service_point p ON p.key = r.point_key "
                                        "WHERE p.id = 'S-2'")[0][0] >= 3, 30, "the new meter")
        (pilot.folder / "meters/pilot.yaml").write_text("format: 1\ninstallations: nonsense\n")
        gateway.send_signal(signal.SIGHUP)
        wait_for(lambda: "Configuration refused" in gateway.log.read_text(), what="the refusal")
        known = pilot.health()["readings"]
        wait_for(lambda: pilot.health()["readings"] > known + 2, 30, "readings as before")
        assert pilot.stop(gateway) == 0
        log = gateway.log.read_text()
        assert "Line is" not in log and "Unit does not answer" not in log, "nothing was disturbed"
        seconds = [row[0] for row in pilot.database(
            "SELECT at_utc FROM reading r JOIN service_point p ON p.key = r.point_key WHERE p.id = 'S-1' ORDER BY 1")]
        gaps = [b - a for a, b in zip(seconds, seconds[1:])]
        assert max(gaps) <= 3, f"the first meter was asked throughout: {gaps}"
    finally:
        line.close()


def test_a_recording_replays_to_what_was_stored_and_twice_the_same(pilot, tmp_path):
    pilot.simulate()
    assert "no recording" in pilot.run("replay", check=2).stderr
    gateway = pilot.start("run")
    wired = ("SELECT count(*) FROM reading r JOIN capture c ON c.key = r.capture_key "
             "JOIN path p ON p.key = c.path_key WHERE p.id <> 'feed'")
    wait_for(lambda: pilot.health() and pilot.database(wired)[0][0] > 60, 60, "readings by wire")
    assert pilot.stop(gateway) == 0
    out = tmp_path / "replayed"
    document = pilot.json("replay", "--output", out)
    assert document["identical_twice"] and document["exchanges"] > 30 and document["rounds"] >= 3
    assert document["readings"] == pilot.database(wired)[0][0]
    again = pilot.json("replay")
    assert again["fingerprint"] == document["fingerprint"]
    assert (out / "readings.csv").read_text().count("\n") == document["readings"] + 1


def test_a_battery_meter_that_would_be_woken_too_often_is_refused_by_the_plan(pilot):
    pilot.edit("config/gateway.yaml", lambda g: g["polling"].update(interval_seconds=3_600))
    assert pilot.json("plan")["lines"]

    def hurry(document):
        for entry in document["installations"]:
            if entry.get("model") == "abb-aquamaster3":
                entry["poll_seconds"] = 60

    pilot.edit("meters/pilot.yaml", hurry)
    result = pilot.run("plan", check=2)
    assert "too often" in result.stdout
