#!/usr/bin/env python3
"""Fetches the same rows with Grebe and with other clients, in turns, and prints what each costs as a Markdown table.

CPU is user and system time of the client process as the kernel counts it, the start of the process included; memory is
its peak resident size. The server runs on the same machine, so compare CPU and memory rather than seconds.
"""
import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

here = os.path.dirname(os.path.abspath(__file__))


def execute(address, sql):
    """Runs a statement to its end without looking at rows."""
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.request("POST", "/v1/statement", sql.encode(), {"X-Trino-User": "grebe"})
    answer = json.load(connection.getresponse())
    while "nextUri" in answer:
        connection.request("GET", urlsplit(answer["nextUri"]).path, headers={"X-Trino-User": "grebe"})
        answer = json.load(connection.getresponse())
    if "error" in answer:
        sys.exit(answer["error"]["message"])


def measure(command):
    """Runs a client; its wall seconds, CPU seconds, peak MiB, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        printed, errors = out.read().decode(), err.read().decode()
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{errors[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed, errors


def clients(options, address, sql):
    """Name -> command, and whether it prints the number of rows."""
    host, port = address.hostname, str(address.port)
    jdbc = f"jdbc:trino://{host}:{port}?user=grebe"
    java = ["java", "-cp", options.classpath, "JdbcFetch"]
    python = [options.python, f"{here}/peers/python_fetch.py", host, port, sql]
    found = {"nothing decoded (Python http.client)": ([sys.executable, f"{here}/peers/raw_fetch.py", host, port, sql], False)}
    if options.grebe:
        found["**Grebe**"] = ([options.grebe, "query", "--url", options.url, "--format", "none", "--stats", sql], False)
    found["trino-python-client"] = (python, True)
    found["trino-python-client, direct and uncompressed"] = (python + ["direct"], True)
    found["Trino JDBC"] = (java + [jdbc, sql], True)
    found["Trino JDBC, direct and uncompressed"] = (java + [jdbc + "&sessionProperties=spooling_enabled:false&disableCompression=true", sql], True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grebe", help="the grebe program; without it only the peers run")
    parser.add_argument("--url", required=True, help="trino://user@host:port")
    parser.add_argument("--python", required=True, help="a Python that has trino-python-client")
    parser.add_argument("--classpath", required=True, help="of JdbcFetch and the JDBC driver")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    address = urlsplit(options.url)

    # The generated table as it is, and the same rows kept in the server's memory, where they cost the server less.
    execute(address, f"CREATE TABLE memory.default.lineitem AS SELECT * FROM tpch.sf1.lineitem LIMIT {options.rows}")
    statements = [f"SELECT * FROM tpch.sf1.lineitem LIMIT {options.rows}", "SELECT * FROM memory.default.lineitem"]
    for sql in statements:
        found = clients(options, address, sql)
        samples = {name: [] for name in found}
        for turn in range(options.rounds + 1):  # the first warms the server up
            for name, (command, prints_rows) in found.items():
                wall, cpu, memory, printed, errors = measure(command)
                if name == "**Grebe**":
                    printed = json.loads(errors.strip().splitlines()[-1])["rows"]
                    prints_rows = True
                if prints_rows and int(printed) != options.rows:
                    sys.exit(f"{name} saw {printed} rows instead of {options.rows}")
                print(f"bench: round {turn}: {name}: {wall:.2f} s, CPU {cpu:.2f} s, {memory:.0f} MiB", file=sys.stderr)
                if turn > 0:
                    samples[name].append((wall, cpu, memory))
        # Medians, and how much more CPU and memory a client takes than Grebe.
        medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in samples.items()}
        grebe = medians.get("**Grebe**")
        print(f"\n`{sql}`: medians of {options.rounds} rounds\n")
        print("| client | wall s | CPU s per million rows | peak MiB | CPU, Grebe = 1 | memory, Grebe = 1 |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for name, (wall, cpu, memory) in medians.items():
            ratios = (f"{cpu / grebe[1]:.1f}", f"{memory / grebe[2]:.1f}") if grebe else ("", "")
            print(f"| {name} | {wall:.2f} | {cpu * 1e6 / options.rows:.2f} | {memory:.0f} | {ratios[0]} | {ratios[1]} |", flush=True)


main()
