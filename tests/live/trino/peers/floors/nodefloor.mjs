// SPDX-License-Identifier: Apache-2.0
// nodefloor.mjs ROUNDS FILE...: the rows of pages through JSON.parse; CPU seconds and rows a round.
import { readFileSync } from 'node:fs';

const pages = process.argv.slice(3).map((name) => readFileSync(name));
for (let round = 0; round < Number(process.argv[2]); round += 1) {
  const start = process.cpuUsage();
  let rows = 0;
  for (const page of pages) {
    rows += JSON.parse(page.toString()).data.length;
  }
  const used = process.cpuUsage(start);
  console.log((used.user + used.system) / 1e6, rows);
}
