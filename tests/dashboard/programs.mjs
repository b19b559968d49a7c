// Driver: the programs that the dashboard copies, for tests/test_dashboard_data.py.
// node programs.mjs <folder of manifest.json> <questions.json> <answers.json>
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import "./fetch.mjs";
import { openData } from "../../docs/assets/dashboard/data.js";
import { number, toPython } from "../../docs/assets/dashboard/format.js";
import { createSearch } from "../../docs/assets/dashboard/search.js";
import { plus } from "../../docs/assets/dashboard/vectors.js";

const [folder, questions, answers] = process.argv.slice(2);
const data = await openData(new URL(`${pathToFileURL(folder)}/`));
const search = createSearch(data, { worker: false });
const tokenizer = await data.tokenizer();

/** What the dashboard shows: numbers that have to stand in the program's output, in this order. */
const shown = {
  tokens: async ({ text }) => tokenizer.encode(text).map(({ id }) => `ID ${String(id).padStart(5)}`),
  row: async ({ text, token, p }) => {
    const [a, b] = [await data.row(tokenizer.encode(text)[token].id), await data.position(p)];
    const sum = plus(a, b);
    return Array.from(a, (x, i) => `${number(x)}  ${number(b[i])}  ${number(sum[i])}`);
  },
  neighbours: async ({ id, metric, centred, k }) => {
    const { ids, scores } = await data.neighbours(id, { metric, centred });
    return Array.from(ids.slice(0, k), (one, i) => `ID ${String(one).padStart(5)}  ${number(scores[i])}`);
  },
  vector: async ({ terms, p, ...options }) => {
    const sum = new Float64Array(data.nEmbd);
    for (const { weight, id } of terms) (await data.row(id)).forEach((x, i) => (sum[i] += weight * x));
    if (p !== null) (await data.position(p)).forEach((x, i) => (sum[i] += x));
    const { ids, scores } = await search.query(sum, { ...options, exact: true });
    return ids.map((one, i) => `ID ${String(one).padStart(5)}  ${number(scores[i])}`);
  },
};

const out = [];
for (const [kind, state] of JSON.parse(readFileSync(questions, "utf8"))) {
  out.push({ program: await toPython(kind, state, data), shown: (await shown[kind]?.(state)) ?? [] });
}
writeFileSync(answers, JSON.stringify(out));
