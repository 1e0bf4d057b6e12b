"""Commands that start nothing: what they print, how they end."""

from conftest import ROOT, mizumori, mizumori_json


def test_the_shipped_configuration_is_right():
    document = mizumori_json("check")
    assert document["schema"] == "mizumori.check/1"
    assert (document["installations"], document["lines"]) == (20, 2)
    assert document["models"] >= 13
    assert document["errors"] == []


def test_unverified_facts_are_refused_when_strict():
    assert mizumori_json("check")["warnings"]
    mizumori("check", "--strict", check=2)


def test_every_problem_of_every_file_is_told_at_once_with_its_place(pilot):
    path = pilot.folder / "config/gateway.yaml"
    text = path.read_text().replace("baud: 9600", "baud: fast", 1) + "colour: blue\n"
    path.write_text(text)
    meters = pilot.folder / "meters/pilot.yaml"
    meters.write_text(meters.read_text().replace("calibre_mm: 20", "calibre_mm: wide", 1))
    document = pilot.json("check", check=2)
    found = {(e["file"], e["field"]) for e in document["errors"]}
    assert ("config/gateway.yaml", "lines[0].baud") in found
    assert ("config/gateway.yaml", "colour") in found
    assert any(file == "meters/pilot.yaml" and field.endswith("calibre_mm") for file, field in found)
    line = next(e["line"] for e in document["errors"] if e["field"] == "lines[0].baud")
    assert "fast" in path.read_text().splitlines()[line - 1]


def test_a_wrong_configuration_starts_nothing(pilot):
    pilot.edit("config/gateway.yaml", lambda g: g["lines"][0].update(parity="maybe"))
    result = pilot.run("run", check=2)
    assert "lines[0].parity" in result.stderr
    assert not (pilot.folder / "data").exists()


def test_japanese_locale_gets_japanese(pilot):
    assert "誤りはありません" in mizumori("check", check=0, env={"LANG": "ja_JP.UTF-8"}).stdout
    assert "No errors" in mizumori("check", check=0, env={"LANG": "C.UTF-8"}).stdout


def test_the_plan_shows_every_request_and_fits(pilot):
    lines = mizumori_json("plan")["lines"]
    assert [line["line"] for line in lines] == ["line-a", "line-b"]
    assert all(line["fits"] and line["requests"] for line in lines)
    functions = {request["function"] for line in lines for request in line["requests"]}
    assert functions <= {1, 2, 3, 4}


def test_a_plan_that_cannot_fit_is_refused(pilot):
    pilot.edit("config/gateway.yaml", lambda g: g["polling"].update(interval_seconds=1))
    pilot.run("plan", check=2)


def test_the_meter_models_prove_themselves():
    models = mizumori_json("profile", "test")["models"]
    assert {m["model"] for m in models} >= {
        "abb-aquamaster3", "tuf-2000m", "wirenboard-mcm8", "wirenboard-mwac-v2", "microsensor-mfe600", "xintai"}
    assert all(m["values"] > 0 and m["failed"] == [] for m in models)


def test_a_model_with_a_wrong_example_is_refused(tmp_path):
    text = (ROOT / "meters/models/abb-aquamaster3.yaml").read_text()
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace('unique_id: "27"', 'unique_id: "28"'))
    result = mizumori("profile", "test", broken, check=2)
    assert "27" in result.stdout and "28" in result.stdout


def test_unknown_options_are_usage_errors():
    mizumori("check", "--no-such-option", check=64)


def test_good_rows_are_stored_and_bad_rows_are_set_aside(pilot):
    file = pilot.folder / "readings.csv"
    file.write_text(
        "meter_id,timestamp,index_l,status,received_at\n"
        "S-00013,2026-03-01T01:00:00+09:00,1000,OK,\n"
        "S-00013,2026-03-01T02:00:00+09:00,,NODATA,\n"
        "S-00013,2026-03-01T03:00:00+09:00,1012,OK,\n"
        "S-00013,yesterday,1020,OK,\n"
        "S-00013,2026-03-01T05:00:00+09:00,-4,OK,\n"
        "NOBODY,2026-03-01T05:00:00+09:00,4,OK,\n")
    first = pilot.json("import", "readings", file, check=2)
    assert (first["stored"], first["empty"], first["quarantined"]) == (2, 1, 3)
    assert [(e["line"], e["field"]) for e in first["errors"]] == [
        (5, "timestamp"), (6, "index_l"), (7, "meter_id")]
    again = pilot.json("import", "readings", file, check=2)
    assert (again["stored"], again["duplicates"]) == (0, 2)
    assert pilot.json("verify")["readings"] == 2


def test_usage_is_reported_with_its_coverage(pilot):
    file = pilot.folder / "readings.csv"
    rows = [f"S-00013,2026-03-{day:02}T00:00:00+09:00,{day * 100},OK," for day in range(1, 32)]
    rows.append("S-00013,2026-04-01T00:00:00+09:00,3250,OK,")
    file.write_text("meter_id,timestamp,index_l,status,received_at\n" + "\n".join(rows) + "\n")
    pilot.json("import", "readings", file)
    text = pilot.run("report", "usage", "--from", "2026-03-01", "--to", "2026-04-01", check=0).stdout
    header, *lines = text.strip().splitlines()
    assert header == "service_point,from,to,usage_l,coverage,quality,estimated_l,gaps_h,contract,second_way_h"
    row = dict(zip(header.split(","), next(l for l in lines if l.startswith("S-00013")).split(",")))
    assert (row["usage_l"], row["coverage"], row["quality"]) == ("3150", "1.000", "measured")
    notes = pilot.run("report", "validation", "--from", "2026-03-01", "--to", "2026-04-01", check=0).stdout
    assert notes.splitlines()[0] == "service_point,rule,from,to,volume_l,expected_l,clock_s"
    assert "S-00013,interval-size/1,2026-03-01T00:00:00+09:00,2026-03-02T00:00:00+09:00,100,," in notes.splitlines()
    empty = dict(zip(header.split(","), next(l for l in lines if l.startswith("S-00014")).split(",")))
    assert (empty["usage_l"], empty["coverage"]) == ("", "0.000")
    bill = pilot.json("bill", "compute", "--from", "2026-03-01", "--to", "2026-04-01")
    total = next(t for t in bill["totals"] if t["service_point"] == "S-00013")
    # 100 L to 3,250 L: the black digits went from 0 to 3 m3.
    assert (total["usage_m3"], total["quality"], total["billable"]) == (3, "measured", True)
    missing = next(t for t in bill["totals"] if t["service_point"] == "S-00014")
    assert (missing["usage_m3"], missing["quality"]) == (None, "missing")


def test_a_backup_is_a_whole_store(pilot):
    file = pilot.folder / "readings.csv"
    file.write_text("meter_id,timestamp,index_l,status,received_at\nS-00013,2026-03-01T01:00:00+09:00,1000,OK,\n")
    pilot.json("import", "readings", file)
    copy = pilot.folder / "copy/mizumori.sqlite"
    copy.parent.mkdir()
    pilot.run("backup", copy, check=0)
    assert pilot.json("verify", "--data", copy.parent)["readings"] == 1
