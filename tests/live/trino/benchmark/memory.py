# SPDX-License-Identifier: Apache-2.0
"""D7: what a million cells take in memory."""
import os
import statistics

from clients import Client
from measuring import last_json, measure, say, table
from replay import Replay


def compare(bench):
    programs, sql = bench.programs, bench.recorded_sql
    cells = bench.recorded_rows * 16
    seen = {}
    with Replay(f"{bench.bin}/replayserver", bench.recording()) as server:
        for turn in range(bench.rounds):
            say(f"D7 round {turn + 1}")
            for name, mode, environment in (
                ("**Grebe, batches as they came**", "keep", {}),
                ("**Grebe, kept as the window keeps them**", "store", {}),
                ("**Grebe, as the window, 32 MB in memory and the rest in a file**", "store", {"GREBE_RESULT_MEMORY": "32"}),
            ):
                os.environ.update(environment)
                own = last_json(measure(programs.fetch(server, sql, mode).command).printed)
                for variable in environment:
                    del os.environ[variable]
                seen.setdefault(name, []).append((own["peak_kib"] - own["start_kib"]) * 1024)
            # A client's own start, with its modules loaded, is not what rows take.
            start = measure([bench.options.python, "-c", "import trino.dbapi"]).memory
            python = Client("", programs.python(server, sql, "keep").command)
            seen.setdefault("trino-python-client, fetchall()", []).append((measure(python.command).memory - start) * 1024 * 1024)
    print(f"## D7: memory\n\nPeak memory above that before the query, {cells / 1e6:.1f} million cells of lineitem.\n")
    medians = {name: statistics.median(values) for name, values in seen.items()}
    kept = medians["**Grebe, batches as they came**"]
    table(["", "MB per million cells", "Grebe's batches = 1"],
          [(name, f"{value / cells:.1f}", f"{value / kept:.1f}") for name, value in medians.items()])
    bench.goals.at_most("D7: bytes a cell, kept", kept / cells, 9, digits=1)
    bench.goals.at_least("D7: memory against trino-python-client, kept", medians["trino-python-client, fetchall()"] / kept, 6, "x")
