"""Measures the store beside plain SQLite in one run, and prints the table of ratios.

store.py OUT STORE_BENCH MIZUMORI [--times N] [--meters N] [--city N]; OUT is the folder of the built C programs, where
data sets, databases and raw numbers go, too. Exit 1 when a promise does not hold.
"""

import argparse
import datetime
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

UNTIL = "2026-04-01"
MONTH = "2026-03"
SHELL_TABLE = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE reading (meter_id TEXT, timestamp TEXT, index_l INTEGER, status TEXT, received_at TEXT,"
    " PRIMARY KEY (meter_id, timestamp)) WITHOUT ROWID;"
)


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"store: exit {done.returncode} of {' '.join(map(str, command))}")
    return done.stdout


def measured(*command):
    return json.loads(run(*command))


def utc(day):
    return int(datetime.datetime.fromisoformat(day + "T00:00:00+09:00").timestamp())


class Store:
    def __init__(self, wanted):
        self.wanted = wanted
        self.ours = wanted.store_bench
        self.plain = wanted.out / "plain_sqlite"
        self.rows = []
        self.raw = {}

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def data_set(self, meters, days):
        folder = self.wanted.out / f"set-{meters}-{days}"
        if not (folder / "truth_billing.csv").exists():
            self.say(f"making {meters} meters of {days} days")
            subprocess.run(
                [self.wanted.mizumori, "simulate", "readings", "--meters", str(meters), "--days", str(days), "--until",
                 UNTIL, "--seed", "1", "--output", folder],
                check=True, stderr=subprocess.DEVNULL)
        return folder

    def fresh(self, name):
        folder = self.wanted.out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def shell_import(self, data):
        base = self.fresh("shell") / "t.db"
        run("sqlite3", base, SHELL_TABLE)
        begun = time.monotonic()
        run("sqlite3", base, ".mode csv", f".import --skip 1 {data}/readings.csv reading")
        return time.monotonic() - begun

    def turns(self, ours, peer, times=None):
        mine, theirs = [], []
        for turn in range(times or self.wanted.times):
            self.say(f"  {turn + 1}")
            mine.append(ours())
            theirs.append(peer())
        return mine, theirs

    def row(self, what, ours, peer, ratio, limit, holds):
        self.rows.append((what, ours, peer, ratio, limit, holds))

    def imports(self, data):
        self.say("import")
        mine, theirs = self.turns(
            lambda: measured(self.ours, "import", data, self.fresh("city")), lambda: self.shell_import(data))
        self.raw["import"] = [mine, theirs]
        count = mine[0]["readings"]
        ours, peer = (count / median(run["seconds"] for run in mine), count / median(theirs))
        self.row("import from CSV, readings a second; peer: the sqlite3 shell's `.import`", f"{ours:,.0f}", f"{peer:,.0f}",
                 ours / peer, "≥ 1.5", ours / peer >= 1.5)
        self.peak = max(run["peak_kb"] for run in mine)
        return median(run["seconds"] for run in mine) / count

    def stream(self, meters, commits):
        def plain():
            base = self.fresh("plain-stream") / "p.db"
            return measured(self.plain, "stream", base, meters, commits)

        self.say("stream")
        mine, theirs = self.turns(lambda: measured(self.ours, "stream", self.fresh("stream"), meters, commits), plain)
        self.raw["stream"] = [mine, theirs]
        count = meters * commits
        ours, peer = (count / median(run["seconds"] for run in side) for side in (mine, theirs))
        self.row(f"{meters:,} readings a commit with their captures, durable, readings a second; peer: readings alone",
                 f"{ours:,.0f}", f"{peer:,.0f}", ours / peer, "≥ 0.5", ours / peer >= 0.5)
        self.peak = max(self.peak, *(run["peak_kb"] for run in mine))

    def think(self, data):
        self.say("judge all")
        done = measured(self.ours, "think", data, self.wanted.out / "city")
        self.raw["think"] = done
        self.peak = max(self.peak, done["peak_kb"])
        return done["seconds"]

    def size(self, count):
        sizes = {}
        out = run("sqlite3", self.wanted.out / "city/mizumori.sqlite",
                  "SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
        for line in out.splitlines():
            name, size = line.rsplit("|", 1)
            sizes[name] = int(size)
        self.raw["size"] = sizes
        captures = sum(size for name, size in sizes.items() if "capture" in name)
        ours = (sum(sizes.values()) - captures) / count
        plain = (self.wanted.out / "plain.db").stat().st_size / count
        self.row("bytes a reading, daily usage included, captures apart", f"{ours:.1f}", f"{plain:.1f}", ours / plain,
                 "≤ 1.5", ours / plain <= 1.5)
        return captures / count

    def queries(self, data):
        base = self.wanted.out / "plain.db"
        if not base.exists():
            self.say("loading the plain table")
            run(self.plain, "load", base, data / "readings.csv")
        following = (datetime.date.fromisoformat(MONTH + "-01") + datetime.timedelta(days=32)).replace(day=1)
        self.say("queries")
        mine, theirs = self.turns(
            lambda: measured(self.ours, "queries", data, self.wanted.out / "city", MONTH),
            lambda: measured(self.plain, "queries", base, utc(MONTH + "-01"), utc(following.isoformat())))
        self.raw["queries"] = [mine, theirs]
        self.peak = max(self.peak, *(run["peak_kb"] for run in mine))
        for key, what, limit in [
            ("last_readings", "last reading of every meter, ms", 1),
            ("meter_month", "one meter's hourly month, ms for 200 of them", 1),
            ("period_totals", "month totals of all meters, ms", 0.6),
            ("daily_usage", "daily usage of all meters for a month, ms", 0.1),
            ("night_minimum", "night minimum 1-5 h of every meter and day for a month, ms", 0.1),
        ]:
            ours, peer = (median(run[key] for run in side) * 1000 for side in (mine, theirs))
            self.row(what, f"{ours:,.2f}", f"{peer:,.2f}", ours / peer, f"≤ {limit}", ours / peer <= limit)
        return median(run["explained_total_each"] for run in mine) * 1000

    def growth(self, cost, meters):
        data = self.data_set(meters, 30)
        self.say(f"growth to {meters} meters")
        done = [measured(self.ours, "import", data, self.fresh("grown")) for _ in range(min(3, self.wanted.times))]
        self.raw["growth"] = done
        grown = median(run["seconds"] / run["readings"] for run in done)
        self.peak = max(self.peak, *(run["peak_kb"] for run in done))
        self.row(f"{meters:,} meters × 30 days: µs a reading; peer: the {self.wanted.meters:,}-meter import",
                 f"{grown * 1e6:.3f}", f"{cost * 1e6:.3f}", grown / cost, "≤ 1.3", grown / cost <= 1.3)

    def ten_years(self):
        data = self.data_set(20, 3650)
        measured(self.ours, "import", data, self.fresh("ten-years"))
        done = measured(self.ours, "open", self.wanted.out / "ten-years")
        self.raw["open"] = done
        ms = done["seconds"] * 1000
        self.row("opening ten years of 20 meters, ms", f"{ms:.1f}", "", None, "< 50", ms < 50)

    def all(self):
        data = self.data_set(self.wanted.meters, 365)
        cost = self.imports(data)
        thought = self.think(data)
        explained = self.queries(data)
        count = self.wanted.meters * (365 * 24 + 1)
        captures = self.size(count)
        self.stream(2_000, 200)
        self.growth(cost, self.wanted.city)
        self.ten_years()
        self.row("peak memory of all of it, MB", f"{self.peak / 1000:.0f}", "", None, "< 300", self.peak < 300_000)
        print("| what | ours | plain SQLite | ratio | must reach | |\n|---|---|---|---|---|---|")
        for what, ours, peer, ratio, limit, holds in self.rows:
            shown = "" if ratio is None else f"{ratio:.2f}"
            print(f"| {what} | {ours} | {peer} | {shown} | {limit} | {'yes' if holds else 'NO'} |")
        print(f"\nJudging the whole year of {self.wanted.meters:,} meters once: {thought:.1f} s. Captures of imported rows: "
              f"{captures:.1f} bytes a reading. An explained period total: {explained:.2f} ms.")
        (self.wanted.out / "store-results.json").write_text(json.dumps(self.raw, indent=1))
        return all(row[5] for row in self.rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("store_bench", type=Path)
    parser.add_argument("mizumori", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--meters", type=int, default=2_000)
    parser.add_argument("--city", type=int, default=37_000)
    sys.exit(0 if Store(parser.parse_args()).all() else 1)


main()
