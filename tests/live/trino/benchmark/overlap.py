# SPDX-License-Identifier: Apache-2.0
"""D5: how much of a server's thinking a client hides behind its own work."""
import statistics

from clients import DIRECT, GREBE
from measuring import measure, say, table
from replay import Replay, documents


def fetch(bench, make_client, think):
    """Seconds from the first request to the end of the process, and those that the server was busy with pages."""
    log = f"{bench.folder}/D5.log"
    with Replay(f"{bench.bin}/replayserver", bench.recording(), "--think", f"{think * 1000:.3f}", log=log) as server:
        sample = measure(make_client(server).command)
        answers = Replay.answers_of(log)
    pages = {f"GET {path}" for _, path, _ in documents(bench.recording(), "page")}
    return sample.ended - answers[0][0], sum(sent - asked for asked, sent, _, path in answers if path in pages)


def compare(bench):
    programs, sql = bench.programs, bench.recorded_sql
    pages = len(documents(bench.recording(), "page"))
    makers = {GREBE: lambda server: programs.grebe(server, sql)}
    for i in range(4):
        makers[programs.direct("host:1", sql)[i].name.removesuffix(DIRECT)] = lambda server, i=i: programs.direct(server, sql)[i]
    seen = {name: [] for name in makers}
    for turn in range(bench.rounds):
        for name, maker in makers.items():
            alone, sending = fetch(bench, maker, 0)
            think = max(0, alone - sending) / pages
            both, serving = fetch(bench, maker, think)
            say(f"D5 round {turn + 1}: {name}: {alone:.2f} s alone, {both:.2f} s with {think * 1000:.1f} ms a page")
            seen[name].append((alone, think, both, (serving + alone) / both))
    print(f"## D5: prefetch overlap\n\nThe server's time (thinking before each of the {pages} pages, and sending them) and the client's (the whole "
          "fetch when the server does not think), added, against what both took together. The server thinks as long as makes the halves "
          "equal: 2.0 is the most for everyone, a little more than 1.0 no overlap.\n")
    table(["client", "alone s", "think time ms", "with it s", "overlap"],
          [(name, *(f"{statistics.median(value[i] for value in values):.2f}" if i != 1 else f"{statistics.median(value[1] for value in values) * 1000:.1f}"
                    for i in range(3)), f"{statistics.median(value[3] for value in values):.2f}") for name, values in seen.items()])
    bench.goals.at_least("D5: overlap of 2.0", statistics.median(value[3] for value in seen[GREBE]), 1.8, digits=2)
