"""python_fetch.py HOST PORT SQL [direct]: reads every row of a result with trino-python-client, prints their number."""
import sys

import trino.dbapi

host, port, sql = sys.argv[1:4]
# By itself the client asks for spooled results, or else for gzip; on the loopback neither helps it.
direct = {"encoding": None, "http_headers": {"Accept-Encoding": "identity"}} if sys.argv[4:] == ["direct"] else {}
with trino.dbapi.connect(host=host, port=int(port), user="grebe", **direct) as connection:
    cursor = connection.cursor()
    cursor.execute(sql)
    print(sum(1 for _ in cursor))
