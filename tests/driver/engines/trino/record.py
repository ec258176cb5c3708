#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records exchanges with a real Trino or Presto for the tests beside this file.

    record.py http://127.0.0.1:8080 [NAME...]

The server needs the catalogs tpch and memory. Each recording is data/NAME.rec: lines that begin with '#' say where it is
from, '> METHOD TARGET' begins an exchange, '< STATUS' and '< NAME: VALUE' are the answer's head, the next line is its
body. Java stacks (failureInfo), the stage tree of pages without rows and Presto's runtimeStats are left out: they are most
of the bytes. The names of Presto's recordings begin with presto-.
"""
import datetime
import http.client
import json
import os
import sys
import urllib.parse

CAPABILITIES = 'PATH,PARAMETRIC_DATETIME,NUMBER,VARIANT,SESSION_AUTHORIZATION'
SCENARIOS = {
    # name: statements run before, statement, headers beside the usual ones
    'select': ([], 'SELECT nationkey, name FROM tpch.tiny.nation WHERE nationkey < 2 ORDER BY nationkey', {}),
    'no-rows': ([], "SELECT nationkey FROM tpch.tiny.nation WHERE name = 'NOWHERE'", {}),
    'nulls-and-duplicates': ([], "SELECT a, a AS \"a\", CAST(NULL AS varchar) AS \"a\" FROM (VALUES 1, NULL) t(a)", {}),
    'redundant-order': ([], 'SELECT count(*) FROM (SELECT nationkey FROM tpch.tiny.nation ORDER BY nationkey)', {}),
    'table-not-found': ([], 'SELECT 1\nFROM memory.default.nowhere', {}),
    'division-by-zero': ([], 'SELECT 1 / (nationkey - nationkey) FROM tpch.tiny.nation', {}),
    'create-table': (['DROP TABLE IF EXISTS memory.default.recorded'], 'CREATE TABLE memory.default.recorded (a integer)', {}),
    'insert': ([], 'INSERT INTO memory.default.recorded VALUES 1, 2, 3', {}),
    'use': ([], 'USE tpch.tiny', {}),
    'set-session': ([], "SET SESSION query_max_run_time = '1h'", {}),
    'reset-session': ([], 'RESET SESSION query_max_run_time', {'X-Trino-Session': 'query_max_run_time=1h'}),
    'set-time-zone': ([], "SET TIME ZONE 'Europe/Berlin'", {}),
    'set-time-zone-local': ([], 'SET TIME ZONE LOCAL', {'X-Trino-Session': 'time_zone_id=Europe%2FBerlin'}),
    'set-role': ([], 'SET ROLE ALL', {}),
    'set-path': ([], 'SET PATH tpch.tiny, memory.default', {}),
    'set-authorization': ([], 'SET SESSION AUTHORIZATION bob', {}),
    'reset-authorization': ([], 'RESET SESSION AUTHORIZATION', {'X-Trino-User': 'bob', 'X-Trino-Original-User': 'ann'}),
    'prepare': ([], 'PREPARE twice FROM SELECT ? * 2', {}),
    'deallocate': ([], 'DEALLOCATE PREPARE twice', {'X-Trino-Prepared-Statement': 'twice=SELECT%20%3F%20%2A%202'}),
    'start-transaction': ([], 'START TRANSACTION', {}),
    'bad-time-zone': ([], 'SELECT 1', {'X-Trino-Time-Zone': 'Nowhere/Else'}),
    'execute-immediate': ([], "EXECUTE IMMEDIATE\n'SELECT ? + 1'\nUSING 41", {}),
    'execute-immediate-syntax': ([], "EXECUTE IMMEDIATE\n'SELECT ?\n FROM FROM x'\nUSING 1", {}),
    'execute-immediate-syntax-first-line': ([], "EXECUTE IMMEDIATE\n'SELECT ? FROM FROM x'\nUSING 1", {}),
    'execute-immediate-column': ([], "EXECUTE IMMEDIATE\n'SELECT ?,\n nowhere'\nUSING 1", {}),
    'execute-immediate-column-first-line': ([], "EXECUTE IMMEDIATE\n'SELECT ?, nowhere'\nUSING 1", {}),
    'show-catalogs': ([], 'SHOW CATALOGS', {}),
    'show-schemas': ([], 'SHOW SCHEMAS FROM "memory"', {}),
    'tables': (['CREATE SCHEMA IF NOT EXISTS memory.recorded', 'DROP TABLE IF EXISTS memory.recorded."a.b"',
                'CREATE TABLE memory.recorded."a.b" (id bigint NOT NULL COMMENT \'the key\', '
                'place row(street varchar(10), "zip code" integer))',
                'CREATE OR REPLACE VIEW memory.recorded.v AS SELECT 1 x'],
               'SELECT table_name, table_type FROM "memory".information_schema.tables WHERE table_schema = \'recorded\' ORDER BY table_name', {}),
    'materialized': ([], "SELECT name FROM system.metadata.materialized_views WHERE catalog_name = 'memory' AND schema_name = 'recorded'", {}),
    'columns': ([], 'SELECT column_name, data_type, is_nullable, column_default, comment FROM "memory".information_schema.columns '
                "WHERE table_schema = 'recorded' AND table_name = 'a.b' ORDER BY ordinal_position", {}),
    'column': ([], 'SELECT column_name, data_type, is_nullable, column_default, comment FROM "memory".information_schema.columns '
               "WHERE table_schema = 'recorded' AND table_name = 'a.b' AND column_name = 'place' ORDER BY ordinal_position", {}),
    'show-stats': ([], 'SHOW STATS FOR "tpch"."tiny"."nation"', {}),
    'show-session': ([], 'SHOW SESSION', {}),
    'show-grants': ([], 'SHOW GRANTS ON TABLE "memory"."recorded"."a.b"', {}),
    'show-functions': (['CREATE OR REPLACE FUNCTION memory.recorded.twice(x bigint) RETURNS bigint RETURN x * 2'],
                       'SHOW FUNCTIONS FROM "memory"."recorded"', {}),
    'show-create-table-of-view': ([], 'SHOW CREATE TABLE "memory"."recorded"."v"', {}),
    'show-create-view': ([], 'SHOW CREATE VIEW "memory"."recorded"."v"', {}),
}
# Of a Presto instead.
PRESTO_SCENARIOS = {
    'presto-nested': ([], "SELECT nationkey, ARRAY[1, NULL] a, MAP(ARRAY['k'], ARRAY[ARRAY['x']]) m, "
                      "CAST(ROW(1, ROW(DATE '2026-08-01', DECIMAL '1.50')) AS row(a integer, \"b c\" row(d date, e decimal(3,2)))) r, "
                      "TIMESTAMP '2026-08-01 12:34:56.789' t FROM tpch.tiny.nation WHERE nationkey < 2 ORDER BY nationkey", {}),
    'presto-table-not-found': ([], 'SELECT 1\nFROM memory.default.nowhere', {}),
    'presto-column-not-found': ([], 'SELECT 1,\n nowhere', {}),
    'presto-insert': (['DROP TABLE IF EXISTS memory.default.recorded', 'CREATE TABLE memory.default.recorded (a integer)'],
                      'INSERT INTO memory.default.recorded VALUES 1, 2, 3', {}),
    'presto-drop-table': ([], 'DROP TABLE memory.default.recorded', {}),
    'presto-use': ([], 'USE tpch.tiny', {}),
    'presto-set-session': ([], "SET SESSION query_max_run_time = '1h'", {}),
    'presto-prepare': ([], 'PREPARE twice FROM SELECT ? * 2', {}),
    'presto-set-role': ([], 'SET ROLE ALL', {'X-Trino-Catalog': 'tpch'}),
    'presto-start-transaction': ([], 'START TRANSACTION', {}),
    'presto-create-function': ([], 'CREATE TEMPORARY FUNCTION more(x int) RETURNS int RETURN x + 1', {}),
    'presto-columns': (['DROP TABLE IF EXISTS memory.default.recorded',
                        'CREATE TABLE memory.default.recorded (id bigint, place row(street varchar(10), "zip code" integer))'],
                       'SELECT column_name, data_type, is_nullable, column_default, comment FROM "memory".information_schema.columns '
                       "WHERE table_schema = 'default' AND table_name = 'recorded' ORDER BY ordinal_position", {}),
}


def ask(method, url, body=None, headers={}):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    connection.request(method, parts.path + ('?' + parts.query if parts.query else ''), body, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, [(k, v) for k, v in answer.getheaders() if k.lower().startswith(('x-trino', 'x-presto', 'content-type'))], data


def run(server, sql, extra, presto):
    headers = {'X-Trino-User': 'ann', 'X-Trino-Source': 'grebe', 'X-Trino-Transaction-Id': 'NONE', 'X-Trino-Time-Zone': 'UTC',
               'X-Trino-Client-Capabilities': CAPABILITIES, 'Content-Type': 'text/plain; charset=utf-8', **extra}
    if presto:
        headers = {name.replace('X-Trino', 'X-Presto'): value for name, value in headers.items()}
    exchanges = []
    method, url, body = 'POST', server + '/v1/statement', sql.encode()
    while url:
        status, head, data = ask(method, url, body, headers if body else {})
        page = json.loads(data)
        if 'error' in page:
            page['error'].pop('failureInfo', None)
        if 'data' not in page:
            page.get('stats', {}).pop('rootStage', None)
        page.get('stats', {}).pop('runtimeStats', None)
        exchanges.append((method + ' ' + url[len(server):], status, head, json.dumps(page, ensure_ascii=False, separators=(',', ':'))))
        method, url, body = 'GET', page.get('nextUri'), None
        if url and presto:
            url += '&targetResultSize=8MB'
    return exchanges


def main():
    server = sys.argv[1].rstrip('/')
    version = json.loads(ask('GET', server + '/v1/info')[2])['nodeVersion']['version']
    presto = version.startswith('0.')
    scenarios = PRESTO_SCENARIOS if presto else SCENARIOS
    names = sys.argv[2:] or list(scenarios)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data')
    os.makedirs(folder, exist_ok=True)
    for name in names:
        before, sql, extra = scenarios[name]
        for statement in before:
            run(server, statement, {}, presto)
        exchanges = run(server, sql, extra, presto)
        with open(os.path.join(folder, name + '.rec'), 'w', encoding='utf-8') as out:
            out.write(f'# server: {"Presto" if presto else "Trino"} {version}\n# date: {datetime.date.today()}\n# origin: {server}\n')
            out.write(f'# sql: {json.dumps(sql, ensure_ascii=False)}\n')
            for line, status, head, body in exchanges:
                out.write(f'> {line}\n< {status}\n' + ''.join(f'< {k}: {v}\n' for k, v in head) + body + '\n')
        print(name, len(exchanges), file=sys.stderr)


if __name__ == '__main__':
    main()
