"""Two ways to one meter: what the second one brings into the first one's gaps, and what does not fit."""

import csv
import io
import json

import pytest
import yaml
from conftest import Pilot, mizumori

# The first two are crossed in a disturbed feed.
POINTS = ["S-00001", "S-00002", "S-00004", "S-00012"]


def with_second_ways(pilot):
    def change(file):
        for entry in file["installations"]:
            if entry["service_point"] in POINTS:
                entry["second"] = {"feed_meter": str(entry["meter"])}

    pilot.edit("meters/pilot.yaml", change)
    # History is lived through at the pilot's own pace.
    pilot.edit("config/gateway.yaml", lambda gateway: gateway["polling"].update(interval_seconds=3600))


def demo(pilot, *options):
    result = mizumori(
        "demo", "--exit", "--json", "--until", "2026-10-01", "--days", "12", "--config", pilot.folder / "config",
        "--meters", pilot.folder / "meters", "--data", pilot.folder / "data", "--output", pilot.folder / "out",
        *options, check=0, timeout=600)
    return json.loads(result.stdout)


def report(pilot, name, *options):
    text = mizumori(
        "report", name, "--from", "2026-09-19", "--to", "2026-10-01", "--config", pilot.folder / "config",
        "--meters", pilot.folder / "meters", "--data", pilot.folder / "data/demo", *options, check=0).stdout
    return list(csv.DictReader(io.StringIO(text)))


def incidents(pilot):
    return json.loads(mizumori(
        "incident", "list", "--all", "--json", "--data", pilot.folder / "data/demo", check=0).stdout)["incidents"]


def truth(pilot):
    with open(pilot.folder / "out/truth_billing.csv", newline="") as file:
        return {(r["meter_id"], r["from"]): float(r["registered_l"]) for r in csv.DictReader(file)}


@pytest.fixture
def pilot(tmp_path):
    pilot = Pilot(tmp_path)
    with_second_ways(pilot)
    return pilot


def test_the_second_way_fills_what_the_dead_line_owes(pilot):
    document = demo(pilot, "--disturbed")
    assert document["readings_lost"] == 0
    assert document["largest_measured_error_l"] <= 41
    ways = {r["service_point"]: r for r in report(pilot, "ways")}
    assert sorted(ways) == POINTS
    for point in ["S-00004", "S-00012"]:
        row = ways[point]
        assert row["verdict"] == "skewed", row
        assert abs(int(row["skew_s"]) - 420) <= 30, row
        # Three dead days; the feed is never as young as the line.
        assert int(row["filled"]) >= 70, row
        assert int(row["missing_first"]) >= 70, row
    # Each filled hour names its record.
    filled = report(pilot, "filled")
    assert {r["way"] for r in filled} == {"second"} and {r["path"] for r in filled} == {"feed"}
    assert all(r["record"] for r in filled)
    usage = {r["service_point"]: r for r in report(pilot, "usage")}
    for point in ["S-00004", "S-00012"]:
        assert float(usage[point]["second_way_h"]) >= 70
        assert float(usage[point]["gaps_h"]) < 3
    assert float(usage["S-00003"]["second_way_h"]) == 0 and float(usage["S-00003"]["gaps_h"]) >= 70
    # Before the feed told of the dead days, nothing of them was known.
    early = report(pilot, "filled", "--as-of", "2026-09-26T00:00:00+09:00")
    assert len(early) < len(filled) and all(r["at"] < "2026-09-26" for r in early)
    # Crossed meters fill nothing, and each is told with the other.
    found = {(i["subject"], i["kind"]): i for i in incidents(pilot)}
    for one, other in [("S-00001", "S-00002"), ("S-00002", "S-00001")]:
        assert found[one, "crossed_meters"]["partner"] == other
        assert found[one, "crossed_meters"]["severity"] == "maintenance"
        assert ways[one]["verdict"] == "disagree"
    others = {subject for subject, kind in found if kind in ("ways_disagree", "crossed_meters")}
    assert others == {"S-00001", "S-00002"}
    # All that is kept is what the readings say.
    verified = json.loads(mizumori(
        "verify", "--rebuild", "--json", "--config", pilot.folder / "config", "--meters", pilot.folder / "meters",
        "--data", pilot.folder / "data/demo", check=0).stdout)
    print(json.dumps(verified))


def test_where_nothing_is_disturbed_both_ways_agree(pilot):
    document = demo(pilot)
    assert document["readings_lost"] == 0 and document["false_incidents"] == 0
    for row in report(pilot, "ways"):
        assert row["verdict"] in ("agree", "unknown"), row
        assert int(row["skew_s"]) == 0 or abs(int(row["skew_s"])) < 30, row
    assert not [i for i in incidents(pilot) if i["kind"] in ("ways_disagree", "crossed_meters", "way_silent")]


def test_a_register_with_two_ways_is_exported_and_checked(pilot):
    run = ["--config", pilot.folder / "config", "--meters", pilot.folder / "meters", "--data", pilot.folder / "data"]
    text = mizumori("export", "register", *run, check=0).stdout
    ways = {e["service_point"]: e.get("second") for e in yaml.safe_load(text)["installations"]}
    assert {p for p, second in ways.items() if second} == set(POINTS)
    assert ways["S-00004"]["feed_meter"]
    (pilot.folder / "meters/pilot.yaml").write_text(text)
    mizumori("check", *run, check=0)

    def spoil(file):
        file["installations"][0]["second"]["feed_meter"] = str(file["installations"][1]["meter"])

    pilot.edit("meters/pilot.yaml", spoil)
    refused = mizumori("check", "--json", *run, check=2)
    fields = [e["field"] for e in json.loads(refused.stdout)["errors"]]
    assert "installations[0].second.feed_meter" in fields
    japanese = mizumori("check", *run, check=2, env={"LANG": "ja_JP.UTF-8"})
    assert "計器の番号" in japanese.stdout + japanese.stderr
