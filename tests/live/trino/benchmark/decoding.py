# SPDX-License-Identifier: Apache-2.0
"""D1: pages in memory become rows, in one thread; no network, no server."""
import statistics
import sys

from clients import peers
from measuring import last_json, measure, say, table
from replay import documents


def floor(command, rows, last):
    """CPU seconds for a million rows, the median of the last rounds; the first ones warm a virtual machine up."""
    rounds = []
    for line in measure(command).printed.splitlines():
        cpu, seen = line.split()
        if int(seen) != rows:
            sys.exit(f"{command[0]} decoded {seen} rows instead of {rows}")
        rounds.append(float(cpu))
    return statistics.median(rounds[-last:]) * 1e6 / rows


def compare(bench):
    pages = [file for _, _, file in documents(bench.recording(), "page")]
    options = bench.programs.options
    print(f"## D1: decoding alone\n\nThe {len(pages)} pages of `{bench.recorded_sql}`, in memory, one thread.\n")
    rows = bench.recorded_rows
    seen = {}
    for turn in range(bench.rounds):
        say(f"D1 round {turn + 1}")
        own = last_json(measure([f"{bench.bin}/bench_trinopage", "9", "", *pages]).printed)
        for name, value in own.items():
            seen.setdefault(name, []).append((value["cpu_s_per_m"], value["mb_s"]))
        for name, command, last in [
            ("Jackson, cells as objects, rows dropped (what JDBC does at least)", ["java", "-cp", options.classpath, "JacksonFloor", "15", *pages], 7),
            ("Go encoding/json, UseNumber and conversion", [options.go_floor, "3", *pages], 2),
            ("Node JSON.parse", ["node", f"{peers}/floors/nodefloor.mjs", "5", *pages], 3),
        ]:
            seen.setdefault(name, []).append((floor(command, rows, last), None))
    ours = "decodePage, batches dropped"
    size = sum(len(open(file, "rb").read()) for file in pages) / 1e6
    lines = []
    for name, values in seen.items():
        cpu = statistics.median(value[0] for value in values)
        ratio = statistics.median(value[0] / own[0] for value, own in zip(values, seen[ours]))
        lines.append((f"**Grebe: {name}**" if name.startswith("decodePage") else name, f"{size / cpu / rows * 1e6:.0f}", f"{1 / cpu:.2f}",
                      f"{16 / cpu:.0f}", f"{cpu:.3f}", f"{ratio:.1f}"))
    table(["", "MB/s of CPU time", "M rows/s", "M cells/s", "CPU s per million rows", "CPU, Grebe = 1"], lines)

    def against(name):
        found = next(key for key in seen if key.startswith(name))
        return statistics.median(value[0] / own[0] for value, own in zip(seen[found], seen[ours]))

    goals = bench.goals
    goals.at_least("D1: CPU against Jackson", against("Jackson"), 5, "x")
    goals.at_least("D1: CPU against Go encoding/json", against("Go"), 40, "x")
    goals.at_least("D1: CPU against QJsonDocument and QVariants", against("QJsonDocument"), 15, "x")
    goals.at_least("D1: MB/s of CPU time, one core", size / statistics.median(value[0] for value in seen[ours]) / rows * 1e6, 800, digits=0)
    goals.at_least("D1: of simdjson's rate of skipping rows", against("simdjson"), 0.7, digits=2)
