# SPDX-License-Identifier: Apache-2.0
"""Recordings of the server that runs, and the server that replays them."""
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))


def record(server, sql, folder, *options):
    """Records anew: the answers are this server's, of this run."""
    host, port = server.split(":")
    subprocess.run([sys.executable, f"{here}/record.py", host, port, sql, folder, *options], check=True)
    return folder


def documents(folder, kind=None):
    """(method, path, file) of a recording, in order."""
    with open(f"{folder}/index", encoding="ascii") as index:
        lines = [line.split() for line in index]
    return [(method, path, f"{folder}/{file}") for method, path, what, _, file in lines if kind in (None, what)]


class Replay:
    """A replayserver; `with Replay(...) as server` gives HOST:PORT."""

    def __init__(self, program, folder, *options, log=None):
        self.command = [program, folder, *(str(option) for option in options)] + (["--log", log] if log else [])

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    @staticmethod
    def answers_of(log):
        """(asked, sent, bytes, "METHOD path") since the server started, in seconds of CLOCK_MONOTONIC."""
        with open(log, encoding="ascii") as lines:
            found = [line.split() for line in lines]
        return [(int(asked) / 1e9, int(sent) / 1e9, int(size), method + " " + path) for asked, sent, size, method, path in found]
