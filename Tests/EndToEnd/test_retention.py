"""What is taken out of a store and into an empty one, what is over and goes, and what is erased to the last byte."""

import csv
import re
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from conftest import PROGRAM, csv_rows, install_simulated, mizumori, wait_for


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    mizumori("simulate", "readings", "--meters", 20, "--days", 400, "--until", "2025-06-01", "--seed", 21, "--output", folder,
             check=0)
    return folder


@pytest.fixture
def city(pilot, simulated):
    """A pilot whose installations are the simulated meters, all in the feed."""
    return install_simulated(pilot, simulated)


def filled(city, simulated):
    city.run("import", "exchanges", simulated / "exchanges.csv", check=0)
    city.run("import", "readings", simulated / "readings.csv", check=0)
    return city


REPORT = ("report", "usage", "--from", "2024-06-01", "--to", "2025-06-01")


def test_a_store_exported_and_imported_into_an_empty_one_reports_the_same(city, simulated, tmp_path):
    filled(city, simulated)
    city.run("record", "open", "S-000001", "--at", "2024-07-01T10:00", "--by", "sato", "--reason", "new resident", check=0)
    city.run("record", "hand_reading", "S-000002", "--at", "2025-05-20T10:00", "--index", "5", "--by", "abe", "--reason", "x",
             check=0)
    weather = tmp_path / "measured.csv"
    weather.write_text("timestamp,temp_c\n2025-01-24T05:00:00+09:00,-3.5\n2025-01-24T06:00:00+09:00,cold\n")
    assert city.json("import", "weather", weather, "--station", "柏崎", check=2)["stored"] == 1
    files = {kind: tmp_path / f"{kind}.csv" for kind in ["readings", "exchanges", "events", "hand-readings", "weather"]}
    for kind, file in files.items():
        options = ["--full"] if kind == "readings" else []
        city.run("export", kind, *options, "--output", file, check=0)
    report = city.run(*REPORT, check=0).stdout
    shutil.move(city.folder / "data", city.folder / "old")
    city.run("import", "exchanges", files["exchanges"], check=0)
    city.run("import", "readings", files["readings"], check=0)
    city.run("import", "events", files["events"], check=0)
    city.run("import", "hand_readings", files["hand-readings"], check=0)
    city.run("import", "weather", files["weather"], check=0)
    assert city.run(*REPORT, check=0).stdout == report
    assert city.json("verify", "--rebuild")["problems"] == []
    for kind, file in files.items():
        options = ["--full"] if kind == "readings" else []
        again = tmp_path / f"again-{kind}.csv"
        city.run("export", kind, *options, "--output", again, check=0)
        assert again.read_bytes() == file.read_bytes(), kind
    refused = city.run("export", "readings", "--output", files["readings"], check=2)
    assert "exists" in refused.stderr


def test_an_export_that_is_killed_again_and_again_ends_as_an_undisturbed_one(city, simulated, tmp_path):
    filled(city, simulated)
    whole = tmp_path / "whole.csv"
    city.run("export", "readings", "--full", "--output", whole, check=0)
    assert whole.stat().st_size > 24 * 1024 * 1024, "several marks"
    broken = tmp_path / "broken.csv"
    part = tmp_path / "broken.csv.part"
    killed = 0
    command = [str(PROGRAM), "export", "readings", "--full", "--output", str(broken)]
    sizes = [0]
    for _ in range(60):
        process = subprocess.Popen(command, cwd=city.folder, stderr=subprocess.DEVNULL)
        target = sizes[-1] + 9 * 1024 * 1024
        wait_for(lambda: process.poll() is not None or (part.exists() and part.stat().st_size >= target), what="some bytes")
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        killed += 1
        assert not broken.exists(), "a half-written file never has the final name"
        sizes.append(part.stat().st_size)
    assert process.returncode == 0
    assert killed >= 2
    assert broken.read_bytes() == whole.read_bytes()
    assert sorted(p.name for p in tmp_path.glob("broken*")) == ["broken.csv"]


def test_where_nothing_can_be_written_the_reason_is_told(city, simulated, tmp_path):
    filled(city, simulated)
    (tmp_path / "full.csv.part").symlink_to("/dev/full")
    full = city.run("export", "readings", "--output", tmp_path / "full.csv", check=1)
    assert "No space left" in full.stderr
    japanese = city.run("export", "readings", "--output", tmp_path / "full.csv", check=1, env={"LANG": "ja_JP.UTF-8"})
    assert "空きがありません" in japanese.stderr
    assert not (tmp_path / "full.csv").exists()
    nowhere = city.run("export", "readings", "--output", tmp_path / "no" / "such.csv", check=1)
    assert "such.csv" in nowhere.stderr
    read_only = city.run("export", "readings", "--output", "/sys/x.csv")
    assert read_only.returncode in (1, 2) and "/sys/x.csv" in read_only.stderr
    assert "" == city.run("export", "readings", "--point", "S-999999", check=2).stdout


def test_an_export_needs_little_memory(city, simulated):
    filled(city, simulated)
    command = [str(PROGRAM), "export", "readings", "--full"]
    process = subprocess.Popen(command, cwd=city.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The peak since the program began; what its parent's copy of itself took before does not count.
    peak = 0
    while process.poll() is None:
        if found := re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text()):
            peak = int(found[1])
        time.sleep(0.02)
    assert process.returncode == 0
    assert 0 < peak < 80_000, f"{peak} kB for a file of 38 MB"


def judge(city):
    """Lets a gateway judge what was imported, and closes what it found: an open incident holds its point's readings."""
    gateway = city.start("run")
    wait_for(lambda: city.database("SELECT count(*) FROM daily_usage")[0][0] > 7000, seconds=120, what="judged days")
    wait_for(lambda: city.health(), what="the page")
    city.stop(gateway)
    for incident in city.json("incident", "list")["incidents"]:
        city.run("incident", "close", incident["id"], "--reason", "usage", check=0)


