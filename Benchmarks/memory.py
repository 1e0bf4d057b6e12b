"""What `mizumori run` needs of memory while it polls 200 units over TCP each second.

memory.py SLAVE [--program PATH] [--units N] [--seconds N]; SLAVE is the built wire_slave. One JSON object on stdout.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = "wirenboard-mcm8"
# When the program has started, opened its store and asked everybody a few times.
SETTLED_SECONDS = 10
END_SECONDS = 60

GATEWAY = """\
format: 1
station: benchmark
console: {{host: 127.0.0.1, port: {console}}}
polling: {{interval_seconds: 1}}
lines:
  - {{id: line-a, transport: tcp, host: {host}, port: {port}}}
"""

INSTALLATION = """\
  - service_point: S-{unit:05}
    calibre_mm: 20
    use_class: household
    meter: "{unit:08}"
    line: line-a
    unit: {unit}
    model: {model}
    channel: 1
    litres_per_count: 1
    dial: {{capacity_m3: 10000, resolution_l: 1}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write_pilot(folder, units, place):
    """The configuration without feed and mail, and one pulse counter behind each unit."""
    host, port = place.split(":")
    (folder / "config").mkdir()
    (folder / "config/gateway.yaml").write_text(GATEWAY.format(console=free_port(), host=host, port=port))
    shutil.copy(ROOT / "config/detection.yaml", folder / "config")
    (folder / "meters/models").mkdir(parents=True)
    shutil.copy(ROOT / f"meters/models/{MODEL}.yaml", folder / "meters/models")
    installations = "".join(INSTALLATION.format(unit=unit, model=MODEL) for unit in range(1, units + 1))
    (folder / "meters/pilot.yaml").write_text(f"format: 1\ninstallations:\n{installations}")


def memory(pid):
    """Resident memory in kB: all of it, and the part that belongs to no file."""
    words = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(words["VmRSS"].split()[0]), int(words["RssAnon"].split()[0])


def sample(process, seconds, log):
    """Looks once a second, on the seconds since the start."""
    began = time.monotonic()
    samples = {}
    for second in range(1, seconds + 1):
        time.sleep(max(0, began + second - time.monotonic()))
        if process.poll() is not None:
            raise SystemExit(f"memory: mizumori ended after {second} s\n{log.read_text()[-2000:]}")
        samples[second] = memory(process.pid)
    return samples


def stored(folder):
    store = sqlite3.connect(f"file:{folder}/data/mizumori.sqlite?mode=ro", uri=True)
    try:
        readings, points = store.execute("SELECT count(*), count(DISTINCT point_key) FROM reading").fetchone()
        quarantined = store.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    finally:
        store.close()
    return {"readings": readings, "points": points, "quarantined": quarantined}


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measure(slave_program, program, units=200, seconds=70):
    """Runs the program for so long in a folder of its own, and ends it."""
    with tempfile.TemporaryDirectory(prefix="mizumori-memory-") as name:
        folder = Path(name)
        log = folder / "run.log"
        processes = []
        try:
            slave = subprocess.Popen(
                [slave_program, "--tcp", "0", "--units", str(units)], stdout=subprocess.PIPE, text=True)
            processes.append(slave)
            write_pilot(folder, units, slave.stdout.readline().strip())
            with open(log, "wb") as out:
                gateway = subprocess.Popen(
                    [program, "run"], cwd=folder, stdout=out, stderr=subprocess.STDOUT,
                    env={**os.environ, "LANG": "C.UTF-8"})
            processes.append(gateway)
            samples = sample(gateway, seconds, log)
        finally:
            for process in reversed(processes):
                end(process)
        return {**summary(samples, seconds), "units": units, "stored": stored(folder),
                "slave": json.loads(slave.stdout.read()), "exit": gateway.returncode}


def summary(samples, seconds):
    tens = range(10, seconds + 1, 10)
    settled, last = samples[SETTLED_SECONDS][0], samples[END_SECONDS][0]
    return {
        "rss_kb": {str(second): samples[second][0] for second in tens},
        "rss_anon_kb": {str(second): samples[second][1] for second in tens},
        "growth_kb": last - settled,
        "growth_percent": round(100 * (last - settled) / settled, 2),
    }


def main():
    # So that an ended run also ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slave", type=os.path.abspath)
    parser.add_argument("--program", default=ROOT / ".build/release/mizumori", type=os.path.abspath)
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=70)
    wanted = parser.parse_args()
    if wanted.seconds < END_SECONDS:
        parser.error(f"the growth is taken from {SETTLED_SECONDS} s to {END_SECONDS} s")
    print(json.dumps(measure(wanted.slave, wanted.program, wanted.units, wanted.seconds)))


if __name__ == "__main__":
    main()
