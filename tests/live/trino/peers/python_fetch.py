# SPDX-License-Identifier: Apache-2.0
"""python_fetch.py HOST PORT SQL [direct|untyped|keep]: reads every row of a result with trino-python-client, prints their
number. untyped: numbers and texts as they were sent; keep: all rows are there at the end."""
import sys

import trino.dbapi

host, port, sql = sys.argv[1:4]
mode = sys.argv[4] if sys.argv[4:] else ""
# By itself the client asks for spooled results, or else for gzip; on the loopback neither helps it.
options = {
    "": {},
    "direct": {"encoding": None, "http_headers": {"Accept-Encoding": "identity"}},
    "untyped": {"legacy_primitive_types": True},
    "keep": {},
}[mode]
with trino.dbapi.connect(host=host, port=int(port), user="grebe", **options) as connection:
    cursor = connection.cursor()
    cursor.execute(sql)
    print(len(cursor.fetchall()) if mode == "keep" else sum(1 for _ in cursor))
