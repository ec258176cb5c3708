# SPDX-License-Identifier: Apache-2.0
"""Runs programs in turns and says what each of them took."""
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


@dataclasses.dataclass
class Sample:
    """CPU is user and system time of the process and of those it waited for, its start included; memory its peak in MiB."""
    wall: float
    cpu: float
    memory: float
    printed: str
    errors: str
    started: float  # CLOCK_MONOTONIC, as `ended`
    ended: float


def environment():
    """Ours without proxies: everything that is measured is on the loopback."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | {"no_proxy": "*"}


def measure(command):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        end = time.monotonic()
        out.seek(0)
        err.seek(0)
        printed, errors = out.read().decode(), err.read().decode()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n{errors[-2000:]}{printed[-500:]}")
    return Sample(end - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed, errors, start, end)


class Runs:
    """The samples of several clients, of interleaved rounds: what was measured in one round is compared with that alone."""

    def __init__(self, clients, rounds, expected_rows=None, warm_up=True):
        self.samples = {client.name: [] for client in clients}
        for turn in range(0 if warm_up else 1, rounds + 1):
            for client in clients:
                sample = measure(client.command)
                rows = client.rows(sample)
                if expected_rows is not None and rows is not None and rows != expected_rows:
                    sys.exit(f"{client.name} saw {rows} rows instead of {expected_rows}")
                say(f"round {turn}: {client.name}: {sample.wall:.2f} s, CPU {sample.cpu:.2f} s, {sample.memory:.0f} MiB")
                if turn > 0:
                    self.samples[client.name].append(sample)

    def median(self, name, what):
        return statistics.median(getattr(sample, what) for sample in self.samples[name])

    def ratio(self, name, other, what):
        """The median of the rounds' ratios name : other."""
        return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(self.samples[name], self.samples[other]))

    def spread(self, name, what):
        values = [getattr(sample, what) for sample in self.samples[name]]
        return max(values) / min(values)


def table(head, rows):
    """A Markdown table; the first column is words, the others are numbers."""
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def last_json(text):
    return json.loads(text.strip().splitlines()[-1])


class Goals:
    """What is to be reached, as performance goals are kept: a name, what was seen, the goal, and whether it holds."""

    def __init__(self):
        self.rows = []
        self.cpu = {}  # what a gate keeps: seconds, the fewer the better

    def at_least(self, name, seen, goal, unit="", digits=1, noisy=False):
        self._add(name, seen, goal, unit, digits, "noisy" if noisy else seen >= goal, "≥")

    def at_most(self, name, seen, goal, unit="", digits=2):
        self._add(name, seen, goal, unit, digits, seen <= goal, "≤")
        if "CPU s" in name:
            self.cpu[name] = seen

    def _add(self, name, seen, goal, unit, digits, reached, sign):
        self.rows.append((name, f"{seen:.{digits}f}{unit}", f"{sign} {goal:g}{unit}",
                          reached if isinstance(reached, str) else "yes" if reached else "**no**"))

    def print(self):
        print("## Goals\n")
        table(["", "seen", "goal", "reached"], self.rows)
