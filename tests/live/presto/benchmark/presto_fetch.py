# SPDX-License-Identifier: Apache-2.0
"""presto_fetch.py HOST PORT SQL: reads every row of a result with presto-python-client, prints their number."""
import sys

import prestodb

host, port, sql = sys.argv[1:4]
connection = prestodb.dbapi.connect(host=host, port=int(port), user="grebe", catalog="tpch", schema="sf1")
cursor = connection.cursor()
cursor.execute(sql)
rows = 0
while batch := cursor.fetchmany(1000):
    rows += len(batch)
print(rows)
