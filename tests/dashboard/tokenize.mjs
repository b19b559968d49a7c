// Driver: the IDs of every text of a file, for tests/test_dashboard_data.py.
// node tokenize.mjs <tokenizer file> <texts> <out: int32>
import { readFileSync, writeFileSync } from "node:fs";
import { createTokenizer, parseTokenizer } from "../../docs/assets/dashboard/tokenizer.js";
import { encodeAll } from "./parity.mjs";

const [file, texts, out] = process.argv.slice(2);
const tokenizer = createTokenizer(parseTokenizer(new Uint8Array(readFileSync(file))));
writeFileSync(out, new Uint8Array(encodeAll(tokenizer, new Uint16Array(new Uint8Array(readFileSync(texts)).buffer)).buffer));
