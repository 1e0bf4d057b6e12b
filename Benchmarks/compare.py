"""Runs every comparison several times, ours and the peers in turn, and prints the table of ratios.

compare.py OUT LINE_BENCH MIZUMORI [--times N] [scan exchange dead memory]; OUT is the folder of the built C programs,
where the raw numbers go, too. Exit 1 when a promise does not hold.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median

import memory

HERE = Path(__file__).resolve().parent
UNITS = 20
SCANS = 10
EXCHANGES = 20_000
DEAD_UNIT = 10
# 8 characters of request, 29 of reply, 3.5 of silence twice, each of 10 bits, at 9,600 bits a second.
LINE_MS = (8 + 29 + 2 * 3.5) * 10 / 9600 * 1000
# Single stalls are the kernel's; where more than one reply in a hundred is late, the machine was busy.
MOST_LATE = 0.01
CLIENT_SECONDS = 300

PROCESSORS = sorted(os.sched_getaffinity(0))
# On the wire each has a processor of its own, where there are two, so that the slave keeps its time.
CLIENT, SLAVE = PROCESSORS[0], PROCESSORS[-1]
ON_WIRE = ["--baud", 9600, *(["--priority", 1] if CLIENT != SLAVE else [])]


def pinned(processor, command):
    return ["taskset", "-c", str(processor), *map(str, command)]


class Bench:
    """The programs, and everything that was measured so far by comparison and contestant."""

    def __init__(self, wanted):
        self.slave = wanted.out / "wire_slave"
        self.libmodbus = wanted.out / "libmodbus_loop"
        self.line_bench = wanted.line_bench
        self.mizumori = wanted.mizumori
        self.times = wanted.times
        self.runs = {}

    def against_slave(self, slave_options, client, slave_processor, client_processor=CLIENT):
        """Starts a slave, runs one client against it, and ends the slave; `client` makes a command of the place."""
        command = pinned(slave_processor, [self.slave, "--units", UNITS, *slave_options])
        slave = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            place = slave.stdout.readline().strip()
            done = subprocess.run(
                pinned(client_processor, client(place)), stdout=subprocess.PIPE, text=True, timeout=CLIENT_SECONDS)
        finally:
            slave.terminate()
            counted, _ = slave.communicate(timeout=10)
        if done.returncode != 0:
            raise SystemExit(f"compare: exit {done.returncode} of {' '.join(map(str, client(place)))}")
        return {**json.loads(done.stdout), "slave": json.loads(counted)}

    def interleave(self, comparison, contestants):
        """Runs the contestants in turn, as often as was asked for."""
        runs = self.runs[comparison] = {name: [] for name in contestants}
        for time in range(self.times):
            for name, run in contestants.items():
                print(f"{comparison} {time + 1} of {self.times}: {name}", file=sys.stderr, flush=True)
                runs[name].append(run())
        return runs

    def scan(self):
        def on_wire(client):
            return lambda: self.against_slave(ON_WIRE, client, SLAVE)

        python = [sys.executable, HERE / "peers/pymodbus_loop.py"]
        sizes = ["--units", UNITS, "--scans", SCANS]
        runs = self.interleave("scan", {
            "ours": on_wire(lambda place: [self.line_bench, "scan", "--serial", place, *sizes]),
            "libmodbus": on_wire(lambda place: [self.libmodbus, place, UNITS, SCANS]),
            "pymodbus": on_wire(lambda place: [*python, place, *sizes]),
            "pymodbus async": on_wire(lambda place: [*python, place, "--async", *sizes]),
        })
        exchange = {name: middle(runs[name], "exchange_ms") for name in runs}
        return [
            Row("scan, ms an exchange; peer: the line's own time", exchange["ours"], LINE_MS, 1.02),
            Row("the same; peer: bare libmodbus", exchange["ours"], exchange["libmodbus"]),
            Row("the same; peer: pymodbus, synchronous", exchange["ours"], exchange["pymodbus"]),
            *(silences(name, runs[name], 0 if name == "ours" else None) for name in runs),
            Row("processor time, µs an exchange; peer: pymodbus, asynchronous", middle(runs["ours"], "cpu_us"),
                middle(runs["pymodbus async"], "cpu_us"), 1, is_strict=True),
            Row("the same; peer: bare libmodbus", middle(runs["ours"], "cpu_us"), middle(runs["libmodbus"], "cpu_us")),
        ]

    def exchange(self):
        def without_wire(client):
            return lambda: self.against_slave(["--tcp", 0], client, CLIENT)

        sizes = ["--units", UNITS, "--exchanges", EXCHANGES]
        runs = self.interleave("exchange", {
            "ours": without_wire(lambda place: [self.line_bench, "exchange", "--tcp", place, *sizes]),
            "libmodbus": without_wire(lambda place: [self.libmodbus, place, UNITS, EXCHANGES // UNITS]),
        })
        return [Row("an exchange without a wire, µs, p50; peer: bare libmodbus", middle(runs["ours"], "p50_us"),
                    middle(runs["libmodbus"], "p50_us"), 2.5)]

    def dead(self):
        def polling(warm_up, seconds, *slave_options):
            return lambda: self.against_slave(
                [*ON_WIRE, *slave_options],
                lambda place: [self.line_bench, "poll", "--serial", place, "--units", UNITS,
                               "--warm-up", warm_up, "--seconds", seconds],
                SLAVE)

        runs = self.interleave("dead", {
            "all alive": polling(5, 40),
            # The budget for failures holds 10 s at first; then a probe of a second comes every twentieth second.
            "one dead": polling(40, 85, "--dead", DEAD_UNIT),
        })
        return [Row("one of 20 dead, ms a round; peer: ours, all alive", middle(runs["one dead"], "round_ms"),
                    middle(runs["all alive"], "round_ms"), 1.02)]

    def memory(self):
        print("memory", file=sys.stderr, flush=True)
        result = memory.measure(self.slave, self.mizumori)
        self.runs["memory"] = result
        return [Row("memory of 200 units each second, kB after 60 s; peer: after 10 s", result["rss_kb"]["60"],
                    result["rss_kb"]["10"], 1.02)]

    def late_replies(self):
        """The share of the replies on the wire with which the slave was late."""
        counts = [run["slave"] for comparison in ("scan", "dead")
                  for runs in self.runs.get(comparison, {}).values() for run in runs]
        return sum(count["late_replies"] for count in counts) / max(1, sum(count["replies"] for count in counts))


def middle(runs, key):
    return median(run[key] for run in runs)


class Row:
    """One line of the table; without a limit it only informs."""

    def __init__(self, what, ours, peer, limit=None, is_strict=False):
        self.cells = [what, number(ours), number(peer), f"{ours / peer:.3f}"]
        ratio = ours / peer
        self.holds = None if limit is None else ratio < limit if is_strict else ratio <= limit
        self.limit = "" if limit is None else f"{'<' if is_strict else '≤'} {limit}"

    def words(self):
        return [*self.cells, self.limit, {None: "", True: "yes", False: "no"}[self.holds]]


class SilenceRow(Row):
    def __init__(self, what, broken, total, limit):
        self.cells = [what, f"{broken} of {total}", "", ""]
        self.holds = None if limit is None else broken <= limit
        self.limit = "" if limit is None else str(limit)


def silences(name, runs, limit):
    counts = [run["slave"] for run in runs]
    broken = sum(count["silences_broken"] for count in counts)
    total = broken + sum(count["silences_kept"] for count in counts)
    shortest = min(count["shortest_silence_us"] for count in counts) / 1000
    return SilenceRow(f"silences broken by {name} (shortest {shortest:.2f} ms of 3.65)", broken, total, limit)


def number(value):
    return f"{value:.2f}" if value < 1000 else f"{value:,.0f}"


def table(rows):
    lines = [["what", "ours", "peer", "ratio", "must reach", "reached"], ["---"] * 6, *(row.words() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    # So that an ended run also ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("line_bench", type=os.path.abspath)
    parser.add_argument("mizumori", type=os.path.abspath)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("names", nargs="*", metavar="scan|exchange|dead|memory")
    wanted = parser.parse_intermixed_args()
    known = ["scan", "exchange", "dead", "memory"]
    if not set(wanted.names) <= set(known) or wanted.times < 1:
        parser.error(f"known are {', '.join(known)}, each at least once")
    bench = Bench(wanted)
    rows = []
    for name in wanted.names or known:
        rows += getattr(bench, name)()
    text = table(rows)
    print(text)
    if bench.late_replies() > MOST_LATE:
        print(f"\nThe slave was late with {bench.late_replies():.1%} of its replies: run it again on an idle machine.")
    machine = {"kernel": platform.release(), "processors": len(PROCESSORS), "python": platform.python_version()}
    results = {"machine": machine, "times": wanted.times, "table": [row.words() for row in rows], "runs": bench.runs}
    (wanted.out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    sys.exit(1 if any(row.holds is False for row in rows) else 0)


if __name__ == "__main__":
    main()
