#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Grebe with Presto's own clients on a real Presto and prints Markdown."""
import argparse
import os
import statistics
import sys
from urllib.parse import urlsplit

here = os.path.dirname(os.path.abspath(__file__))
trino = os.path.join(os.path.dirname(os.path.dirname(here)), "trino")
sys.path.insert(0, f"{trino}/benchmark")

from clients import GREBE, NOTHING, Client  # noqa: E402
from measuring import Goals, Runs  # noqa: E402
from realserver import print_clients  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grebe", required=True)
    parser.add_argument("--url", required=True, help="presto://user@host:port")
    parser.add_argument("--python", required=True, help="a Python that has presto-python-client")
    parser.add_argument("--classpath", required=True, help="of JdbcFetch and Presto's JDBC driver")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    address = urlsplit(options.url)
    host, port = address.hostname, str(address.port)
    sql, rows = "SELECT * FROM tpch.sf1.orders", 1_500_000
    clients = [
        Client(NOTHING, [sys.executable, f"{trino}/peers/raw_fetch.py", host, port, sql], "bytes"),
        Client(GREBE, [options.grebe, "query", "--url", options.url, "--format", "none", "--stats", sql], "stats"),
        Client("kept", [os.path.join(os.path.dirname(options.grebe), "bench_fetch"), options.url, sql, "keep"], "own"),
        Client("presto-python-client", [options.python, f"{here}/presto_fetch.py", host, port, sql]),
        Client("Presto JDBC", ["java", "-cp", options.classpath, "JdbcFetch", f"jdbc:presto://{host}:{port}?user=grebe", sql]),
        Client("Presto JDBC, uncompressed",
               ["java", "-cp", options.classpath, "JdbcFetch", f"jdbc:presto://{host}:{port}?user=grebe&disableCompression=true", sql]),
    ]
    print(f"{os.cpu_count()} cores, server and clients on the same; medians of {options.rounds} interleaved rounds.\n\n`{sql}`, 1.5 million rows\n")
    runs = Runs(clients, options.rounds, rows)
    kept = runs.samples.pop("kept")
    print_clients(runs, rows)
    goals = Goals()
    goals.at_most("CPU s", runs.median(GREBE, "cpu"), 0.6)
    goals.at_most("CPU s, all kept", statistics.median(sample.cpu for sample in kept), 0.6)
    goals.at_most("peak memory, all kept", statistics.median(sample.memory for sample in kept), 200, " MiB", 0)
    goals.at_least("wall against nothing decoded", 1 / runs.ratio(GREBE, NOTHING, "wall"), 0.8, digits=2)
    goals.print()


main()
