"""Files of readings: by hand, through the watched folder, by SFTP from a real server, and back out of quarantine."""

import getpass
import hashlib
import os
import random
import shutil
import socket
import subprocess
import threading
from datetime import datetime

import openpyxl
import pytest
import yaml
from conftest import ROOT, free_port, mizumori, mizumori_json, wait_for

HEADER = "レコード区分,計量日,メーター番号,水栓番号,口径,訂正回数,時刻,指針値(L),品質,アラーム,配信日時"


def day_file(rows, count=None):
    """The daily file with its trailer, in CP932 with CRLF as Windows writes it."""
    trailer = f"T,2026/03/01,,,,,,件数={len(rows) if count is None else count},,,"
    return ("\r\n".join([HEADER, *rows, trailer]) + "\r\n").encode("cp932")


def row(meter, point, time, index, quality="N", revision=1):
    return f"D,R8.3.1,{meter},{point},20,{revision},{time},{index},{quality},@@@@@,2026/03/02 05:41:00"


def drop(folder, name, content):
    """Puts a file and its checksum as a sender does: the checksum last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    (folder / f"{name}.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    return folder / name


def feed_meters(pilot):
    """The feed's numbers and their points, as the shipped pilot has them."""
    document = yaml.safe_load((pilot.folder / "meters/pilot.yaml").read_text())
    return [(i["feed_meter"], i["service_point"]) for i in document["installations"] if "feed_meter" in i]


def only_files(gateway, **more):
    """A gateway that does nothing but watch one folder, every second."""
    gateway.pop("lines")
    gateway.pop("feed")
    gateway["files"] = [{
        "id": "daily", "folder": "data/drop", "layout": "kyodo-kenshin-daily", "poll_seconds": 1, **more}]


def without_lines(pilot, **more):
    pilot.edit("config/gateway.yaml", lambda g: only_files(g, **more))
    pilot.edit("meters/pilot.yaml", lambda m: m.update(
        installations=[i for i in m["installations"] if "feed_meter" in i]))


def test_the_shipped_layouts_prove_themselves():
    layouts = mizumori_json("layout", "test")["layouts"]
    assert {l["layout"] for l in layouts} == {"kyodo-kenshin-daily", "kyodo-kenshin-wide", "kenshin-workbook"}
    assert all(l["values"] > 0 and l["failed"] == [] for l in layouts)


def test_a_layout_with_a_wrong_example_or_a_wrong_key_is_refused(tmp_path):
    text = (ROOT / "config/layouts/kyodo-kenshin-wide.yaml").read_text()
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("99500 L", "99501 L"))
    result = mizumori("layout", "test", broken, check=2)
    assert "99500" in result.stdout and "99501" in result.stdout
    broken.write_text(text.replace("revision_offset", "revision_ofset"))
    error = mizumori_json("layout", "test", broken, check=2)["errors"][0]
    assert (error["field"], error["line"]) == ("revision_ofset", broken.read_text().split("revision_ofset")[0].count("\n") + 1)


def test_a_file_is_taken_row_by_row_and_again_changes_nothing(pilot, tmp_path):
    (meter, point), (other, _), *_ = feed_meters(pilot)
    content = day_file([
        row(meter, point, "01:00", 1000), row(meter, point, "２４：００", "１０２４"), row(meter, point, "02:00", ""),
        row("NOBODY", "", "01:00", 5), row(other, point, "01:00", 5), row(meter, point, "01:00", 1000)])
    file = drop(tmp_path / "in", "WATER_20260301_01.csv", content)
    command = ("import", "feed-file", file, "--layout", "kyodo-kenshin-daily")
    first = pilot.json(*command, check=2)
    assert (first["stored"], first["missing"], first["repeated"], first["quarantined"]) == (2, 1, 1, 2)
    assert [(e["line"], e["field"]) for e in first["errors"]] == [(5, "meter_id"), (6, "service_point")]
    again = drop(tmp_path / "again", "WATER_20260301_02.csv", content)
    second = pilot.json("import", "feed-file", again, "--layout", "kyodo-kenshin-daily", check=2)
    assert (second["is_known"], second["stored"], second["duplicates"]) == (True, 0, 2)
    instants = pilot.database("SELECT datetime(at_utc, 'unixepoch', '+9 hours') FROM reading ORDER BY at_utc")
    assert [i[0] for i in instants] == ["2026-03-01 01:00:00", "2026-03-02 00:00:00"]
    assert pilot.database("SELECT bytes FROM capture") == [(content,)]