def test_what_is_over_is_planned_goes_and_is_accepted_by_verify(city, simulated):
    filled(city, simulated)
    assert city.json("retention", "plan")["counts"] == []
    judge(city)
    usage = city.database("SELECT point_key, day_jst, volume_ml, known_seconds FROM daily_usage ORDER BY 1, 2")
    assert len(usage) > 7000
    bills = city.run(*REPORT, check=0).stdout

    def spans(gateway):
        gateway["retention"] = {"hourly_fiscal_years": 1, "billing_fiscal_years": 5, "telegram_months": 1}

    city.edit("config/gateway.yaml", spans)
    plan = city.json("retention", "plan")
    assert plan["done"] is False and {c["kind"] for c in plan["counts"]} == {"readings"}
    assert city.database("SELECT count(*) FROM retention_run") == [(0,)]
    done = city.json("retention", "apply", "--by", "sato", "--reason", "文書取扱規程")
    assert done["done"] is True and done["counts"] == plan["counts"]
    assert city.json("verify", "--rebuild")["problems"] == []
    assert city.database("SELECT point_key, day_jst, volume_ml, known_seconds FROM daily_usage ORDER BY 1, 2") == usage
    told = {(r["service_point"], r["from"]): r["usage_l"] for r in csv.DictReader(bills.splitlines())}
    left = {(r["service_point"], r["from"]): r["usage_l"] for r in csv.DictReader(city.run(*REPORT, check=0).stdout.splitlines())}
    assert left == told
    assert city.json("retention", "plan")["counts"] == []
    japanese = city.run("retention", "plan", env={"LANG": "ja_JP.UTF-8"}, check=0).stdout
    assert "削除対象 0 件" in japanese
    city.run("retention", "apply", "--by", "sato", "--reason", "", check=64)


def test_wrong_spans_are_refused_with_their_place(city):
    def spans(gateway):
        gateway["retention"] = {"hourly_fiscal_years": 5, "billing_fiscal_years": 3, "weekly": 1}

    city.edit("config/gateway.yaml", spans)
    refused = city.json("check", check=2)
    assert {e["field"] for e in refused["errors"]} == {"retention.billing_fiscal_years", "retention.weekly"}


def test_rows_that_were_put_aside_are_released_and_a_forgotten_quote_costs_one_line(city, simulated, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text(
        "meter_id,timestamp,index_l,status,received_at\n"
        "S-000001,2025-05-01T00:00:00+09:00,1000,OK,\n"
        'S-000001,"2025-05-01T01:00:00+09:00,1001,OK,\n'
        "NEW-1,2025-05-01T00:00:00+09:00,2000.5,OK,\n"
        "S-000001,2025-05-01T02:00:00+09:00,1002,OK,\n")
    told = city.json("import", "readings", file, check=2)
    assert (told["stored"], told["quarantined"]) == (2, 2)
    assert [(e["line"], e["field"]) for e in told["errors"]] == [(3, "row"), (4, "meter_id")]
    waiting = {e["place"]: e["id"] for e in city.json("quarantine", "list")["entries"]}
    number = waiting["rows.csv:4"]
    city.run("quarantine", "release", number, "--by", "sato", "--reason", "x", check=2)

    def rename(pilot):
        pilot["installations"].append({**pilot["installations"][0], "service_point": "S-000777", "meter": "NEW-1",
                                       "feed_meter": "TN-NEW-1"})

    city.edit("meters/pilot.yaml", rename)
    city.run("quarantine", "release", number, "--by", "sato", "--reason", "registered", check=0)
    assert city.database("SELECT index_ml FROM reading WHERE index_ml = 2000500") == [(2000500,)]
    assert city.json("verify")["problems"] == []


def test_after_an_erasure_no_byte_of_the_past_is_in_the_store_or_a_later_copy(city, simulated, tmp_path):
    filled(city, simulated)
    file = tmp_path / "rejected.csv"
    lines = [f"S-000001,2024-12-0{day}T00:00:00+09:00,SECRET{day}x,OK," for day in range(1, 4)]
    others = [r for r in csv_rows(simulated / "readings.csv") if r["meter_id"] == "S-000002"][:1500]
    kept = [f"S-000002,{r['timestamp']},{r['index_l']},{r['status']},{r['received_at']}" for r in others]
    file.write_text("\n".join(["meter_id,timestamp,index_l,status,received_at", *lines, *kept[:3],
                               *[k.replace("S-000002", "S-000003") for k in kept[3:]]]) + "\n")
    city.run("import", "readings", file)
    city.run("record", "open", "S-000001", "--at", "2025-05-01T10:00", "--by", "sato", "--reason", "new", check=0)

    def traces():
        found = set()
        for path in [*(city.folder / "data").glob("*"), tmp_path / "copy.sqlite"]:
            if path.is_file():
                found |= {t for t in (b"SECRET1x", b"SECRET2x", b"SECRET3x") if t in path.read_bytes()}
        return found

    assert traces(), "quarantine keeps the rows"
    counts = city.json("erase", "S-000001", "--by", "sato", "--reason", "R8-5", "--yes")["counts"]
    assert counts["readings"] > 5000
    city.run("backup", tmp_path / "copy.sqlite", check=0)
    assert traces() == set()
    with sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        assert copy.execute("SELECT count(*) FROM quarantine WHERE coalesce(bytes, x'') LIKE '%S-000001,%'").fetchone() == (0,)
    assert city.json("verify", "--rebuild")["problems"] == []
