// The dashboard's data: described by one manifest, loaded piece by piece when asked for, each piece checked by its sha256.

import { hex } from "./format.js";
import { createTokenizer, parseTokenizer } from "./tokenizer.js";

const FORMAT = 2;
const PAUSES = [300, 1500]; // milliseconds before a load is tried again by itself

/** A piece of the data that could not be had. */
export class DataError extends Error {
  /**
   * @param {string} file
   * @param {string} reason in plain words
   */
  constructor(file, reason) {
    super(`${file}: ${reason}`);
    this.name = "DataError";
    this.file = file;
    this.reason = reason;
  }
}

/** @param {URL} base the folder of manifest.json @returns {Promise<Data>} */
export const openData = async (base) => {
  const bytes = await get(new URL("manifest.json", base), "manifest.json", { cache: "no-cache" });
  let manifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new DataError("manifest.json", "is not JSON");
  }
  if (manifest?.format !== FORMAT) throw new DataError("manifest.json", `is of format ${manifest?.format}, and this page reads format ${FORMAT}`);
  return new Data(base, manifest, bytes.length);
};

/** @fires progress */
export class Data extends EventTarget {
  /** @param {URL} base @param {Manifest} manifest @param {number} bytes of the manifest */
  constructor(base, manifest, bytes) {
    super();
    this.base = base;
    this.manifest = manifest;
    this.loaded = { bytes, files: 1 };
    this.nVocab = manifest.n_vocab;
    this.nEmbd = manifest.n_embd;
    this.nCtx = manifest.n_ctx;
    this.label = manifest.label;
    this.kind = manifest.kind;
    this.size = { wte: manifest.n_vocab * manifest.n_embd * 4, wpe: manifest.n_ctx * manifest.n_embd * 4 };
    /** @type {Map<string, Promise<any>>} what is loaded or on its way; what failed is not kept */
    this.pieces = new Map();
    /** @type {Set<string>} */
    this.done = new Set();
  }

  /**
   * The outcome of `load`, kept under `key`; if it fails, the next call tries again.
   * @template T
   * @param {string} key
   * @param {() => Promise<T>} load
   * @returns {Promise<T>}
   */
  once(key, load) {
    let piece = this.pieces.get(key);
    if (!piece) {
      piece = load();
      this.pieces.set(key, piece);
      piece.then(
        () => this.done.add(key),
        () => this.pieces.delete(key),
      );
    }
    return piece;
  }

  /** @returns {Promise<Tokenizer>} */
  tokenizer() {
    return this.once("tokenizer", async () => createTokenizer(parseTokenizer(await this.whole(this.manifest.parts.tokenizer))));
  }

  /** The row of a token. @param {number} id @returns {Promise<Float32Array>} */
  row(id) {
    return this.tableRow("rows", id, this.nVocab);
  }

  /** @param {Iterable<number>} ids @returns {Promise<Float32Array[]>} */
  rows(ids) {
    return Promise.all(Array.from(ids, (id) => this.row(id)));
  }

  /** The row of a position. @param {number} p @returns {Promise<Float32Array>} */
  position(p) {
    return this.tableRow("positions", p, this.nCtx);
  }

  /** All of wpe, row after row. @returns {Promise<Float32Array>} */
  positions() {
    return this.table("positions", this.nCtx);
  }

  /**
   * A whole table, row after row.
   * @param {"rows" | "positions"} name
   * @param {number} n
   * @param {LoadOptions} [options]
   */
  async table(name, n, options) {
    const out = new Float32Array(n * this.nEmbd);
    const per = this.manifest.parts[name].per * this.nEmbd;
    await this.all(name, (data, number) => out.set(floats(data), number * per), options);
    return out;
  }

  /** The mean of all rows. @returns {Promise<Float64Array>} */
  mean() {
    return this.once("mean", async () => new Float64Array(aligned(await this.whole(this.manifest.parts.mean))));
  }

  /**
   * A token's nearest other tokens, exact, from lists made at the build.
   * @param {number} id
   * @param {{metric?: Metric, centred?: boolean}} [options]
   * @returns {Promise<{ids: Uint16Array | Uint32Array, scores: Float32Array}>}
   */
  async neighbours(id, { metric = "cosine", centred = false } = {}) {
    checkRange(id, this.nVocab);
    const { per, k, rankings, id_bytes } = this.manifest.parts.neighbours;
    // distances are the same from any origin
    const which = rankings.indexOf(centred && metric !== "euclidean" ? `centred ${metric}` : metric);
    if (which < 0) throw new RangeError(`no metric ${metric}`);
    const data = await this.shard("neighbours", Math.floor(id / per));
    const tokens = Math.min(per, this.nVocab - Math.floor(id / per) * per);
    const all = tokens * rankings.length * k;
    const first = ((id % per) * rankings.length + which) * k;
    const Ids = id_bytes === 2 ? Uint16Array : Uint32Array;
    return {
      ids: new Ids(data.slice(first * id_bytes, (first + k) * id_bytes).buffer),
      scores: new Float32Array(data.slice(all * id_bytes + first * 4, all * id_bytes + (first + k) * 4).buffer),
    };
  }

  /** TinyGPT's training, in every build. @returns {Promise<Snapshots>} */
  snapshots() {
    return this.once("training", async () => JSON.parse(new TextDecoder().decode(await this.whole(this.manifest.parts.training))));
  }

  /** Bytes of a table in shards that are still to load. @param {"rows" | "positions" | "neighbours" | "coarse" | "fine"} name */
  cost(name) {
    const about = this.manifest.parts[name];
    if (!about) return 0;
    let have = 0;
    for (let i = 0; i < about.shards; i++) have += Number(this.done.has(`${name}/${i}`));
    return Math.round((about.bytes * (about.shards - have)) / about.shards);
  }