@pytest.mark.parametrize("spoil, field", [
    (lambda f: f.write_bytes(f.read_bytes() + b"\r\n"), "checksum"),
    (lambda f: drop(f.parent, f.name, f.read_bytes().replace("件数=1".encode("cp932"), "件数=2".encode("cp932"))), "trailer"),
    (lambda f: drop(f.parent, f.name, f.read_bytes() + b"\xff"), "encoding"),
    (lambda f: f.with_name(f.name + ".sha256").unlink(), "checksum"),
])
def test_a_spoilt_file_is_refused_whole(pilot, tmp_path, spoil, field):
    (meter, point), *_ = feed_meters(pilot)
    file = drop(tmp_path / "in", "WATER_20260301_01.csv", day_file([row(meter, point, "01:00", 1000)]))
    spoil(file)
    document = pilot.json("import", "feed-file", file, "--layout", "kyodo-kenshin-daily", check=2)
    assert document["is_refused"] and [e["field"] for e in document["errors"]] == [field]
    assert pilot.database("SELECT count(*) FROM capture") == [(0,)]
    assert [e["field"] for e in pilot.json("quarantine", "list")["entries"]] == [field]


def test_a_workbook_as_a_spreadsheet_program_writes_it(pilot, tmp_path):
    (meter, point), *_ = feed_meters(pilot)
    book = openpyxl.Workbook()
    book.active.title = "表紙"
    sheet = book.create_sheet("指針値")
    sheet.append(["2026年3月1日分 検針値"])
    sheet.append(["メーター番号", "検針日時", "指針値(m3)", "区分"])
    sheet.append([meter, datetime(2026, 3, 1, 1, 0), 1234.567, None])
    sheet.append([meter, "2026/3/1 24:00", "1,234.987", "推定"])
    sheet.append([meter, datetime(2026, 3, 1, 2, 0), None, None])
    sheet.append([meter, datetime(2026, 3, 1, 3, 0), "=1/0", None])
    sheet.append([None, None, None, None])
    sheet.append([12345, datetime(2026, 3, 1, 4, 0), 1, None])
    file = tmp_path / "検針値_20260301.xlsx"
    book.save(file)
    document = pilot.json("import", "feed-file", file, "--layout", "kenshin-workbook", check=2)
    # openpyxl writes a formula without its result: no value, so it is missing and not a number.
    assert (document["stored"], document["missing"], document["quarantined"]) == (2, 2, 1)
    assert document["errors"][0]["found"] == "0000012345"
    rows = pilot.database("SELECT datetime(at_utc, 'unixepoch', '+9 hours'), index_ml, quality FROM reading ORDER BY 1")
    assert rows == [("2026-03-01 01:00:00", 1_234_567_000, 0), ("2026-03-02 00:00:00", 1_234_987_000, 1)]


def test_quarantine_is_listed_released_and_dropped_by_people(pilot, tmp_path):
    (meter, point), *_ = feed_meters(pilot)
    rows = [row("TN-NEW", point, time, index) for time, index in (("01:00", 10), ("02:00", 11))]
    file = drop(tmp_path / "in", "WATER_20260301_01.csv", day_file([*rows, row(meter, point, "25:00", 5)]))
    pilot.json("import", "feed-file", file, "--layout", "kyodo-kenshin-daily", check=2)
    entries = pilot.json("quarantine", "list")["entries"]
    assert [(e["field"], e["state"]) for e in entries] == [
        ("time", "waiting"), ("meter_id", "waiting"), ("meter_id", "waiting")]
    listed = pilot.run("quarantine", "list", check=0, env={"LANG": "ja_JP.UTF-8"}).stdout
    assert "保留" in listed and "TN-NEW" in listed
    bad, first, _ = (e["id"] for e in entries)
    decision = ("--by", "suzuki", "--reason", "wrong number in the register")
    still = pilot.run("quarantine", "release", first, *decision, check=2)
    assert "still refused" in still.stderr
    pilot.run("quarantine", "drop", bad, *decision, check=0)

    def correct(meters):
        for installation in meters["installations"]:
            if installation.get("feed_meter") == meter:
                installation["feed_meter"] = "TN-NEW"

    pilot.edit("meters/pilot.yaml", correct)
    pilot.run("quarantine", "release", first, "--same", *decision, check=0)
    assert pilot.database("SELECT index_ml FROM reading ORDER BY at_utc") == [(10_000,), (11_000,)]
    assert pilot.json("quarantine", "list")["entries"] == []
    states = [e["state"] for e in pilot.json("quarantine", "list", "--all")["entries"]]
    assert states == ["dropped", "released", "released"]
    acts = pilot.database("SELECT person, action, detail FROM audit ORDER BY key")
    assert acts == [("suzuki", "drop", decision[3])] + [("suzuki", "release", decision[3])] * 2
    pilot.run("quarantine", "drop", bad, *decision, check=2)
    assert pilot.json("verify")["problems"] == []


