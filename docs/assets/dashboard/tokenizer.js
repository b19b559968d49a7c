// GPT-2's byte-level BPE, as tiktoken does it: the same pieces, the same merges, for every string.

import { escaped } from "./format.js";

const OTHER = 0;
const LETTER = 1;
const NUMBER = 2;
const SPACE = 3;
const CONTRACTION = /'(?:[sdmt]|ll|ve|re)/y;
const FEW = 64; // parts of a piece that are merged by looking through all of them: quicker than a heap
const REMEMBERED = 20000; // pieces
const NONE = -1;

/** Split a tokenizer file into its head and its merges. @param {Uint8Array} file @returns {TokenizerRecord} */
export const parseTokenizer = (file) => {
  const end = file.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(file.subarray(0, end)));
  return { ...head, pairs: file.subarray(end + 1) };
};

/** @param {TokenizerRecord} record */
export const createTokenizer = (record) => new Tokenizer(record);

export class Tokenizer {
  /** @param {TokenizerRecord} record */
  constructor({ bytes, merges, end, classes, pairs }) {
    /** @type {string[]} of every token its bytes, a character of U+0000 to U+00FF each */
    this.names = bytes.map((byte) => String.fromCharCode(byte));
    const part = (/** @type {number} */ plane, /** @type {number} */ i) => pairs[plane * merges + i] + (pairs[(plane + 1) * merges + i] << 8);
    for (let i = 0; i < merges; i++) this.names.push(this.names[part(0, i)] + this.names[part(2, i)]);
    this.ids = new Map(this.names.map((name, id) => [name, id]));
    this.names.push(end);
    this.end = end;
    this.nVocab = this.names.length;
    /** @type {Uint8Array[]} of every token its bytes, once they were asked for */
    this.bytes = [];
    this.byteIds = new Uint16Array(256);
    bytes.forEach((byte, id) => (this.byteIds[byte] = id));
    this.classOf = classTable(classes);
    /** @type {Map<number, number>} two neighbouring tokens -> what they merge to */
    this.merged = new Map();
    /** @type {Map<string, number[]>} */
    this.known = new Map();
    /** @type {string[] | null} */
    this.lower = null;
  }

  /** Tokens of `text`, no more than `limit`; text that looks like a special token is text. @param {string} text @param {number} [limit] */
  encode(text, limit = Infinity) {
    const tokens = /** @type {Tokens} */ (Object.assign([], { cut: null }));
    for (let at = 0; at < text.length && tokens.cut === null; ) {
      const next = this.pieceEnd(text, at);
      const ids = this.piece(text.slice(at, next));
      const kept = ids.slice(0, limit - tokens.length);
      for (const id of kept) tokens.push({ id, bytes: this.bytesOf(id) });
      if (kept.length < ids.length) tokens.cut = at + wholeLength(bytesIn(kept.map((id) => this.names[id]).join("")));
      at = next;
    }
    return tokens;
  }

  /**
   * Where the piece that begins at `at` ends, by the pattern
   * '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s
   * @param {string} text
   * @param {number} at
   */
  pieceEnd(text, at) {
    if (text.charCodeAt(at) === 39) {
      CONTRACTION.lastIndex = at;
      if (CONTRACTION.test(text)) return CONTRACTION.lastIndex;
    }
    const first = text.charCodeAt(at) === 32 && at + 1 < text.length ? at + 1 : at;
    const kind = this.kind(text, first);
    if (kind !== SPACE) return this.runEnd(text, first, kind);
    const end = this.runEnd(text, at, SPACE);
    return end === text.length || end - at === 1 ? end : end - 1; // white space is one UTF-16 unit each
  }

  /** @param {string} text @param {number} at */
  kind(text, at) {
    return this.classOf[/** @type {number} */ (text.codePointAt(at))];
  }

  /** @param {string} text @param {number} at @param {number} kind */
  runEnd(text, at, kind) {
    while (at < text.length) {
      const point = /** @type {number} */ (text.codePointAt(at));
      if (this.classOf[point] !== kind) break;
      at += point > 0xffff ? 2 : 1;
    }
    return at;
  }

