# SPDX-License-Identifier: Apache-2.0
"""bench_export.py ARROWFILE FOLDER: pyarrow's writers on one core with the rows of bench_export, as lines of
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
for name, write in (
    ("pyarrow csv", lambda file: pyarrow.csv.write_csv(table, file)),
    ("pyarrow parquet", lambda file: pyarrow.parquet.write_table(table, file, compression="zstd", compression_level=1)),
):
    file = os.path.join(sys.argv[2], "bench_pyarrow")
    start = time.monotonic()
    write(file)
    print(name, time.monotonic() - start, os.path.getsize(file), sep="\t")
    os.remove(file)
