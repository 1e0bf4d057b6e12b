"""What the end-to-end tests share: the release program, a pilot in a temporary folder, a real SMTP server."""

import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import yaml
from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "release" / "mizumori"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds=30, what="the condition"):
    """Polls until `condition()` is true; its value is returned. Fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


def mizumori(*arguments, cwd=ROOT, check=None, env=None, timeout=300):
    """Runs the program and gives its result; `check` is the exit code that must come."""
    environment = {**os.environ, "LANG": "C.UTF-8", **(env or {})}
    result = subprocess.run(
        [str(PROGRAM), *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout)
    if check is not None:
        assert result.returncode == check, f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result


def mizumori_json(*arguments, check=0, **options):
    return json.loads(mizumori(*arguments, "--json", check=check, **options).stdout)


class Mailbox:
    """Keeps what a real SMTP server received; answers as the test wishes."""

    def __init__(self):
        self.messages = []
        self.answers = []

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            answer = self.answers.pop(0)
            if not answer.startswith("250"):
                return answer
        self.messages.append((envelope, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"


@pytest.fixture
def mailbox():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


class Pilot:
    """The shipped configuration in a folder of its own, with ports of its own and a round every second."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "config", folder / "config")
        shutil.copytree(ROOT / "meters", folder / "meters")
        self.console_port = free_port()
        self.feed_port = free_port()
        self.processes = []
        self.edit("config/gateway.yaml", self.take_over)

    def take_over(self, gateway):
        gateway["console"]["port"] = self.console_port
        gateway["polling"]["interval_seconds"] = 1
        gateway["feed"]["url"] = f"http://127.0.0.1:{self.feed_port}"

    def mail_to(self, port):
        def change(mail):
            mail["smtp"]["port"] = port
            mail["outbox_seconds"] = 1

        self.edit("config/mail.yaml", change)

    def simulate(self):
        """Starts the simulated lines and the simulated feed, each in a process of its own."""
        bus = self.start("simulate", "bus")
        feed = self.start("simulate", "feed", "--port", str(self.feed_port))
        wait_for(lambda: (self.folder / "data/simulated/line-a").exists(), what="the simulated line")
        wait_for(lambda: "http" in feed.log.read_text(), what="the simulated feed")
        return bus, feed

    def database(self, sql, *values):
        """Asks the store directly, past the program."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/data/mizumori.sqlite?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()

    def edit(self, name, change):
        """Reads a YAML file of the pilot, lets `change` alter it in place, and writes it back."""
        path = self.folder / name
        document = yaml.safe_load(path.read_text())
        change(document)
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))

    def run(self, *arguments, **options):
        return mizumori(*arguments, cwd=self.folder, **options)

    def json(self, *arguments, **options):
        return mizumori_json(*arguments, cwd=self.folder, **options)

    def start(self, *arguments, env=None):
        log = open(self.folder / f"{arguments[0]}-{len(self.processes)}.log", "wb")
        process = subprocess.Popen(
            [str(PROGRAM), *map(str, arguments)], cwd=self.folder, stdout=log, stderr=subprocess.STDOUT,
            env={**os.environ, "LANG": "C.UTF-8", **(env or {})})
        process.log = Path(log.name)
        self.processes.append(process)
        return process

    def stop(self, process, with_signal=signal.SIGTERM, seconds=30):
        process.send_signal(with_signal)
        return process.wait(timeout=seconds)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.console_port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def health(self):
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self.get("/health"))
        return None

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture
def pilot(tmp_path):
    pilot = Pilot(tmp_path)
    yield pilot
    pilot.close()


@pytest.fixture(scope="session", autouse=True)
def the_program_is_built():
    assert PROGRAM.exists(), f"{PROGRAM} is missing: swift build -c release"


def csv_rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def install_simulated(pilot, simulated):
    """Gives a pilot the meters of a simulated set as its installations, all in the feed."""

    def installation(row):
        return {
            "service_point": row["meter_id"], "calibre_mm": int(row["diameter_mm"]), "use_class": row["customer_class"],
            "meter": "M-" + row["meter_id"], "feed_meter": "TN-" + row["meter_id"],
            "dial": {"capacity_m3": int(row["rollover_l"]) // 1000, "resolution_l": int(row["resolution_l"])},
        }

    installations = [installation(row) for row in csv_rows(simulated / "meters.csv")]
    pilot.edit("meters/pilot.yaml", lambda p: p.update(installations=installations))
    return pilot
