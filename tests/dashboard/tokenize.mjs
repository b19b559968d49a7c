// Parity driver: the IDs of every string of a file, for tests/test_dashboard_data.py.
// node tokenize.mjs <tokenizer file> <strings.json> <out.bin>
// Strings are lists of UTF-16 units, so that lone surrogates survive; out: for every string its number of IDs and them, int32.
import { readFileSync, writeFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { createTokenizer, parseTokenizer } from "../../docs/assets/dashboard/tokenizer.js";

const [file, strings, out] = process.argv.slice(2);
const tokenizer = createTokenizer(parseTokenizer(new Uint8Array(inflateSync(readFileSync(file)))));
const units = new Uint16Array(new Uint8Array(readFileSync(strings)).buffer);
const numbers = [];
let n = 0;
for (let at = 0; at < units.length; n++) {
  const length = units[at] + units[at + 1] * 65536;
  let text = "";
  for (let i = at + 2; i < at + 2 + length; i += 4096) text += String.fromCharCode(...units.subarray(i, Math.min(i + 4096, at + 2 + length)));
  at += 2 + length;
  const ids = tokenizer.encodeIds(text);
  numbers.push(ids.length, ...ids);
  if (n % 50 === 0) {
    // encode() gives the same, with bytes that add up and places that go on
    const tokens = tokenizer.encode(text);
    if (tokens.map((token) => token.id).join() !== ids.join()) throw new Error(`encode differs on string ${n}`);
    if (tokens.length && (tokens[0].start !== 0 || tokens.at(-1).end !== text.length)) throw new Error(`places of string ${n}`);
    for (let i = 1; i < tokens.length; i++) if (tokens[i].start > tokens[i - 1].end || tokens[i].start < tokens[i - 1].start) throw new Error(`places of string ${n}`);
    if (Buffer.concat(tokens.map((token) => token.bytes)).compare(Buffer.from(new TextEncoder().encode(text)))) throw new Error(`bytes of string ${n}`);
  }
}
writeFileSync(out, new Uint8Array(Int32Array.from(numbers).buffer));
