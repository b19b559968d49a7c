// node --test tests/dashboard/   What each module of the dashboard promises by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, openData, ownSha256, sha256 } from "../../docs/assets/dashboard/data.js";
import { bytes, number, pythonString, toCsv } from "../../docs/assets/dashboard/format.js";
import { Search } from "../../docs/assets/dashboard/search.js";
import { DEFAULTS, LONGEST, read, toHash } from "../../docs/assets/dashboard/state.js";
import { visible } from "../../docs/assets/dashboard/tokenizer.js";
import { Codes, best, place, score, top } from "../../docs/assets/dashboard/vectors.js";

const DASHBOARD = new URL("https://example.org/site/generated/dashboard/");

test("numbers are rounded as Python rounds them: the exact value, ties to even, the sign kept", () => {
  for (const [x, digits, text] of [
    [0.5, 0, "0"], [1.5, 0, "2"], [2.5, 0, "2"], [-2.5, 0, "-2"], [0.125, 2, "0.12"], [0.375, 2, "0.38"], [-0.125, 2, "-0.12"],
    [1.005, 2, "1.00"], [2 ** -7, 6, "0.007812"], [3 * 2 ** -7, 6, "0.023438"], [-0, 6, "-0.000000"], [-1e-9, 6, "-0.000000"],
    [1e21, 1, "1000000000000000000000.0"], [0.1, 20, "0.10000000000000000555"], [NaN, 2, "nan"], [-Infinity, 2, "-inf"], [5e-324, 3, "0.000"],
  ]) assert.equal(number(x, digits), text, `${x} to ${digits}`);
});

test("bytes are told in round figures", () => {
  assert.deepEqual([3, 999, 1500, 45636, 154389504].map(bytes), ["3 bytes", "999 bytes", "1.5 kB", "46 kB", "154.4 MB"]);
});

test("CSV quotes what would break it", () => {
  assert.equal(toCsv(["token", "score"], [[" cat", 1], ['"', 2], ["a,b\n", 3]]), 'token,score\r\n" cat",1\r\n"""",2\r\n"a,b\n",3\r\n');
});

test("a Python string has every character, in ASCII", () => {
  assert.equal(pythonString('a"\\\n\r\té😀\ud800\0'), '"a\\"\\\\\\n\\r\\t\\xe9\\U0001f600\\ud800\\x00"');
});

test("tokens show what cannot be seen", () => {
  const show = (...numbers) => visible(Uint8Array.from(numbers));
  assert.equal(show(0x20, 0x63), " c");
  assert.equal(show(0xc3, 0xa9, 0xc3), "é\\xc3");
  assert.equal(show(10, 0, 0x7f, 0xc2, 0xa0), "\\n\\x00\\x7f\\xa0");
  assert.equal(show(0xe2, 0x80, 0xae), "\\u202e");
  assert.equal(show(0xf4, 0x90, 0x80, 0x80), "\\xf4\\x90\\x80\\x80");
  assert.equal(show(0xed, 0xa0, 0x80), "\\xed\\xa0\\x80");
});

test("a state survives its address", () => {
  const state = { ...DEFAULTS, text: "a&b=c #%\n😀 <b>", tab: "arithmetic", metric: "dot", centred: true, p: 0, token: 0, terms: [{ weight: 1, id: 5 }, { weight: -0.5, id: 7 }], expected: 0, step: 3, of: "vector", fold: true, vector: Float32Array.of(0.1, -2e-20, 3) };
  assert.deepEqual(read(toHash(state)), state);
  assert.equal(toHash({ ...DEFAULTS }), "");
  assert.deepEqual(read(""), DEFAULTS);
  assert.equal(read(toHash({ ...DEFAULTS, text: "" })).text, "");
  assert.equal(read(toHash({ ...DEFAULTS, token: 0, p: 0 })).p, 0);
});

test("a hostile address is not believed", () => {
  const limits = { nVocab: 100, nCtx: 10, nEmbd: 1 };
  for (const hash of ["#tab=<script>", "#metric=__proto__", "#p=10", "#p=-1", "#p=1e1", "#p=NaN", "#expected=100", "#terms=1*100", "#terms=1e9*5", `#terms=${"1*5,".repeat(90)}`, "#centred=yes", "#step=x", "#__proto__=1&constructor=2", "#token=99999999999", "#of=window", "#vector=AAAA", "#vector=<>", "#vector=AADAfw", "#fold=2", "#%E0%A4%A", "#terms=1*5;drop"])
    assert.deepEqual(read(hash, limits), { ...DEFAULTS }, hash);
  assert.equal(read(`#text=${"a".repeat(1e6)}`).text.length, LONGEST);
});

