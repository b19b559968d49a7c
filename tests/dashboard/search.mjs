// Parity driver: the browser's search over the built data, for tests/test_dashboard_data.py.
// node search.mjs <folder of manifest.json> <questions.json> <answers.json>
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import "./fetch.mjs";
import { openData } from "../../docs/assets/dashboard/data.js";
import { createSearch } from "../../docs/assets/dashboard/search.js";

const [folder, questions, answers] = process.argv.slice(2);
const data = await openData(new URL(`${pathToFileURL(folder)}/`));
const search = createSearch(data, { worker: false });
const out = [];
for (const { vector, neighboursOf, row, position, ids, ...options } of JSON.parse(readFileSync(questions, "utf8"))) {
  if (row !== undefined) out.push([...(await data.row(row))]);
  else if (position !== undefined) out.push([...(await data.position(position))]);
  else if (neighboursOf !== undefined) {
    const found = await data.neighbours(neighboursOf, options);
    out.push({ ids: [...found.ids], scores: [...found.scores] });
  } else if (ids) out.push(await search.ranks(vector, { ids, ...options }));
  else {
    const started = performance.now();
    const found = await search.query(vector, options);
    out.push({ ...found, ms: performance.now() - started });
  }
}
writeFileSync(answers, JSON.stringify(out));