  /** @param {"rows" | "positions"} name @param {number} row @param {number} n */
  async tableRow(name, row, n) {
    checkRange(row, n);
    const { per } = this.manifest.parts[name];
    const data = await this.shard(name, Math.floor(row / per));
    const size = this.nEmbd * 4;
    return new Float32Array(data.slice((row % per) * size, ((row % per) + 1) * size).buffer);
  }

  /**
   * Every shard of a table, a few at a time, in any order.
   * @param {"rows" | "positions" | "coarse" | "fine"} name
   * @param {(data: Uint8Array, number: number) => void} take
   * @param {LoadOptions & {keep?: boolean}} [options] keep: false, if what `take` makes of a shard is all that is needed
   */
  async all(name, take, { signal, onProgress, keep = true } = {}) {
    const about = this.manifest.parts[name];
    const of = this.cost(name);
    let bytes = 0;
    let next = 0;
    const work = async () => {
      while (next < about.shards) {
        const number = next++;
        signal?.throwIfAborted();
        const had = this.done.has(`${name}/${number}`);
        take(await this.shard(name, number), number);
        if (!keep) this.pieces.delete(`${name}/${number}`);
        if (!had) onProgress?.({ bytes: Math.min((bytes += about.bytes / about.shards), of), of });
      }
    };
    await Promise.all([work(), work(), work(), work()]);
  }

  /** @param {string} name @param {number} number @param {Sharded} [about] @returns {Promise<Uint8Array>} */
  shard(name, number, about = /** @type {any} */ (this.manifest.parts)[name]) {
    return this.once(`${name}/${number}`, async () => {
      const { index } = about;
      const paged = "index" in index;
      const digests = await (paged ? this.shard(`${name}.index`, Math.floor(number / index.per), index) : this.once(`${name}.index`, () => this.whole(index)));
      const at = 8 * (paged ? number % index.per : number);
      const digest = hex(digests.subarray(at, at + 8));
      return this.fetched(`${name}/${number}.${digest}.bin`, digest, about?.encoding);
    });
  }

  /** @param {Entry} entry @returns {Promise<Uint8Array>} */
  whole(entry) {
    return this.fetched(entry.file, entry.sha256, entry.encoding);
  }

  /**
   * @param {string} file
   * @param {string} digest the first digits of its sha256, or all
   * @param {"deflate" | undefined} encoding
   * @returns {Promise<Uint8Array>}
   */
  async fetched(file, digest, encoding) {
    const url = new URL(file, this.base);
    let bytes = await get(url, file, {});
    if (!(await sha256(bytes)).startsWith(digest)) {
      bytes = await get(url, file, { cache: "reload" }); // a cache may have spoilt it
      if (!(await sha256(bytes)).startsWith(digest)) throw new DataError(file, "is not what the manifest says: its sha256 differs");
    }
    this.loaded = { bytes: this.loaded.bytes + bytes.length, files: this.loaded.files + 1 };
    this.dispatchEvent(new Event("progress"));
    return encoding ? inflate(bytes, file) : bytes;
  }
}

/** @param {number} row @param {number} n */
const checkRange = (row, n) => {
  if (!Number.isInteger(row) || row < 0 || row >= n) throw new RangeError(`row ${row} of ${n}`);
};

/** A copy of the bytes that begins where numbers of 8 bytes may. @param {Uint8Array} bytes */
const aligned = (bytes) => bytes.slice().buffer;

/** @param {Uint8Array} bytes little-endian float32, as every browser's */
export const floats = (bytes) => new Float32Array(aligned(bytes));

const wait = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {URL} url
 * @param {string} file
 * @param {RequestInit} options
 * @returns {Promise<Uint8Array>}
 */
const get = async (url, file, options) => {
  for (let attempt = 0; ; attempt++) {
    let reason;
    try {
      const answer = await fetch(url, options);
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
      reason = answer.status === 404 ? "is missing (404)" : `could not be loaded (${answer.status})`;
      if (answer.status < 500 && answer.status !== 429) throw new DataError(file, reason);
    } catch (error) {
      if (error instanceof DataError) throw error;
      reason = "could not be loaded: no connection, or it broke";
    }
    if (attempt === PAUSES.length) throw new DataError(file, reason);
    await wait(PAUSES[attempt]);
  }
};

/** @param {Uint8Array} bytes @param {string} file */
const inflate = async (bytes, file) => {
  if (typeof DecompressionStream === "undefined") throw new DataError(file, "is compressed, and this browser cannot undo that: a newer one can");
  try {
    const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new DataError(file, "cannot be decompressed");
  }
};

/** Sha256 in hexadecimal.  By the browser, where it offers that: it does not to a page that came over plain http. @param {Uint8Array} bytes */
export const sha256 = async (bytes) => {
  const { subtle } = globalThis.crypto ?? {};
  return hex(subtle ? new Uint8Array(await subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes))) : ownSha256(bytes));
};

/** FIPS 180-4, section 6.2. @param {Uint8Array} bytes */
export const ownSha256 = (bytes) => {
  const root = (/** @type {number} */ x) => (x % 1) * 2 ** 32;
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const k = Int32Array.from(primes, (p) => root(Math.cbrt(p)));
  const state = Int32Array.from(primes.slice(0, 8), (p) => root(Math.sqrt(p)));
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const w = new Int32Array(64);
  const turn = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15], w[i - 2]];
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] += value));
  }
  const out = new Uint8Array(32);
  state.forEach((value, i) => new DataView(out.buffer).setInt32(4 * i, value));
  return out;
};