  /** IDs of one piece. @param {string} piece @returns {number[]} */
  piece(piece) {
    const known = this.known.get(piece);
    if (known) return known;
    const bytes = utf8(piece);
    const whole = this.ids.get(latin(bytes));
    const ids = whole !== undefined ? [whole] : bytes.length > FEW ? this.mergeMany(bytes) : this.mergeFew(bytes);
    if (piece.length <= 100) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(piece, ids);
    }
    return ids;
  }

  /** What two neighbours merge to: tiktoken asks for their joined bytes, however they came about. @param {number} a @param {number} b */
  merge(a, b) {
    const key = a * 0x20000 + b;
    let id = this.merged.get(key);
    if (id === undefined) {
      id = this.ids.get(this.names[a] + this.names[b]) ?? NONE;
      if (this.merged.size > 1e6) this.merged.clear();
      this.merged.set(key, id);
    }
    return id;
  }

  /** @param {Uint8Array} bytes */
  mergeFew(bytes) {
    const ids = Array.from(bytes, (byte) => this.byteIds[byte]);
    for (;;) {
      let best = Infinity;
      let at = NONE;
      for (let i = 0; i + 1 < ids.length; i++) {
        const id = this.merge(ids[i], ids[i + 1]);
        if (id !== NONE && id < best) [best, at] = [id, i];
      }
      if (at === NONE) return ids;
      ids.splice(at, 2, best);
    }
  }

  /** The same with a heap of possible merges, lowest ID first, then leftmost. @param {Uint8Array} bytes */
  mergeMany(bytes) {
    const n = bytes.length;
    const ids = Int32Array.from(bytes, (byte) => this.byteIds[byte]);
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const before = Int32Array.from(ids, (_, i) => i - 1);
    const heap = new Heap();
    const offer = (/** @type {number} */ i) => {
      if (i < 0 || next[i] >= n) return;
      const id = this.merge(ids[i], ids[next[i]]);
      if (id !== NONE) heap.push(id * n + i);
    };
    for (let i = 0; i < n; i++) offer(i);
    while (heap.size) {
      const key = heap.pop();
      const id = Math.floor(key / n);
      const i = key - id * n;
      if (ids[i] === NONE || next[i] >= n || this.merge(ids[i], ids[next[i]]) !== id) continue; // it is not there any more
      const gone = next[i];
      ids[i] = id;
      ids[gone] = NONE;
      next[i] = next[gone];
      if (next[i] < n) before[next[i]] = i;
      offer(before[i]);
      offer(i);
    }
    return Array.from(ids.filter((id) => id !== NONE));
  }

  /** Not to be written to: every time the same. @param {number} id */
  bytesOf(id) {
    return (this.bytes[id] ??= bytesIn(this.names[id]));
  }

  /** A token as Python would show it: in quotes, what cannot be seen as an escape, bytes that are no character as \xNN. @param {number} id */
  display(id) {
    const text = visible(this.bytesOf(id));
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    return quote + (quote === "'" ? text.replaceAll("'", "\\'") : text) + quote;
  }

  /** The one token that is `text`, if there is one. @param {string} text @returns {number | null} */
  single(text) {
    return text === this.end ? this.nVocab - 1 : (this.ids.get(latin(utf8(text))) ?? null);
  }

  /**
   * Tokens that someone who types `text` can mean: the same word with and without the space, large and small; then those
   * that begin so, the shorter first.
   * @param {string} text
   * @param {number} limit
   * @returns {number[]}
   */
  suggest(text, limit) {
    const typed = latin(utf8(text));
    const word = text.trim();
    if (!text) return [];
    const small = word.toLowerCase();
    const large = small.slice(0, 1).toUpperCase() + small.slice(1);
    const wanted = [text, ` ${word}`, word, ` ${large}`, large, ` ${small}`, small, ` ${word.toUpperCase()}`, word.toUpperCase()];
    const found = new Set(wanted.map((one) => this.single(one)).filter((id) => id !== null));
    if (word && found.size < limit) {
      this.lower ??= this.names.map((name) => (name.startsWith(" ") ? name.slice(1) : name).toLowerCase());
      const key = latin(utf8(small)).toLowerCase();
      /** @type {number[]} */
      const more = [];
      this.lower.forEach((name, id) => name.startsWith(key) && more.push(id));
      const spaced = typed.startsWith(" ");
      const away = (/** @type {number} */ id) => this.names[id].length * 2 + Number(this.names[id].startsWith(" ") !== spaced);
      more.sort((a, b) => away(a) - away(b) || a - b);
      more.forEach((id) => found.add(id));
    }
    return [...found].slice(0, limit);
  }
}

/** Of every code point its class. The classes come with the data, from tiktoken's own tables. @param {TokenizerRecord["classes"]} classes */
const classTable = (classes) => {
  const table = new Uint8Array(0x110000); // all OTHER; a lone surrogate is, as the U+FFFD that tiktoken makes of it
  for (const [kind, steps] of /** @type {[number, number[]][]} */ ([
    [LETTER, classes.letter],
    [NUMBER, classes.number],
    [SPACE, classes.space],
  ])) {
    let edge = 0;
    for (let i = 0; i < steps.length; i += 2) {
      const first = edge + steps[i];
      edge = first + steps[i + 1];
      table.fill(kind, first, edge);
    }
  }
  return table;
};

const encoder = new TextEncoder(); // makes U+FFFD of a lone surrogate, as tiktoken does
const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** @param {string} text */
const utf8 = (text) => encoder.encode(text);

/** Bytes as a string of U+0000 to U+00FF. @param {Uint8Array} bytes */
const latin = (bytes) => {
  let out = "";
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return out;
};

/** And back. @param {string} name */
const bytesIn = (name) => Uint8Array.from(name, (char) => char.charCodeAt(0));

/** UTF-16 units of the whole characters that bytes begin with. @param {Uint8Array} bytes */
const wholeLength = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true }).length;

/** The text that bytes are, or null. @param {Uint8Array} bytes @returns {string | null} */
const whole = (bytes) => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

/** @type {Record<string, string>} */
const ESCAPES = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const HIDDEN = /^(?! )[\p{C}\p{Z}]$/u;

/** Bytes as text in which everything can be seen. @param {Uint8Array} bytes */
export const visible = (bytes) => {
  let out = "";
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i];
    const length = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const char = length && i + length <= bytes.length ? whole(bytes.subarray(i, i + length)) : null;
    if (char === null) {
      out += escaped(String.fromCharCode(byte));
      i++;
      continue;
    }
    out += ESCAPES[char] ?? (HIDDEN.test(char) ? escaped(char) : char);
    i += length;
  }
  return out;
};

/** A heap of numbers, the least on top. */
class Heap {
  constructor() {
    /** @type {number[]} */
    this.items = [];
  }

  get size() {
    return this.items.length;
  }

  /** @param {number} item */
  push(item) {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at) {
      const parent = (at - 1) >> 1;
      if (items[parent] <= item) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop() {
    const { items } = this;
    const top = items[0];
    const item = /** @type {number} */ (items.pop());
    const n = items.length;
    if (!n) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= n) break;
      if (child + 1 < n && items[child + 1] < items[child]) child++;
      if (items[child] >= item) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = item;
    return top;
  }
}