test("the own sha256 is the browser's", async () => {
  for (const n of [0, 1, 55, 56, 63, 64, 65, 119, 120, 4096]) {
    const data = Uint8Array.from({ length: n }, (_, i) => (i * 31) & 255);
    assert.equal(Buffer.from(ownSha256(data)).toString("hex"), await sha256(data));
  }
});

// -- loading -----------------------------------------------------------------------------------------------------------

const content = new TextEncoder().encode('{"steps": [1]}');
const manifest = { format: 2, n_vocab: 4, n_embd: 2, n_ctx: 2, parts: { training: { file: "training.x.json", bytes: content.length, sha256: await sha256(content) }, search: { small: true } } };

/** A host that answers by the file's name. @param {Record<string, () => Response>} files */
const host = (files) => {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    const file = String(url).slice(String(DASHBOARD).length);
    asked.push([file, options?.cache]);
    return (files[file] ?? (() => new Response("", { status: 404 })))();
  };
  return asked;
};
const good = { "manifest.json": () => Response.json(manifest), "training.x.json": () => new Response(content) };

test("a piece is loaded once, and counted", async () => {
  const asked = host(good);
  const data = await openData(DASHBOARD);
  let heard = 0;
  data.addEventListener("progress", () => heard++);
  const [a, b] = await Promise.all([data.snapshots(), data.snapshots()]);
  assert.equal(a, b);
  assert.deepEqual([asked.length, heard, data.loaded.files], [2, 1, 2]);
  assert.equal(asked[0][1], "no-cache");
});

test("a missing file names itself, and is tried again when asked", async () => {
  host({ "manifest.json": good["manifest.json"] });
  const data = await openData(DASHBOARD);
  const error = await data.snapshots().catch((e) => e);
  assert(error instanceof DataError);
  assert.equal(error.file, "training.x.json");
  assert.match(error.reason, /missing/);
  host(good);
  assert.deepEqual(await data.snapshots(), { steps: [1] });
});

test("a file that was changed is refused, once a cache is ruled out", async () => {
  const asked = host({ ...good, "training.x.json": () => new Response('{"steps": [2]}') });
  const data = await openData(DASHBOARD);
  await assert.rejects(data.snapshots(), /sha256/);
  assert.deepEqual(asked.slice(1).map(([, cache]) => cache), [undefined, "reload"]);
});

test("a busy host is asked again", async () => {
  let times = 0;
  host({ ...good, "training.x.json": () => (times++ ? new Response(content) : new Response("", { status: 503 })) });
  assert.deepEqual(await (await openData(DASHBOARD)).snapshots(), { steps: [1] });
});

test("a manifest of another format, or none, is refused", async () => {
  host({ "manifest.json": () => Response.json({ format: 99 }) });
  await assert.rejects(openData(DASHBOARD), /format 99/);
  host({ "manifest.json": () => new Response("<html>") });
  await assert.rejects(openData(DASHBOARD), /not JSON/);
  host({});
  await assert.rejects(openData(DASHBOARD), DataError);
});

// -- search ------------------------------------------------------------------------------------------------------------

let seed = 1;
const random = () => ((seed = (seed * 48271) % 2147483647) / 2147483647) * 2 - 1;
const [n, d] = [400, 12];
const rows = Float32Array.from({ length: n * d }, () => random() + 0.5);
const row = (i) => rows.subarray(i * d, (i + 1) * d);
const mean = Float64Array.from({ length: d }, (_, j) => Array.from({ length: n }, (_, i) => rows[i * d + j]).reduce((a, b) => a + b) / n);

/** The same table in codes, made as scripts/dashboard.py makes it. */
const codes = () => {
  const y = Float64Array.from(rows, (x, at) => x - mean[at % d]);
  const spread = Float32Array.from({ length: d }, (_, j) => Math.sqrt(Array.from({ length: n }, (_, i) => y[i * d + j] ** 2).reduce((a, b) => a + b) / n));
  const facts = new Float32Array(d + 4 * n);
  facts.set(spread);
  const data = new Uint8Array(n * d);
  for (let i = 0; i < n; i++) {
    const scaled = Array.from({ length: d }, (_, j) => y[i * d + j] / spread[j]);
    facts[d + i] = Math.max(...scaled.map(Math.abs)) / 127.999;
    let error = 0;
    scaled.forEach((x, j) => {
      data[i * d + j] = Math.min(255, Math.max(0, Math.floor(x / facts[d + i]) + 128));
      error += (y[i * d + j] - facts[d + i] * spread[j] * (data[i * d + j] - 127.5)) ** 2;
    });
    facts[d + n + i] = Math.sqrt(error) * (1 + 1e-6);
    facts[d + 2 * n + i] = Math.hypot(...row(i));
    facts[d + 3 * n + i] = Math.hypot(...y.subarray(i * d, (i + 1) * d));
  }
  return { facts, coarse: (bits) => data.map((code) => code >> (8 - bits)), fine: (bits) => data.map((code) => code & ((1 << (8 - bits)) - 1)) };
};

