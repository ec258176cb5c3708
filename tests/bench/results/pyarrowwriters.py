# SPDX-License-Identifier: Apache-2.0
"""pyarrowwriters.py ARROWFILE FOLDER: pyarrow's writers on one core with the rows of an Arrow file, as lines of
"name<TAB>seconds<TAB>bytes"."""
import os
import sys
import time

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

pa.set_cpu_count(1)
pa.set_io_thread_count(1)
table = pa.ipc.open_file(sys.argv[1]).read_all()


def ipc(file):
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


for name, write in (
    ("csv", lambda file: pyarrow.csv.write_csv(table, file)),
    ("parquet", lambda file: pyarrow.parquet.write_table(table, file, compression="zstd", compression_level=1)),
    ("arrow", ipc),
):
    file = os.path.join(sys.argv[2], "bench_pyarrow")
    start = time.monotonic()
    write(file)
    print(name, time.monotonic() - start, os.path.getsize(file), sep="\t")
    os.remove(file)
