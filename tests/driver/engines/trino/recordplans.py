#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what a real Trino answers to EXPLAIN, for tst_trinoplan.

    recordplans.py http://127.0.0.1:8080 VERSION

The server needs the catalogs tpch and memory. Each recording is data/plans/NAME-VERSION.txt: lines that begin with '#' say
where it is from and what was asked, the rest is the one cell of the answer.
"""
import datetime
import os
import sys

from record import run

JOIN = ('SELECT n.name, count(*) AS orders, sum(o.totalprice) AS revenue FROM tpch.tiny.orders o '
        'JOIN tpch.tiny.customer c ON o.custkey = c.custkey JOIN tpch.tiny.nation n ON c.nationkey = n.nationkey '
        "WHERE o.orderdate >= DATE '1997-01-01' GROUP BY n.name ORDER BY revenue DESC LIMIT 5")
INSERT = 'INSERT INTO memory.default.planned SELECT orderkey FROM tpch.tiny.orders WHERE orderkey < 100'
SCENARIOS = {
    'logical-json': 'EXPLAIN (TYPE LOGICAL, FORMAT JSON) ' + JOIN,
    'distributed-json': 'EXPLAIN (TYPE DISTRIBUTED, FORMAT JSON) ' + JOIN,
    'plain-json': 'EXPLAIN (FORMAT JSON) ' + JOIN,
    'logical-text': 'EXPLAIN (TYPE LOGICAL) ' + JOIN,
    'distributed-text': 'EXPLAIN (TYPE DISTRIBUTED) ' + JOIN,
    'io': 'EXPLAIN (TYPE IO, FORMAT JSON) ' + JOIN,
    'io-insert': 'EXPLAIN (TYPE IO, FORMAT JSON) ' + INSERT,
    'validate': 'EXPLAIN (TYPE VALIDATE) ' + JOIN,
    'analyze': 'EXPLAIN ANALYZE ' + JOIN,
    'analyze-verbose': 'EXPLAIN ANALYZE VERBOSE ' + JOIN,
    'analyze-insert': 'EXPLAIN ANALYZE ' + INSERT,
    'distributed-insert': 'EXPLAIN (FORMAT JSON) ' + INSERT,
    'values-json': "EXPLAIN (FORMAT JSON) SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(x, y) UNION ALL SELECT 1, 'it''s [x] <b>'",
}


def main():
    import json
    server, version = sys.argv[1].rstrip('/'), sys.argv[2]
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data', 'plans')
    os.makedirs(folder, exist_ok=True)
    run(server, 'CREATE TABLE IF NOT EXISTS memory.default.planned (a bigint)', {})
    for name, sql in SCENARIOS.items():
        pages = [json.loads(body) for _, _, _, body in run(server, sql, {})]
        error = [page['error']['message'] for page in pages if 'error' in page]
        if error:
            print(name, 'FAILED', error[0], file=sys.stderr)
            continue
        warnings = pages[-1].get('warnings')
        cells = [row[0] for page in pages for row in page.get('data', [])]
        with open(os.path.join(folder, f'{name}-{version}.txt'), 'w', encoding='utf-8') as out:
            out.write(f'# server: Trino {version}\n# date: {datetime.date.today()}\n# sql: {sql}\n')
            if warnings:
                out.write(f'# warnings: {json.dumps(warnings)}\n')
            out.write(str(cells[0]))
        print(name, len(str(cells[0])), len(cells), file=sys.stderr)


if __name__ == '__main__':
    main()
