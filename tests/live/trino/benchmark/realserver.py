# SPDX-License-Identifier: Apache-2.0
"""The real server: every client fetches the same rows as its users do."""
import statistics

from clients import GREBE, NOTHING
from measuring import Runs, last_json, table


def print_clients(runs, rows):
    """Wall, CPU and memory of each client; ratios are medians of the rounds' ratios."""
    table(["client", "wall s", "CPU s per million rows", "peak MiB", "CPU, Grebe = 1", "memory, Grebe = 1"],
          [(name, f"{runs.median(name, 'wall'):.2f}", f"{runs.median(name, 'cpu') * 1e6 / rows:.2f}", f"{runs.median(name, 'memory'):.0f}",
            f"{runs.ratio(name, GREBE, 'cpu'):.1f}", f"{runs.ratio(name, GREBE, 'memory'):.1f}") for name in runs.samples])


def compare(bench):
    programs = bench.programs
    print(f"## Real server\n\n`{bench.sql}`\n")
    clients = [programs.nothing(bench.server, bench.sql), programs.grebe(bench.server, bench.sql), programs.fetch(bench.server, bench.sql, "keep")]
    clients += programs.official(bench.server, bench.sql) + programs.direct(bench.server, bench.sql)
    runs = Runs(clients, bench.rounds, bench.rows, bench.warm_up)
    kept = runs.samples.pop("bench_fetch keep")
    print_clients(runs, bench.rows)
    kept_memory = statistics.median(sample.memory for sample in kept)
    kept_cpu = statistics.median(sample.cpu for sample in kept)
    print(f"Grebe with every cell kept as Arrow at the end: CPU {kept_cpu * 1e6 / bench.rows:.2f} s per million rows, peak {kept_memory:.0f} MiB.\n")
    best = min((name for name in runs.samples if name not in (GREBE, NOTHING)), key=lambda name: runs.median(name, "cpu"))
    goals = bench.goals
    goals.at_most("real: CPU s per million rows", runs.median(GREBE, "cpu") * 1e6 / bench.rows, 0.45)
    goals.at_most("real: CPU s per million rows, all kept", kept_cpu * 1e6 / bench.rows, 0.45)
    goals.at_least(f"real: CPU against the best peer ({best})", runs.ratio(best, GREBE, "cpu"), 10, "x")
    goals.at_least("real: wall against nothing decoded", 1 / runs.ratio(GREBE, NOTHING, "wall"), 0.8, digits=2)
    goals.at_most("real: peak memory, streamed", runs.median(GREBE, "memory"), 60, " MiB", 0)
    goals.at_most("real: peak memory, all kept", kept_memory, 150, " MiB", 0)


def whole_table(bench):
    sql = "SELECT * FROM tpch.sf1.lineitem"
    print(f"## D3: a whole table from the real server\n\n`{sql}`, 6 million rows\n")
    rows = 6_001_215
    clients = [bench.programs.nothing(bench.server, sql), bench.programs.grebe(bench.server, sql), bench.programs.fetch(bench.server, sql, "store")]
    runs = Runs(clients, min(bench.rounds, 3), rows, warm_up=False)
    grebe = last_json(runs.samples[GREBE][-1].errors)
    size = grebe["bytes"] / 1e6
    table(["client", "wall s", "MB/s", "CPU s", "peak MiB"],
          [(name, f"{runs.median(name, 'wall'):.1f}", f"{size / runs.median(name, 'wall'):.0f}", f"{runs.median(name, 'cpu'):.2f}",
            f"{runs.median(name, 'memory'):.0f}") for name in runs.samples])
    print("bench_fetch store keeps the result as the window does: 256 MB in memory, the rest in a file.\n")
    bench.goals.at_least("D3: wall against nothing decoded", 1 / runs.ratio(GREBE, NOTHING, "wall"), 0.8, digits=2)
    bench.goals.at_most("D3: CPU s per million rows", runs.median(GREBE, "cpu") * 1e6 / rows, 0.45)
