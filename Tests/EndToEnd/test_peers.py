"""Peers that nobody here wrote: pymodbus as a slave, mbpoll as a master."""

import contextlib
import subprocess
import sys
import textwrap

import pytest
from conftest import free_port, wait_for

SLAVE = """
import asyncio, sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer

def context():
    # The map of a WB-MCM8: counts of input 1 at 60, of input 2 at 62, serial number at 270.
    registers = [0] * 400
    registers[60:64] = [1, 57920, 0, 4660]
    registers[270:272] = [0, 77]
    # pymodbus counts from 1 where the wire counts from 0.
    block = ModbusSequentialDataBlock(1, registers)
    slave = ModbusSlaveContext(ir=block, hr=block, di=block, co=block)
    return ModbusServerContext(slaves={11: slave}, single=False)

async def main(kind, where):
    if kind == "serial":
        await StartAsyncSerialServer(context(), port=where, baudrate=9600, bytesize=8, parity="N", stopbits=1)
    else:
        await StartAsyncTcpServer(context(), address=("127.0.0.1", int(where)))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


@pytest.fixture
def pair(tmp_path):
    """Two pseudo-terminals with a wire between them."""
    ends = tmp_path / "gateway-end", tmp_path / "meter-end"
    socat = subprocess.Popen(["socat", *(f"pty,raw,echo=0,link={end}" for end in ends)])
    wait_for(lambda: all(end.exists() for end in ends), what="the pseudo-terminals")
    yield ends
    socat.terminate()
    socat.wait()


@contextlib.contextmanager
def slave(tmp_path, kind, where):
    script = tmp_path / "slave.py"
    script.write_text(textwrap.dedent(SLAVE))
    process = subprocess.Popen([sys.executable, script, kind, str(where)], stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def two_meters(line):
    def change(document):
        first = dict(document["installations"][0], line=line, unit=11, channel=1, dial_offset_l=0)
        second = dict(document["installations"][1], line=line, unit=11, channel=2, dial_offset_l=1_000)
        document["installations"] = [first, second]

    return change


def only_line(line):
    def change(gateway):
        gateway["lines"] = [line]
        gateway.pop("feed")

    return change


def indexes(pilot):
    return dict(pilot.database(
        "SELECT p.id, r.index_ml FROM reading r JOIN service_point p ON p.key = r.point_key"))


def expect_the_two_meters(pilot):
    gateway = pilot.start("run")
    wait_for(lambda: (pilot.health() or {}).get("readings", 0) >= 4, 30, "readings of the foreign slave")
    assert pilot.stop(gateway) == 0
    # 1 x 65,536 + 57,920 counts of a litre; 1,000 L + 4,660 counts.
    assert indexes(pilot) == {"S-00001": 123_456_000, "S-00002": 5_660_000}


def test_a_pymodbus_slave_on_a_serial_line_is_read(pilot, pair, tmp_path):
    line = dict(id="line-a", transport="serial", device=str(pair[0]), baud=9600, parity="none", stop_bits=1)
    pilot.edit("config/gateway.yaml", only_line(line))
    pilot.edit("meters/pilot.yaml", two_meters("line-a"))
    with slave(tmp_path, "serial", pair[1]):
        expect_the_two_meters(pilot)


def test_a_pymodbus_slave_over_tcp_is_read(pilot, tmp_path):
    port = free_port()
    line = dict(id="line-a", transport="tcp", host="127.0.0.1", port=port)
    pilot.edit("config/gateway.yaml", only_line(line))
    pilot.edit("meters/pilot.yaml", two_meters("line-a"))
    with slave(tmp_path, "tcp", port):
        expect_the_two_meters(pilot)


def mbpoll(device, unit, function, address, count, kind):
    answer = subprocess.run(
        ["mbpoll", "-m", "rtu", "-b", "9600", "-P", "none", "-a", str(unit), "-t", f"{function}:{kind}", "-B",
         "-r", str(address), "-0", "-c", str(count), "-1", "-q", "-o", "2", str(device)],
        capture_output=True, text=True, timeout=30)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    lines = [line for line in answer.stdout.splitlines() if line.startswith("[")]
    return [int(line.split(":")[1].split()[0]) for line in lines]


def test_mbpoll_reads_the_simulated_meters(pilot):
    pilot.simulate()
    document = pilot.json("read", "S-00001")
    device = pilot.folder / "data/simulated/line-a"
    counts = mbpoll(device, 11, 3, 60, 1, "int")[0]
    # The dial is its offset plus a litre a count; a little may have run since.
    litres = document["index_ml"] // 1_000 - 1_234_567
    assert 0 <= counts - litres <= 50


def test_mbpoll_cannot_write_to_the_simulated_meters(pilot):
    pilot.simulate()
    device = pilot.folder / "data/simulated/line-a"
    answer = subprocess.run(
        ["mbpoll", "-m", "rtu", "-b", "9600", "-P", "none", "-a", "11", "-t", "4", "-r", "60", "-0", str(device), "1"],
        capture_output=True, text=True, timeout=30)
    assert answer.returncode != 0 and "Illegal function" in answer.stdout + answer.stderr
