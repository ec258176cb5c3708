#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Grebe with the clients that others use, on a real server and on what that server was recorded to send, and
prints Markdown. README.md says what each section measures and what its figures mean.
"""
import argparse
import json
import os
import sys
from urllib.parse import urlsplit

import decoding
import memory
import overlap
import realserver
import replayed
import spooled
from clients import Programs
from gate import Gate
from measuring import Goals

SECTIONS = {
    "real": realserver.compare,
    "D1": decoding.compare,
    "D2": replayed.compare,
    "D3": realserver.whole_table,
    "D4": spooled.compare,
    "D5": overlap.compare,
    "D6": replayed.first_row,
    "D7": memory.compare,
}


class Bench:
    """What sections share: where the server is, the clients' programs, the recordings, the goals."""

    def __init__(self, options):
        self.options = options
        self.programs = Programs(options)
        self.bin = self.programs.bin
        self.server = urlsplit(options.url).netloc.rpartition("@")[2]
        self.rounds = options.rounds
        self.rows = options.rows
        self.warm_up = not options.warm
        self.recorded_rows = min(options.rows, 600_000)
        self.sql = f"SELECT * FROM tpch.sf1.lineitem LIMIT {options.rows}"
        self.recorded_sql = f"SELECT * FROM tpch.sf1.lineitem LIMIT {self.recorded_rows}"
        self.folder = options.folder
        self.goals = Goals()
        self._recordings = {}

    def recording(self, encoding=None):
        """The folder of the recorded query, made in this run."""
        if encoding not in self._recordings:
            from replay import record
            folder = f"{self.folder}/recorded-{(encoding or 'direct').replace('+', '-')}"
            self._recordings[encoding] = record(self.server, self.recorded_sql, folder, *(["--encoding", encoding] if encoding else []))
        return self._recordings[encoding]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="trino://user@host:port")
    parser.add_argument("--folder", required=True, help="for recordings and logs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--warm", action="store_true", help="the server is warm: no round before those that count")
    parser.add_argument("--accepted", required=True, help="the file of the figures that were accepted")
    parser.add_argument("--accept", action="store_true", help="accept the figures of this run")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, by commas")
    Programs.add_options(parser)
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := [name for name in wanted if name not in SECTIONS]:
        sys.exit(f"There is no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}.")
    os.makedirs(options.folder, exist_ok=True)
    bench = Bench(options)
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "unknown processor")
    machine = f"{os.cpu_count()} cores ({model})"
    print(f"{machine}, server, replay and clients on the same; medians of {bench.rounds} interleaved rounds.\n")
    for name, section in SECTIONS.items():
        if name in wanted:
            section(bench)
    bench.goals.print()
    with open(f"{options.folder}/goals.jsonl", "w", encoding="utf-8") as file:
        for row in bench.goals.rows:
            file.write(json.dumps(dict(zip(("metric", "seen", "goal", "reached"), row))) + "\n")
    sys.exit(1 if Gate(options.accepted, machine).judge(bench.goals.cpu, options.accept) else 0)


main()
