"""What people did at meters: recorded, imported, resolved, registered and erased by the program itself."""

import json
from datetime import datetime, timezone

import yaml
from conftest import wait_for

WHO = ("--by", "sato", "--reason", "notice")


def import_readings(pilot, *values, point="S-00013"):
    """Hourly indexes of 2026-03-01 in litres."""
    file = pilot.folder / "readings.csv"
    rows = [f"{point},2026-03-{1 + hour // 24:02}T{hour % 24:02}:00:00+09:00,{litres},OK,"
            for hour, litres in enumerate(values)]
    file.write_text("meter_id,timestamp,index_l,status,received_at\n" + "\n".join(rows) + "\n")
    return pilot.json("import", "readings", file)


def usage(pilot, *more):
    """The report's rows of S-00013 by column, over the first two days of March."""
    text = pilot.run("report", "usage", "--from", "2026-03-01", "--to", "2026-03-03", *more, check=0).stdout
    header, *lines = text.strip().splitlines()
    rows = [dict(zip(header.split(","), line.split(","))) for line in lines]
    return [row for row in rows if row["service_point"] == "S-00013"]


def test_an_event_is_recorded_once_listed_and_withdrawn(pilot):
    opened = ("record", "open", "S-00013", "--at", "2026-03-01T09:00", *WHO)
    first = pilot.json(*opened)
    assert (first["event"], first["is_new"], first["held"]) == ("E-000001", True, None)
    assert pilot.json(*opened)["is_new"] is False
    listed = pilot.json("events", "list", "S-00013")
    assert [e["kind"] for e in listed["events"]] == ["open"]
    assert [c["state"] for c in listed["contracts"]] == ["unrecorded", "contract"]
    japanese = pilot.run("events", "list", env={"LANG": "ja_JP.UTF-8"}, check=0).stdout
    assert "開栓" in japanese and "2026-03-01 09:00" in japanese
    pilot.run("events", "withdraw", "E-000001", *WHO, check=0)
    assert pilot.json("events", "list")["events"] == []
    assert [e["withdrawn"] for e in pilot.json("events", "list", "--all")["events"]] == [True]
    pilot.run("events", "withdraw", "E-000001", *WHO, check=1)
    pilot.run("events", "withdraw", "E-000009", *WHO, check=2)
    refused = pilot.run("record", "close", "S-00013", "--at", "2126-03-01T09:00", "--index", "1", *WHO, check=2)
    assert "at: " in refused.stderr and "index_m3: " in refused.stderr
    pilot.run("record", "planned_outage", "--area", "north", "--at", "2126-03-01T09:00",
              "--until", "2126-03-01T12:00", *WHO, check=0)


def test_a_hand_reading_is_compared_and_a_wrong_one_waits(pilot):
    import_readings(pilot, 5_000_500, 5_000_600, 5_000_700)
    read = ("record", "hand_reading", "S-00013", *WHO)
    assert pilot.json(*read, "--at", "2026-03-01T00:30", "--index", "5000")["held"] is None
    assert pilot.json(*read, "--at", "2026-03-01T01:30", "--index", "4990")["held"] == "below"
    comparisons = pilot.json("events", "compare", "S-00013")["comparisons"]
    assert [(c["verdict"], c["smart_ml"], c["difference_ml"]) for c in comparisons] == [
        ("same", 5_000_550_000, -550_000), ("differs", 5_000_650_000, -10_650_000)]
    assert "検針値不一致" in pilot.run("events", "compare", env={"LANG": "ja_JP.UTF-8"}, check=0).stdout


def test_files_of_events_are_taken_whole_or_not_at_all(pilot):
    file = pilot.folder / "events.csv"
    rows = "service_point,kind,at,by,reason\r\nS-00013,開栓,2026/3/1 9:00,髙橋,転入\r\n"
    file.write_bytes((rows + "S-99999,閉栓,2026/3/2,髙橋,転出\r\nS-00013,open,soon,sato,x\r\n").encode("cp932"))
    refused = pilot.json("import", "events", file, check=2)
    assert [(e["line"], e["field"]) for e in refused["errors"]] == [(3, "service_point"), (4, "at")]
    assert pilot.json("events", "list")["events"] == []
    file.write_bytes(rows.encode("cp932"))
    assert pilot.json("import", "events", file)["stored"] == 1
    assert pilot.json("import", "events", file)["duplicates"] == 1
    assert [e["by"] for e in pilot.json("events", "list")["events"]] == ["髙橋"]
    hand = pilot.folder / "hand.csv"
    hand.write_bytes("service_point,at,index_m3,by\nS-00013,2026-03-01T10:00,5,sato\n".encode("utf-8-sig"))
    assert pilot.json("import", "hand_readings", hand)["stored"] == 1


