# SPDX-License-Identifier: Apache-2.0
"""D4: spooled segments, from a fast storage and from a far one."""
import sys

from clients import GREBE
from measuring import Runs, measure, say, table
from replay import Replay, documents
from replayed import since_first_request

FAR = ["--delay", 20, "--rate", 50]  # ms before each segment, MB/s for each connection


def decompressing(recording):
    """MB/s of JSON that one thread of Python's zstd gives: the decompressor alone."""
    files = [file for *_, file in documents(recording, "segment")]
    program = ("import sys, time; from compression import zstd\n"
               "packed = [open(name, 'rb').read() for name in sys.argv[1:]]\n"
               "start = time.process_time(); size = sum(len(zstd.decompress(data)) for data in packed)\n"
               "print(size / 1e6 / (time.process_time() - start))")
    return float(measure([sys.executable, "-c", program, *files]).printed)


def compare(bench):
    programs, sql = bench.programs, bench.recorded_sql
    print(f"## D4: spooled segments\n\n`{sql}`, its segments replayed as fast as they are taken, and as a far storage would: "
          f"{FAR[3]} MB/s a connection, {FAR[1]} ms before each. Wall time is from the first request to the end of the process.\n")
    lines = []
    log = f"{bench.folder}/D4.log"
    for encoding in ("json+zstd", "json+lz4", "json"):
        recording = bench.recording(encoding)
        with open(f"{recording}/json_bytes", encoding="ascii") as file:
            size = int(file.read()) / 1e6
        packed = sum(len(open(file, "rb").read()) for *_, file in documents(recording, "segment")) / 1e6
        for place, options in (("near", []), ("far", FAR)):
            say(f"D4 {encoding} {place}")
            with Replay(f"{bench.bin}/replayserver", recording, *options, log=log) as server:
                clients = [programs.grebe(server, sql, f"?encoding={encoding.replace('+', '%2B')}")]
                if encoding == "json+zstd":
                    clients += programs.official(server, sql)[:3]  # npm's knows no segments
                runs = Runs(clients, bench.rounds, bench.recorded_rows)
                since_first_request(runs, Replay.answers_of(log))
            for name in runs.samples:
                wall = runs.median(name, "wall")
                lines.append((f"{encoding}, {place}: {name}", f"{wall:.2f}", f"{size / wall:.0f}",
                              f"{runs.median(name, 'cpu') * 1e6 / bench.recorded_rows:.2f}", f"{runs.median(name, 'memory'):.0f}",
                              f"{runs.ratio(name, GREBE, 'wall'):.1f}"))
            if encoding == "json+zstd" and place == "near":
                bench.goals.at_least("D4: zstd, MB/s of JSON, two cores", size / runs.median(GREBE, "wall"), 500, digits=0)
        if encoding == "json+zstd":
            alone = decompressing(recording)
            print(f"zstd: {packed:.0f} MB packed, {size:.0f} MB of JSON; decompressing alone, one thread: {alone:.0f} MB/s of JSON.\n")
    table(["", "wall s", "MB/s of JSON", "CPU s per million rows", "peak MiB", "wall, Grebe = 1"], lines)
    print("Grebe downloads four segments at once; there is no option for another number.\n")
