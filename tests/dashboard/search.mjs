// Driver: the search over the built data, for tests/test_dashboard_data.py.
// node search.mjs <folder of manifest.json> <questions.json> <answers.json>
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import "./fetch.mjs";
import { openData } from "../../docs/assets/dashboard/data.js";
import { number } from "../../docs/assets/dashboard/format.js";
import { createSearch } from "../../docs/assets/dashboard/search.js";
import { answerAll } from "./parity.mjs";

const [folder, questions, answers] = process.argv.slice(2);
const data = await openData(new URL(`${pathToFileURL(folder)}/`));
const search = createSearch(data, { worker: false });
writeFileSync(answers, JSON.stringify(await answerAll(JSON.parse(readFileSync(questions, "utf8")), data, search, number)));