def test_a_blocked_total_is_resolved_and_blocked_again(pilot):
    import_readings(pilot, *range(5_000_000, 5_000_200, 10), *range(3, 300, 10), 303, 313)
    assert [row["quality"] for row in usage(pilot)] == ["blocked"]
    pilot.run("resolve", "S-00013", "--from", "2026-03-02T00:00", "--to", "2026-03-02T01:00", "--as", "exchange",
              "--closing", "5000.195", "--opening", "0", "--new-meter", "N-1", *WHO, check=2)
    done = pilot.json("resolve", "S-00013", "--from", "2026-03-01T19:00", "--to", "2026-03-01T20:00", "--as",
                      "exchange", "--closing", "5000.195", "--opening", "0", "--new-meter", "N-1", *WHO)
    assert (done["resolution"], done["unexplained"]) == (1, 0)
    # 190 L before, 5 L up to the closing index, 3 L from the opening one, 280 L to midnight of the 3rd.
    assert [(row["quality"], row["usage_l"]) for row in usage(pilot)] == [("measured", "478")]
    assert pilot.json("register", "show", "S-00013")["points"][0]["meter"] == "N-1"
    assert [r["resolution"] for r in pilot.json("events", "resolutions", "S-00013")["resolutions"]] == [1]
    pilot.run("resolve", "--undo", "1", *WHO, check=0)
    assert pilot.json("events", "resolutions")["resolutions"] == []
    undone = pilot.run("events", "resolutions", "--all", env={"LANG": "ja_JP.UTF-8"}, check=0).stdout
    assert "メーター交換" in undone and "取消" in undone
    assert [row["quality"] for row in usage(pilot)] == ["blocked"]
    assert pilot.json("verify")["problems"] == []
    actions = [row[0] for row in pilot.database("SELECT action FROM audit ORDER BY key")]
    assert actions == ["exchange", "resolve", "withdraw_exchange", "undo_resolution"]


def test_the_store_is_the_register_once_it_is_loaded(pilot):
    pilot.run("register", "show", check=0)
    pilot.run("register", "set", "S-00013", "calibre_mm", "wide", *WHO, check=2)
    assert pilot.json("register", "set", "S-00013", "calibre_mm", "40", *WHO)["changed"] is True
    assert pilot.json("register", "set", "S-00013", "vacant", "true", *WHO)["changed"] is True
    differences = pilot.json("register", "diff")["differences"]
    assert [(d["service_point"], d["key"], d["register"]) for d in differences] == [
        ("S-00013", "calibre_mm", "40"), ("S-00013", "vacant", "true")]
    assert any("S-00013 calibre_mm" in w for w in pilot.json("check")["warnings"])
    exported = pilot.run("export", "register", check=0).stdout
    entry = next(e for e in yaml.safe_load(exported)["installations"] if e["service_point"] == "S-00013")
    assert (entry["calibre_mm"], entry["vacant"]) == (40, True)
    before = pilot.json("register", "show")
    (pilot.folder / "meters/pilot.yaml").write_text(exported)
    assert pilot.json("register", "diff") == {
        "schema": "mizumori.register.diff/1", "differences": [], "only_in_register": []}
    (pilot.folder / "data").rename(pilot.folder / "old")
    assert pilot.json("register", "show") == before


def test_a_past_contract_is_hidden_and_erased(pilot):
    import_readings(pilot, *range(1_000, 1_500, 10))
    pilot.run("record", "open", "S-00013", "--at", "2026-03-02T00:00", *WHO, check=0)
    assert [(r["from"], r["contract"]) for r in usage(pilot)] == [("2026-03-02", "contract")]
    pilot.run("report", "usage", "--from", "2026-03-01", "--to", "2026-03-03", "--all-spans", check=64)
    shown = usage(pilot, "--all-spans", *WHO)
    assert [(r["from"], r["contract"]) for r in shown] == [("2026-03-01", "unrecorded"), ("2026-03-02", "contract")]
    assert pilot.database("SELECT action FROM audit ORDER BY key DESC LIMIT 1") == [("view_all_contracts",)]

    planned = pilot.json("erase", "S-00013", *WHO)
    assert (planned["erased"], planned["counts"]["readings"]) == (False, 24)
    assert "まだ消去していません" in pilot.run("erase", "S-00013", *WHO, env={"LANG": "ja_JP.UTF-8"}, check=0).stdout
    assert pilot.json("verify")["readings"] == 50
    pilot.run("erase", "S-00013", "--before", "2026-03-03", *WHO, "--yes", check=2)
    assert pilot.json("erase", "S-00013", "--yes", *WHO)["counts"]["readings"] == 24
    verified = pilot.json("verify")
    assert (verified["readings"], verified["problems"]) == (26, [])
    assert b"2026-03-01T05:00:00+09:00" not in (pilot.folder / "data/mizumori.sqlite").read_bytes()
    again = import_readings(pilot, *range(1_000, 1_500, 10))
    # The same rows of the same file are known by their text, whose bytes are gone.
    assert (again["stored"], again["duplicates"], again["refused"]) == (0, 50, 0)
    assert pilot.json("verify")["readings"] == 26


def test_the_page_hides_the_day_of_two_residents(pilot):
    pilot.simulate()
    pilot.start("run")

    def usage_today():
        points = json.loads(pilot.get("/api/v1/points"))["points"] if pilot.health() else []
        return next((p["usage_today_ml"] for p in points if p["service_point"] == "S-00001"), None)

    wait_for(lambda: usage_today() is not None, what="today's usage")
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    pilot.run("record", "open", "S-00001", "--at", now, *WHO, check=0)
    wait_for(lambda: usage_today() is None, what="nothing of the former resident")
    pilot.run("erase", "S-00001", "--yes", *WHO, check=1)