def test_a_watched_folder_takes_refuses_and_survives_a_kill(pilot):
    without_lines(pilot)
    (meter, point), *_ = feed_meters(pilot)
    folder = pilot.folder / "data/drop"
    good = day_file([row(meter, point, f"{hour:02}:00", 1000 + hour) for hour in range(1, 25)])
    drop(folder, "WATER_20260301_01.csv", good)
    drop(folder, "WATER_20260301_02.csv", day_file([row(meter, point, "01:00", 1)], count=9))
    drop(folder, "UNKNOWN.csv", good)
    gateway = pilot.start("run")
    wait_for(lambda: not list(folder.glob("*.csv")), what="an empty folder")
    assert sorted(p.name for p in (folder / "done").iterdir()) == [
        "WATER_20260301_01.csv", "WATER_20260301_01.csv.sha256"]
    reason = (folder / "refused/WATER_20260301_02.csv.reason.txt").read_text()
    assert "trailer: expected 9 rows, found 1" in reason and "必要ですが" in reason
    assert "name:" in (folder / "refused/UNKNOWN.csv.reason.txt").read_text()
    assert pilot.health()["readings"] == 24
    gateway.kill()
    gateway.wait()
    # As if it had been killed between storing and moving: the stored file lies there again.
    drop(folder, "WATER_20260301_01.csv", good)
    gateway = pilot.start("run")
    wait_for(lambda: not list(folder.glob("*.csv")), what="an empty folder")
    assert pilot.stop(gateway) == 0
    assert pilot.json("verify")["readings"] == 24
    assert pilot.database("SELECT count(*) FROM capture") == [(1,)]
    assert pilot.json("verify")["problems"] == []


