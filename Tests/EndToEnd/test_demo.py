"""The demo: history through the real pipeline, compared with the simulated truth."""

import csv
import json

import pytest
from conftest import ROOT, mizumori


def demo(folder, *options, timeout=400):
    result = mizumori(
        "demo", "--exit", "--json", "--until", "2026-10-01", "--data", folder / "data", "--output", folder / "out",
        *options, check=0, timeout=timeout)
    return json.loads(result.stdout)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_planted_is_found_and_nothing_else(tmp_path, seed):
    document = demo(tmp_path, "--days", "60", "--seed", str(seed))
    print(json.dumps(document, ensure_ascii=False))
    assert document["meters"] == 20
    assert document["readings_lost"] == 0 and document["readings_delivered"] > 20_000
    assert document["planted"]["leak_continuous"] >= 2
    for kind in ["burst", "comm_loss", "meter_exchange", "rollover"]:
        assert document["planted"].get(kind, 0) >= 1, kind
    assert document["found"] == document["planted"]
    assert document["false_incidents"] == 0
    assert document["mails"] >= 4 and document["duplicate_mails"] == 0
    assert document["coverage"] > 0.9
    assert document["periods_by_quality"]["measured"] >= 20
    check_the_measured_months(tmp_path / "out")
    check_the_detections(tmp_path / "out")


def check_the_measured_months(folder):
    truth = {(r["meter_id"], r["from"], r["to"]): float(r["registered_l"]) for r in rows(folder / "truth_billing.csv")}
    measured = [r for r in rows(folder / "billing.csv") if r["quality"] == "measured"]
    assert measured
    for row in measured:
        registered = truth[row["meter_id"], row["from"], row["to"]]
        assert abs(int(row["usage_l"]) - registered) <= 41, row


def check_the_detections(folder):
    planted = {(r["meter_id"], r["kind"]) for r in rows(folder / "events.csv")}
    found = [(r["meter_id"], r["kind"]) for r in rows(folder / "detections.csv")]
    assert set(found) <= planted
    assert len(found) == len(set(found))


def test_the_same_seed_gives_the_same_result(tmp_path):
    first = demo(tmp_path / "a", "--days", "12", "--seed", "7")
    second = demo(tmp_path / "b", "--days", "12", "--seed", "7")
    assert first == second
    for name in ["readings.csv", "detections.csv", "billing.csv", "events.csv"]:
        assert (tmp_path / "a/out" / name).read_bytes() == (tmp_path / "b/out" / name).read_bytes()


def test_kept_history_is_not_simulated_again(tmp_path):
    first = demo(tmp_path, "--days", "12", "--seed", "7")
    second = demo(tmp_path, "--days", "12", "--seed", "7", timeout=20)
    assert first == second


def test_the_written_folder_can_be_evaluated(tmp_path):
    demo(tmp_path, "--days", "12", "--seed", "7")
    out = tmp_path / "evaluated"
    result = mizumori("evaluate", tmp_path / "out", "--output", out, "--json", check=0, cwd=ROOT)
    document = json.loads(result.stdout)
    assert document["readings"] == sum(1 for _ in rows(tmp_path / "out/readings.csv"))
    ours = {(r["meter_id"], r["from"]): (r["usage_l"], r["quality"]) for r in rows(tmp_path / "out/billing.csv")}
    again = {(r["meter_id"], r["from"]): (r["usage_l"], r["quality"]) for r in rows(out / "billing.csv")}
    assert ours == again
