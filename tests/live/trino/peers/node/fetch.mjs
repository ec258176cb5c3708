// SPDX-License-Identifier: Apache-2.0
// fetch.mjs SERVER SQL [direct]: reads every cell of a result with npm's trino-client, prints the number of rows.
import { BasicAuth, Trino } from 'trino-client';

const [server, sql, mode] = process.argv.slice(2);
// By itself it asks for gzip, which on the loopback does not help it. Spooled results it does not know.
const extraHeaders = mode === 'direct' ? { 'Accept-Encoding': 'identity' } : {};
const client = Trino.create({ server, auth: new BasicAuth('grebe'), extraHeaders });
let rows = 0;
let cells = 0;
for await (const page of await client.query(sql)) {
  if (page.error) {
    throw new Error(page.error.message);
  }
  for (const row of page.data ?? []) {
    for (const cell of row) {
      cells += cell === undefined ? 0 : 1;
    }
    rows += 1;
  }
}
if (rows > 0 && cells % rows !== 0) {
  throw new Error(`${cells} cells in ${rows} rows`);
}
console.log(rows);
