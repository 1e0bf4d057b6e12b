"""Slaves that nobody of ours wrote, or that misbehave: in threads of the test, changed by the test while they run."""

import asyncio
import contextlib
import os
import pty
import random
import select
import struct
import termios
import threading
import time
import tty

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import ModbusTcpServer


class TcpSlave:
    """A pymodbus TCP server with one unit whose input registers the test sets."""

    def __init__(self, port, unit, registers=400):
        # pymodbus counts from 1 where the wire counts from 0.
        self.block = ModbusSequentialDataBlock(1, [0] * registers)
        slave = ModbusSlaveContext(ir=self.block, hr=self.block, di=self.block, co=self.block)
        self.context = ModbusServerContext(slaves={unit: slave}, single=False)
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.port = port
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        assert self.ready.wait(10)

    def _serve(self):
        asyncio.set_event_loop(self.loop)

        async def main():
            self.server = ModbusTcpServer(self.context, address=("127.0.0.1", self.port))
            task = asyncio.ensure_future(self.server.serve_forever())
            await asyncio.sleep(0.3)
            self.ready.set()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        self.loop.run_until_complete(main())

    def put32(self, address, value):
        self.block.setValues(address + 1, [value >> 16, value & 0xFFFF])

    def close(self):
        asyncio.run_coroutine_threadsafe(self.server.shutdown(), self.loop).result(10)
        self.thread.join(10)


def checksum(body):
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


class RawLine:
    """The meters' end of a serial line, byte by byte: it answers reads of input registers, rightly or wrongly.

    `values(unit, address)` gives a register; `spoil(reply, write_later)` gives the bytes that go out at once.
    """

    def __init__(self, values, units, spoil=None, listen=None):
        self.master, slave = pty.openpty()
        tty.setraw(slave, termios.TCSANOW)
        self.slave = slave
        self.device = os.ttyname(slave)
        self.values, self.units = values, units
        self.spoil = spoil or (lambda reply, later: reply)
        self.listen = listen
        self.later = []
        self.requests = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        buffer = b""
        while not self.stopped.is_set():
            now = time.monotonic()
            for due, frame in [x for x in self.later if x[0] <= now]:
                os.write(self.master, frame)
            self.later = [x for x in self.later if x[0] > now]
            readable, _, _ = select.select([self.master], [], [], 0.005)
            if not readable:
                buffer = b""
                continue
            data = os.read(self.master, 512)
            if self.listen:
                data = self.listen(data)
            buffer += data
            while len(buffer) >= 8:
                frame, buffer = buffer[:8], buffer[8:]
                if checksum(frame[:6]) == frame[6:]:
                    self._answer(frame)

    def _answer(self, frame):
        unit, function, address, count = struct.unpack(">BBHH", frame[:6])
        if unit not in self.units or function not in (3, 4):
            return
        self.requests += 1
        words = [self.values(unit, address + offset) & 0xFFFF for offset in range(count)]
        body = struct.pack(">BBB", unit, function, count * 2) + struct.pack(f">{count}H", *words)
        now = self.spoil(body + checksum(body), lambda delay, data: self.later.append((time.monotonic() + delay, data)))
        if now:
            os.write(self.master, now)

    def write(self, data):
        os.write(self.master, data)

    def close(self):
        self.stopped.set()
        self.thread.join(5)
        os.close(self.slave)
        os.close(self.master)


def faults(seed, share):
    """A spoiler: every fault that a line knows, each with its share of the answers."""
    dice = random.Random(seed)

    def spoil(reply, later):
        if dice.random() >= share:
            return reply
        kind = dice.choice(["lost", "late", "twice", "twice late", "cut", "misfit", "noise", "flip", "burst", "stranger"])
        if kind == "lost":
            return b""
        if kind == "late":
            later(dice.uniform(0.5, 2.5), reply)
            return b""
        if kind == "twice":
            return reply + reply
        if kind == "twice late":
            later(dice.uniform(0.05, 2.5), reply)
            return reply
        if kind == "cut":
            return reply[:dice.randrange(1, len(reply))]
        if kind == "misfit":
            body = reply[:2] + bytes([reply[2] + 2]) + reply[3:-2] + b"\0\0"
            return body + checksum(body)
        if kind == "noise":
            return bytes(dice.randrange(256) for _ in range(dice.randrange(1, 9))) + reply
        if kind == "stranger":
            body = bytes([reply[0] % 247 + 1]) + reply[1:-2]
            return body + checksum(body)
        bits = len(reply) * 8
        if kind == "flip":
            chosen = dice.sample(range(bits), dice.randrange(1, 4))
        else:
            length = dice.randrange(2, 17)
            start = dice.randrange(bits - length)
            chosen = {start, start + length - 1} | {b for b in range(start, start + length) if dice.random() < 0.5}
        spoilt = bytearray(reply)
        for bit in chosen:
            spoilt[bit // 8] ^= 1 << bit % 8
        return bytes(spoilt)

    return spoil