const coded = (bits, fine) => {
  const { facts, ...parts } = codes();
  const table = new Codes({ n, d, bits, facts, mean });
  table.addCoarse(parts.coarse(bits), 0);
  if (fine) {
    table.addFine(parts.fine(bits), 0);
    table.fine = true;
  }
  return table;
};

for (const [bits, fine] of [[3, false], [5, false], [5, true]])
  test(`true scores lie within the bounds, and true neighbours among the open ones: ${bits} bits${fine ? " and the rest" : ""}`, () => {
    const table = coded(bits, fine);
    for (const metric of ["cosine", "dot", "euclidean"])
      for (const centred of [false, true]) {
        const query = Float64Array.from({ length: d }, () => random() * 2);
        const scores = table.scores(query, { metric, centred });
        const exact = Float64Array.from({ length: n }, (_, i) => score(row(i), query, { metric, centred }, mean));
        exact.forEach((one, i) => assert(Math.abs(one - scores.score[i]) <= scores.slack[i] * (1 + 1e-9), `${metric} ${centred} row ${i}`));
        const without = new Set([3, top(exact, 1)[0]]);
        const open = new Set(best(scores, 7, without).open);
        assert(top(exact, 7, without).every((i) => open.has(i)));
        const { ahead, open: doubtful } = place(scores, 9, exact[9], without);
        const rank = exact.filter((one, i) => !without.has(i) && (one > exact[9] || (one === exact[9] && i < 9))).length;
        assert(ahead <= rank && rank <= ahead + doubtful.length);
      }
  });

test("equal scores go by the lower ID, and fewer come back where there are fewer", () => {
  assert.deepEqual(top([1, 3, 3, 2, 3], 3), [1, 2, 4]);
  assert.deepEqual(top([1, 3, 3, 2, 3], 9, new Set([2])), [1, 4, 3, 0]);
  assert.deepEqual(top([1, 2], 0), []);
});

/** A host's data without the host: the table in codes of 3 bits, whose answers are often wrong. */
const ofCodes = () => {
  const { facts, ...parts } = codes();
  const search = { small: false, bits: 3, recall: 0.5, recall_over: n, exact_rows: 5, facts: { bytes: 4 * facts.length } };
  const part = { per: n, shards: 1, bytes: n * d };
  return {
    manifest: { parts: { search, coarse: part, fine: part, rows: { per: 1, shards: n, bytes: 4 * n * d } } },
    nVocab: n, nEmbd: d, done: new Set(), cost: () => 0, once: (_, load) => load(),
    whole: async () => new Uint8Array(facts.buffer), mean: async () => mean, row: async (i) => row(i),
    all: async (name, take) => take(parts[name](3), 0),
  };
};

test("every score that is shown is the row's own, before the exact search too, and the exact answer is the true one", async () => {
  const search = new Search(ofCodes(), { worker: false });
  const query = Float64Array.from({ length: d }, () => random() * 2);
  for (const metric of ["cosine", "dot", "euclidean"]) {
    const own = (i) => Math.fround(score(row(i), query, { metric, centred: false }, mean));
    const first = await search.query(query, { metric, k: 10 });
    assert.equal(first.exact, false);
    assert.deepEqual(first.scores, first.ids.map(own));
    assert.deepEqual(first.scores, first.scores.toSorted((a, b) => b - a));
    const exact = await search.query(query, { metric, k: 10, exact: true });
    assert.equal(exact.exact, true);
    assert.deepEqual(exact.ids, top(Float64Array.from({ length: n }, (_, i) => score(row(i), query, { metric, centred: false }, mean)), 10));
    assert.deepEqual(exact.scores, exact.ids.map(own));
    const { needs, exact: sure } = await search.query(query, { metric, k: 10, exact: true, most: 1 });
    assert(needs > 1 && !sure, "rows that cost more than was agreed to are not loaded");
  }
});