class SSHServer:
    """A real OpenSSH server on loopback that shows one folder by SFTP to whoever has the key."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.outbox = folder / "outbox"
        self.outbox.mkdir()
        for name in ("host", "user", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "authorized").write_text((folder / "user.pub").read_text())
        kind, key, *_ = (folder / "host.pub").read_text().split()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        (folder / "sshd_config").write_text("\n".join([
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {folder}/host", f"PidFile {folder}/pid",
            f"AuthorizedKeysFile {folder}/authorized", "StrictModes no", "UsePAM no", "PasswordAuthentication no",
            "PermitRootLogin yes", "Subsystem sftp internal-sftp"]) + "\n")
        self.process = None

    def start(self):
        log = open(self.folder / "log", "ab")
        program = shutil.which("sshd", path="/usr/sbin:/usr/bin")
        self.process = subprocess.Popen([program, "-D", "-e", "-f", self.folder / "sshd_config"], stderr=log)
        wait_for(lambda: b"Server listening" in (self.folder / "log").read_bytes(), what="the SSH server")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            (self.folder / "log").write_bytes(b"")

    def settings(self, **more):
        return {"url": f"sftp://127.0.0.1:{self.port}{self.outbox}/", "user": getpass.getuser(),
                "key_file": str(self.folder / "user"), "known_hosts": str(self.folder / "known_hosts"), **more}


@pytest.fixture
def ssh_server(tmp_path):
    if not shutil.which("sshd", path="/usr/sbin:/usr/bin"):
        pytest.skip("openssh-server is not installed: scripts/debian-packages openssh-server")
    # Where a privileged server keeps its unprivileged half (sshd(8)).
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = SSHServer(folder)
    server.start()
    yield server
    server.stop()


def test_files_are_fetched_by_sftp_once_and_after_a_break(pilot, ssh_server):
    without_lines(pilot, sftp=ssh_server.settings(), megabytes=1)
    (meter, point), *_ = feed_meters(pilot)
    (ssh_server.outbox / "WATER_20260228_01.csv").write_bytes(b"x" * 1_000_001)
    drop(ssh_server.outbox, "WATER_20260301_01.csv", day_file([row(meter, point, "01:00", 1000)]))
    (ssh_server.outbox / "別の 文書.txt").write_text("not ours")
    gateway = pilot.start("run")

    def readings():
        return (pilot.health() or {}).get("readings")

    wait_for(lambda: readings() == 1, what="the first file")
    wait_for(lambda: "more than 1000000 bytes" in gateway.log.read_text(), what="the file that is too large")
    (ssh_server.outbox / "WATER_20260228_01.csv").unlink()
    wait_for(lambda: "Folder gives files again" in gateway.log.read_text(), what="the folder without it")
    ssh_server.stop()
    wait_for(lambda: gateway.log.read_text().count("Folder gives no files") == 2, what="the break")
    drop(ssh_server.outbox, "WATER_20260301_02.csv", day_file([row(meter, point, "02:00", 1001)]))
    ssh_server.start()
    wait_for(lambda: readings() == 2, what="the second file")
    assert "File there has another name" in gateway.log.read_text()
    wait_for(lambda: gateway.log.read_text().count("Folder gives files again") == 2, what="the end of the break")
    assert pilot.stop(gateway) == 0
    done = sorted(p.name for p in (pilot.folder / "data/drop/done").glob("*.csv"))
    assert done == ["WATER_20260301_01.csv", "WATER_20260301_02.csv"], "each was fetched once"
    assert not list((pilot.folder / "data/drop").glob(".*.part"))
    assert sorted(p.name for p in ssh_server.outbox.glob("*.csv")) == done, "nothing is taken away there"


class Cutter:
    """A wire to the SSH server that is cut once so many bytes came, and counts what came afterwards."""

    def __init__(self, server, after):
        self.target, self.left, self.later = server.port, after, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        known = server.folder / "known_hosts"
        known.write_text(known.read_text().replace(f":{server.port} ", f":{self.port} "))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            for source, sink, counts in ((near, far, False), (far, near, True)):
                threading.Thread(target=self.pump, args=(source, sink, counts), daemon=True).start()

    def pump(self, source, sink, counts):
        try:
            while data := source.recv(65_536):
                if counts and self.left > 0:
                    self.left -= len(data)
                    if self.left <= 0:
                        break
                elif counts:
                    self.later += len(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def big_file(seed):
    """Eight million bytes that no compression makes shorter: no daily file, but one of its name."""
    return random.Random(seed).randbytes(8_000_000)


@pytest.mark.parametrize("changes", [False, True])
def test_a_broken_download_goes_on_where_it_ended_unless_the_file_changed(pilot, ssh_server, changes):
    cutter = Cutter(ssh_server, after=6_000_000)
    settings = ssh_server.settings()
    settings["url"] = settings["url"].replace(str(ssh_server.port), str(cutter.port))
    without_lines(pilot, sftp=settings)
    name = "WATER_20260301_01.csv"
    content = big_file(1)
    drop(ssh_server.outbox, name, content)
    gateway = pilot.start("run")
    wait_for(lambda: "Folder gives no files" in gateway.log.read_text(), what="the break", seconds=60)
    if changes:
        content = big_file(2)
        drop(ssh_server.outbox, name, content + b"\n")
        content += b"\n"
    refused = pilot.folder / "data/drop/refused" / name
    wait_for(refused.exists, what="the whole file", seconds=60)
    assert refused.read_bytes() == content
    assert (cutter.later > 8_000_000) == changes, f"{cutter.later} bytes after the break"
    assert pilot.stop(gateway) == 0


@pytest.mark.parametrize("spoil, words", [
    (lambda s, settings: settings.update(key_file=str(s.folder / "stranger")), "is refused"),
    (lambda s, settings: (s.folder / "known_hosts").write_text(
        f"[127.0.0.1]:{s.port} " + " ".join((s.folder / "stranger.pub").read_text().split()[:2]) + "\n"),
        "the host is not the one"),
    (lambda s, settings: (s.folder / "known_hosts").unlink(), "the host is not the one"),
])
def test_no_stranger_is_believed_by_sftp(pilot, ssh_server, spoil, words):
    settings = ssh_server.settings()
    spoil(ssh_server, settings)
    without_lines(pilot, sftp=settings)
    (meter, point), *_ = feed_meters(pilot)
    drop(ssh_server.outbox, "WATER_20260301_01.csv", day_file([row(meter, point, "01:00", 1000)]))
    gateway = pilot.start("run")
    wait_for(lambda: words in gateway.log.read_text(), what=words)
    assert pilot.stop(gateway) == 0
    assert pilot.database("SELECT count(*) FROM reading") == [(0,)]
    assert "path:daily" in {i["subject"] for i in pilot.json("incident", "list")["incidents"]}
