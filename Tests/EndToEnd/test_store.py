"""Large files in, what is kept of them, and how a store is copied, restored and checked."""

import csv
import sqlite3
import subprocess

import pytest
import yaml
from conftest import PROGRAM, csv_rows, install_simulated, mizumori, wait_for

# A third of a year that is over: 20 meters × (120 × 24 + 1) hours.
READINGS = 20 * (120 * 24 + 1)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    mizumori("simulate", "readings", "--meters", 20, "--days", 120, "--until", "2026-03-01", "--seed", 11, "--output", folder,
             check=0)
    return folder


@pytest.fixture
def city(pilot, simulated):
    """A pilot whose installations are the simulated meters, all in the feed."""
    return install_simulated(pilot, simulated)


def test_a_file_is_imported_once_sealed_and_read_back_from_its_blocks(city, simulated):
    first = city.json("import", "readings", simulated / "readings.csv")
    assert (first["stored"], first["duplicates"], first["quarantined"]) == (READINGS, 0, 0)
    again = city.json("import", "readings", simulated / "readings.csv")
    assert (again["stored"], again["duplicates"]) == (0, READINGS)
    assert city.database("SELECT sum(readings) FROM reading_block")[0][0] > READINGS * 0.9
    checked = city.json("verify", "--rebuild")
    assert (checked["readings"], checked["problems"]) == (READINGS, [])
    report = city.run("report", "usage", "--from", "2025-12-01", "--to", "2026-01-01", check=0).stdout
    told = {row["service_point"]: row for row in csv.DictReader(report.splitlines())}
    truth = [row for row in csv_rows(simulated / "truth_billing.csv") if row["from"] == "2025-12-01"]
    exchanged = {row["meter_id"] for row in csv_rows(simulated / "exchanges.csv")}
    for row in truth:
        if row["meter_id"] not in exchanged:
            assert abs(int(told[row["meter_id"]]["usage_l"]) - float(row["registered_l"])) <= 1.5, row


def test_an_import_that_was_killed_is_begun_again_and_loses_nothing(city, simulated):
    process = subprocess.Popen([str(PROGRAM), "import", "readings", str(simulated / "readings.csv")], cwd=city.folder)
    database = city.folder / "data/mizumori.sqlite"

    def has_begun():
        try:
            return database.exists() and city.database("SELECT count(*) FROM capture")[0][0] > 0
        except sqlite3.Error:
            return False

    wait_for(lambda: has_begun() or process.poll() is not None, what="the first rows")
    process.kill()
    process.wait()
    rest = city.json("import", "readings", simulated / "readings.csv")
    assert rest["stored"] + rest["duplicates"] == READINGS
    assert city.json("verify")["readings"] == READINGS


def test_a_row_that_contradicts_a_sealed_one_is_told_with_its_line_and_changes_nothing(city, simulated, tmp_path):
    city.run("import", "readings", simulated / "readings.csv", check=0)
    lines = (simulated / "readings.csv").read_text().splitlines()
    cells = lines[500].split(",")
    cells[2] = str(int(cells[2]) + 5)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("\n".join([lines[0], ",".join(cells), "S-000001,yesterday,5,OK,", "S-999999," + ",".join(cells[1:])]))
    told = city.json("import", "readings", wrong, check=2)
    assert (told["stored"], told["quarantined"]) == (0, 3)
    places = {row[0] for row in city.database("SELECT place FROM quarantine")}
    assert places == {"wrong.csv:2", "wrong.csv:3", "wrong.csv:4"}
    assert city.json("verify")["problems"] == []


def test_a_backup_is_restored_and_the_old_store_stays(city, simulated, tmp_path):
    city.run("import", "readings", simulated / "readings.csv", check=0)
    copy = tmp_path / "copy.sqlite"
    city.run("backup", copy, check=0)
    city.run("record", "open", "S-000001", "--at", "2026-01-10T10:00", "--by", "sato", "--reason", "new resident", check=0)
    city.run("restore", copy, check=0)
    assert city.json("events", "list")["events"] == []
    assert city.json("verify")["readings"] == READINGS
    assert len(list((city.folder / "data").glob("mizumori.sqlite.before-*"))) == 1
    (tmp_path / "no-backup").write_text("some text")
    refused = city.run("restore", tmp_path / "no-backup", check=2)
    assert "no-backup" in refused.stderr
    assert city.json("verify")["readings"] == READINGS


@pytest.mark.parametrize("resolution", [1, 10])
def test_months_come_out_as_they_were(tmp_path, resolution):
    folder = tmp_path / "set"
    mizumori("simulate", "readings", "--meters", 10, "--days", 70, "--until", "2026-03-12", "--seed", 12,
             "--resolution-l", resolution, "--output", folder, check=0)
    mizumori("evaluate", folder, "--output", tmp_path / "out", check=0)
    truth = {(row["meter_id"], row["from"]): float(row["registered_l"]) for row in csv_rows(folder / "truth_billing.csv")}
    measured = [row for row in csv_rows(tmp_path / "out/billing.csv") if row["quality"] == "measured"]
    assert len(measured) > len(truth) / 4
    errors = sorted(abs(int(row["usage_l"]) - truth[row["meter_id"], row["from"]]) for row in measured)
    count = 0 if resolution == 1 else resolution
    assert errors[-1] <= 41 + count
    assert errors[len(errors) // 2] <= 1.6 + count
