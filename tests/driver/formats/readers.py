# SPDX-License-Identifier: Apache-2.0
"""Reads what Grebe exported with pyarrow, openpyxl and Python's own csv and json, and compares it value by value.

readers.py FOLDER: expected.json there is a list of rows of texts (null is NULL); out.* are the exports of these rows.
Columns: n bigint, t text, d decimal(38, 10), b boolean, day date, at timestamp(6), r double. Says what differs."""
import csv
import datetime
import json
import os
import re
import sys

import openpyxl
import pyarrow.ipc
import pyarrow.parquet

folder = sys.argv[1]
expected = json.load(open(os.path.join(folder, "expected.json"), encoding="utf-8"))
names = ["n", "t", "d", "b", "day", "at", "r"]
wrong = []


def path(suffix):
    return os.path.join(folder, "out." + suffix)


def text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f") if value.year >= 1000 else "%04d" % value.year + value.strftime("-%m-%d %H:%M:%S.%f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return "{:f}".format(value) if not isinstance(value, int) else str(value)


def compare(what, rows, same=lambda have, want, column: have == want):
    rows = list(rows)
    if len(rows) != len(expected):
        wrong.append("%s: %d rows, not %d" % (what, len(rows), len(expected)))
    for number, (have, want) in enumerate(zip(rows, expected)):
        for column, (a, b) in enumerate(zip(have, want)):
            if column == 6 and a is not None and b is not None:
                a, b = repr(float(a)), repr(float(b))
            if not same(a, b, column):
                wrong.append("%s: row %d, %s: %r, not %r" % (what, number, names[column], a, b))


def table_rows(table):
    return [[text(value) for value in row.values()] for row in table.to_pylist()]


compare("parquet", table_rows(pyarrow.parquet.read_table(path("parquet"))))
compare("arrow stream", table_rows(pyarrow.ipc.open_stream(path("arrow")).read_all()))
compare("arrow file", table_rows(pyarrow.ipc.open_file(path("feather")).read_all()))

for suffix, encoding in (("csv", "utf-8"), ("utf16.csv", "utf-16")):
    with open(path(suffix), encoding=encoding, newline="") as file:
        rows = list(csv.reader(file))
    if rows[0] != names:
        wrong.append("%s: names %r" % (suffix, rows[0]))
    # Python's reader cannot tell NULL from the empty string.
    compare(suffix, rows[1:], lambda have, want, column: have == (want or ""))

escapes = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
with open(path("tsv"), encoding="utf-8", newline="") as file:
    lines = file.read().split("\n")[1:-1]
compare("tsv", ([None if value == "\\N" else re.sub(r"\\(.)", lambda m: escapes[m.group(1)], value) for value in line.split("\t")]
                for line in lines))


def json_rows(objects):
    return [[str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value) for value in row.values()]
            for row in objects]


compare("json", json_rows(json.load(open(path("json"), encoding="utf-8"))))
compare("jsonl", json_rows(json.loads(line) for line in open(path("jsonl"), encoding="utf-8", newline="\n")))

sheet = openpyxl.load_workbook(path("xlsx"), read_only=True).active
rows = list(sheet.iter_rows(values_only=True))
if list(rows[0]) != names:
    wrong.append("xlsx: names %r" % (rows[0],))


def same_in_sheet(have, want, column):
    if want is None or want == "":
        return have is None or have == ""
    if have is None:
        return False
    if column == 0:
        return isinstance(have, (int, str)) and str(have) == want
    if column == 1:
        return openpyxl.utils.escape.unescape(str(have)).replace("\r\n", "\n") == want.replace("\r\n", "\n")
    if column == 2:
        return have == want if isinstance(have, str) else abs(float(have) - float(want)) == 0
    if column == 3:
        return isinstance(have, bool) and text(have) == want
    if column == 4:
        return text(have)[:10] == want
    if column == 5:  # milliseconds are all that a sheet has; finer ones are text
        return text(have).rstrip("0") == want.rstrip("0")
    return True


compare("xlsx", rows[1:], same_in_sheet)

print("\n".join(wrong[:40]))
sys.exit(1 if wrong else 0)
