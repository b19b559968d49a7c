// Times (ms) and bytes of the dashboard's JavaScript over built data: node bench.mjs <folder of manifest.json> [vectors]
// `make bench` runs it.
import { pathToFileURL } from "node:url";
import "./fetch.mjs";
import { openData } from "../../docs/assets/dashboard/data.js";
import { createSearch } from "../../docs/assets/dashboard/search.js";
import { createTokenizer } from "../../docs/assets/dashboard/tokenizer.js";

const [folder, count = "20"] = process.argv.slice(2);
const data = await openData(new URL(`${pathToFileURL(folder)}/`));
const figures = {};
const timed = async (name, act, times = 1) => {
  const took = [];
  let result;
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    result = await act(i);
    took.push(performance.now() - started);
  }
  figures[name] = took;
  return result;
};

const tokenizer = await timed("tokenizer, loaded and ready", () => data.tokenizer());
await data.row(100);
await data.position(0);
figures["bytes to the first row, position and sum (without page and JavaScript)"] = data.loaded.bytes;
const before = data.loaded.bytes;
await data.neighbours(100);
figures["bytes to a token's neighbours, more"] = data.loaded.bytes - before;

const thousand = "The fluffy cat sat on the mat, naïve café 漢字 12345 don't! ".repeat(20).slice(0, 1000);
await timed("1,000 characters, first time", () => tokenizer.encode(thousand));
await timed("1,000 characters, one typed at the end", (i) => tokenizer.encode(thousand + "x".repeat(i)), 21);
await timed("100,000 characters", () => tokenizer.encode(thousand.repeat(100)));
await timed("100,000 characters without a space", () => tokenizer.encode("Donaudampfschiff".repeat(6250)));
await timed("suggest", () => tokenizer.suggest(" Rom", 8), 5);

const search = createSearch(data, { worker: false });
figures["bytes of the compact table"] = search.cost("compact");
figures["bytes to an exact answer, at most in 95 %"] = search.cost("exact");
figures.recall = search.recall;
const rows = await data.rows(Array.from({ length: 3 * Number(count) }, (_, i) => (i * 7919 + 13) % data.nVocab));
const vectors = Array.from({ length: Number(count) }, (_, i) => rows[3 * i].map((x, j) => x - rows[3 * i + 1][j] + rows[3 * i + 2][j]));
await timed("compact table, loaded and ready", () => search.query(vectors[0], {}));
const METRICS = ["cosine", "dot", "euclidean"];
await timed("a vector against all rows", (i) => search.query(vectors[i], { metric: METRICS[i % 3], centred: i % 2 === 1 }), vectors.length);
await timed("the other bits, loaded and ready", () => search.query(vectors[0], { exact: true }));
const loaded = data.loaded.bytes;
let exact = 0;
await timed("a vector, exactly", async (i) => (exact += (await search.query(vectors[i], { exact: true, metric: METRICS[i % 3], centred: i % 2 === 1 })).exact), vectors.length);
figures["exact answers"] = exact;
figures["bytes of an exact answer"] = Math.round((data.loaded.bytes - loaded) / vectors.length);

// what the search is held against: every row's product with a vector, over one byte a number, and nothing kept or sorted
const codes = new Int8Array(data.nVocab * data.nEmbd).map((_, i) => (i * 31) & 255);
const scores = new Float32Array(data.nVocab);
await timed(
  "plain JavaScript over int8",
  (at) => {
    const vector = vectors[at];
    for (let i = 0, j = 0; i < scores.length; i++) {
      let sum = 0;
      for (let k = 0; k < data.nEmbd; k++, j++) sum += codes[j] * vector[k];
      scores[i] = sum;
    }
  },
  vectors.length,
);
console.log(JSON.stringify(figures, null, 1));
