"""The same scan with pymodbus over a serial line: its synchronous client, or with --async the other.

pymodbus_loop.py DEVICE [--async] [--units N] [--scans N]; one line of JSON with the keys of libmodbus_loop.
"""

import argparse
import asyncio
import json
import resource
import statistics
import time

from pymodbus.client import AsyncModbusSerialClient, ModbusSerialClient

REGISTERS = 12
LINE = {"baudrate": 9600, "bytesize": 8, "parity": "N", "stopbits": 1}


def processor_microseconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


class Stopwatch:
    """Keeps how long scans and exchanges took, in seconds, and what they cost the processor."""

    def __init__(self, units):
        self.units = units
        self.scans = []
        self.exchanges = []
        self.processor = processor_microseconds()

    def take(self, answer, asked):
        self.exchanges.append(time.perf_counter() - asked)
        words = answer.registers
        if len(words) != REGISTERS or (words[0] + REGISTERS - 1) & 0xFFFF != words[-1]:
            raise SystemExit(f"pymodbus_loop: a wrong answer: {answer}")

    def result(self):
        spent = processor_microseconds() - self.processor
        scan = statistics.median(self.scans) * 1e3
        return {
            "exchanges": len(self.exchanges),
            "scan_ms": round(scan, 3),
            "exchange_ms": round(scan / self.units, 4),
            "p50_us": round(statistics.median(self.exchanges) * 1e6, 1),
            "cpu_us": round(spent / len(self.exchanges), 2),
        }


def synchronous(device, units, scans):
    client = ModbusSerialClient(device, **LINE)
    if not client.connect():
        raise SystemExit(f"pymodbus_loop: could not open {device}")
    watch = Stopwatch(units)
    for _ in range(scans):
        began = time.perf_counter()
        for unit in range(1, units + 1):
            asked = time.perf_counter()
            watch.take(client.read_input_registers(0, count=REGISTERS, slave=unit), asked)
        watch.scans.append(time.perf_counter() - began)
    result = watch.result()
    client.close()
    return result


async def asynchronous(device, units, scans):
    client = AsyncModbusSerialClient(device, **LINE)
    if not await client.connect():
        raise SystemExit(f"pymodbus_loop: could not open {device}")
    watch = Stopwatch(units)
    for _ in range(scans):
        began = time.perf_counter()
        for unit in range(1, units + 1):
            asked = time.perf_counter()
            watch.take(await client.read_input_registers(0, count=REGISTERS, slave=unit), asked)
        watch.scans.append(time.perf_counter() - began)
    result = watch.result()
    client.close()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("device")
    parser.add_argument("--async", action="store_true", dest="is_async")
    parser.add_argument("--units", type=int, default=20)
    parser.add_argument("--scans", type=int, default=10)
    wanted = parser.parse_args()
    loop = (wanted.device, wanted.units, wanted.scans)
    print(json.dumps(asyncio.run(asynchronous(*loop)) if wanted.is_async else synchronous(*loop)))


if __name__ == "__main__":
    main()
