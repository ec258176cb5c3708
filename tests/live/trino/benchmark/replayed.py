# SPDX-License-Identifier: Apache-2.0
"""D2 and D6: the recorded query, served from memory."""
import statistics

from clients import GREBE, Client
from measuring import Runs, measure, say, table
from replay import Replay, documents

CURL = "curl, same documents"
DRAIN = "plain recv, same documents"
KEPT = "**Grebe, all kept**"
UNTYPED = "trino-python-client, untyped"


def since_first_request(runs, answers):
    """Replaces the samples' wall time by that from a client's first request to its end: without its start."""
    for samples in runs.samples.values():
        for sample in samples:
            sample.wall = sample.ended - min(asked for asked, *_ in answers if asked >= sample.started)


def compare(bench):
    recording = bench.recording()
    programs = bench.programs
    print(f"## D2: the same bytes for everybody\n\n`{bench.recorded_sql}`, recorded from the real server in this run and replayed from memory.\n"
          "Wall time is from a client's first request to the end of its process; CPU includes its start.\n")
    log = f"{bench.folder}/D2.log"
    with Replay(f"{bench.bin}/replayserver", recording, log=log) as server:
        config = f"{bench.folder}/curl.config"
        with open(config, "w", encoding="ascii") as file:
            for method, path, _ in documents(recording):
                if method == "GET":
                    file.write(f'url = "http://{server}{path}"\noutput = /dev/null\n')
        sql = bench.recorded_sql
        kept = programs.fetch(server, sql, "keep")
        kept.name = KEPT
        untyped = programs.python(server, sql, "untyped")
        untyped.name = UNTYPED
        clients = [Client(DRAIN, [f"{bench.bin}/replayserver", "--drain", server.split(":")[1], recording], "bytes"),
                   Client(CURL, ["curl", "-s", "--noproxy", "*", "-K", config], "none"),
                   programs.grebe(server, sql), kept, *programs.official(server, sql), untyped]
        runs = Runs(clients, bench.rounds, bench.recorded_rows)
        replay_log = Replay.answers_of(log)
    since_first_request(runs, replay_log)
    page_bytes = sum(len(open(file, "rb").read()) for _, _, file in documents(recording))
    rows = bench.recorded_rows
    table(["client", "wall s", "MB/s", "M rows/s", "CPU s per million rows", "peak MiB", "rows/s, Grebe = 1", "CPU, Grebe = 1"],
          [(name, f"{runs.median(name, 'wall'):.3f}", f"{page_bytes / 1e6 / runs.median(name, 'wall'):.0f}", f"{rows / 1e6 / runs.median(name, 'wall'):.2f}",
            f"{runs.median(name, 'cpu') * 1e6 / rows:.2f}", f"{runs.median(name, 'memory'):.0f}",
            f"1/{runs.ratio(name, GREBE, 'wall'):.1f}" if runs.ratio(name, GREBE, "wall") > 1 else f"{1 / runs.ratio(name, GREBE, 'wall'):.1f}",
            f"{runs.ratio(name, GREBE, 'cpu'):.1f}") for name in runs.samples])
    goals = bench.goals
    python, npm = "trino-python-client", "npm trino-client"
    # Python's client computes all the time: what it waits, it waits for a core that somebody else has.
    waits = runs.median(python, "wall") / runs.median(python, "cpu")
    noisy = runs.spread(CURL, "wall") > 1.5 or waits > 1.5
    if noisy:
        print(f"**Noisy**: curl's own time varied by {runs.spread(CURL, 'wall'):.1f}x, and Python's took {waits:.1f}x its CPU time: "
              "wall times are not scored.\n")
    goals.at_least("D2: rows/s against trino-python-client, kept", runs.ratio(python, KEPT, "wall"), 40, "x", noisy=noisy)
    goals.at_least("D2: rows/s against trino-python-client untyped, kept", runs.ratio(UNTYPED, KEPT, "wall"), 15, "x", noisy=noisy)
    goals.at_least("D2: rows/s against npm trino-client, kept", runs.ratio(npm, KEPT, "wall"), 9, "x", noisy=noisy)
    goals.at_least("D2: CPU against npm trino-client, kept", runs.ratio(npm, KEPT, "cpu"), 9, "x")
    goals.at_least("D2: rate against curl, kept", runs.ratio(CURL, KEPT, "wall"), 0.6, digits=2, noisy=noisy)
    goals.at_least("D2: rate against curl, streamed", runs.ratio(CURL, GREBE, "wall"), 0.85, digits=2, noisy=noisy)
    goals.at_most("D2: CPU s per million rows, kept", runs.median(KEPT, "cpu") * 1e6 / rows, 0.35)


def first_row(bench):
    recording = bench.recording()
    runs = 7
    log = f"{bench.folder}/D6.log"
    say("D6")
    with Replay(f"{bench.bin}/replayserver", recording, log=log) as server:
        sample = measure([f"{bench.bin}/bench_firstrow", f"trino://grebe@{server}", bench.recorded_sql, str(runs)])
        answers = Replay.answers_of(log)
    first_page = next(path for _, path, _ in documents(recording, "page"))
    pages = [sent for _, sent, _, path in answers if path == f"GET {first_page}"]
    after_page, after_enter = [], []
    for line in sample.printed.splitlines():
        started, painted = (int(word) / 1e9 for word in line.split())
        sent = next(time for time in pages if time >= started)
        after_page.append((painted - sent) * 1000)
        after_enter.append((painted - started) * 1000)
    after_page, after_enter = sorted(after_page[1:]), sorted(after_enter[1:])  # the first fills caches of fonts
    print("## D6: the first row painted\n\nA result pane of 1600 x 900, painted offscreen, on the replayed query; "
          f"{runs - 1} runs after a first one.\n")
    table(["ms until the grid has painted rows", "median", "longest"],
          [("from the last byte of the first page with rows", f"{statistics.median(after_page):.1f}", f"{after_page[-1]:.1f}"),
           ("from Enter", f"{statistics.median(after_enter):.1f}", f"{after_enter[-1]:.1f}")])
    bench.goals.at_most("D6: first row after its page, ms", statistics.median(after_page), 33, digits=1)
