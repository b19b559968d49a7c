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
  const tokens = tokenizer.encode(text);
  numbers.push(tokens.length, ...tokens.map((token) => token.id));
  if (n % 50 === 0) {
    // the bytes add up, and what a limit leaves out begins after the characters that are whole before it
    const bytes = Buffer.concat(tokens.map((token) => token.bytes));
    if (bytes.compare(Buffer.from(new TextEncoder().encode(text)))) throw new Error(`bytes of string ${n}`);
    if (tokens.cut !== null) throw new Error(`string ${n} is cut`);
    for (let limit = 0; limit < Math.min(tokens.length, 20); limit++) {
      const { cut, length } = tokenizer.encode(text, limit);
      const kept = tokens.slice(0, limit).reduce((sum, token) => sum + token.bytes.length, 0);
      const [before, after] = [text.slice(0, cut), text.slice(0, cut + [...text.slice(cut)][0].length)].map((part) => Buffer.byteLength(part));
      if (length !== limit || before > kept || after <= kept) throw new Error(`string ${n} cut at ${limit}`);
    }
  }
}
writeFileSync(out, new Uint8Array(Int32Array.from(numbers).buffer));
