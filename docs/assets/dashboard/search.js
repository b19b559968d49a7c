// Any vector against the whole vocabulary: first from a compact table, then exactly.
//
// Exactly, without the 154 MB of all rows: the codes of 8 bits come with a bound for the error of each row, so all but a few
// rows are ruled out for certain; the rows that are left open are loaded and compared as they are.

import { engine } from "./engine.js";
import { score } from "./vectors.js";

const MOST = 32e6; // bytes that an exact search may load without being asked again

/** @param {Data} data @param {{worker?: boolean}} [options] */
export const createSearch = (data, options) => new Search(data, options);

export class Search {
  /** @param {Data} data @param {{worker?: boolean}} [options] */
  constructor(data, { worker = typeof Worker !== "undefined" } = {}) {
    this.data = data;
    const { search } = data.manifest.parts;
    this.small = search.small;
    this.recall = search.small ? 1 : search.recall;
    this.recallOver = search.small ? data.nVocab : search.recall_over;
    this.ask = worker ? inWorker() : inPlace();
    this.state = { compact: false, fine: false };
  }

  /** Bytes still to load; for "exact" what 95 % of the searches measured at the build needed. @param {"compact" | "exact"} what */
  cost(what) {
    const { data, state, small } = this;
    if (small) return state.compact ? 0 : data.cost("rows");
    const { search, rows } = data.manifest.parts;
    const compact = state.compact ? 0 : data.cost("coarse") + search.facts.bytes;
    if (what === "compact") return compact;
    const shard = (rows.bytes / rows.shards) * search.exact_rows;
    return compact + (state.fine ? 0 : data.cost("fine")) + Math.round(Math.min(shard, data.cost("rows")));
  }

  /**
   * The k rows nearest to `vector`.
   * @param {ArrayLike<number>} vector
   * @param {Options & {k?: number}} [options]
   * @returns {Promise<Found>}
   */
  async query(vector, { k = 10, metric = "cosine", centred = false, without = [], exact = false, most = MOST, ...load } = {}) {
    const query = this.checked(vector);
    const ranking = { metric, centred };
    await this.ready(exact, load);
    const found = await this.ask({ type: "best", query, ranking, k, without });
    load.signal?.throwIfAborted();
    if (!found.open) return { ids: found.ids, scores: found.scores.map(Math.fround), exact: true };
    const needs = this.rowsCost(found.open);
    const all = exact && needs <= most;
    // whoever was found, the score that is shown is the row's own
    /** @type {number[]} */
    const ids = all ? found.open : found.ids;
    const scores = await this.exactScores(ids, query, ranking, load);
    const order = ids.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || ids[a] - ids[b]);
    const first = order.slice(0, k);
    return {
      ids: first.map((i) => ids[i]),
      scores: first.map((i) => Math.fround(scores[i])), // as the lists made at the build
      exact: all,
      needs: exact && !all ? needs : undefined,
    };
  }

  /**
   * The places of `ids` in the ranking of all rows, from 1; rows in `without` do not count.
   * @param {ArrayLike<number>} vector
   * @param {Options & {ids: number[]}} options
   * @returns {Promise<Place[]>}
   */
  async ranks(vector, { ids, metric = "cosine", centred = false, without = [], exact = false, most = MOST, ...load }) {
    const query = this.checked(vector);
    const ranking = { metric, centred };
    await this.ready(exact, load);
    const own = await this.exactScores(ids, query, ranking, load);
    /** @type {{ahead: number, about: number, open: number[]}[]} */
    const places = await this.ask({ type: "places", query, ranking, of: ids.map((id, i) => ({ id, score: own[i] })), without });
    load.signal?.throwIfAborted();
    return Promise.all(
      places.map(async ({ ahead, about, open }, i) => {
        const id = ids[i];
        if (!exact || this.rowsCost(open) > most) {
          const [from, to] = [ahead + 1, ahead + open.length + 1];
          return { id, rank: Math.min(Math.max(about + 1, from), to), from, to };
        }
        const scores = await this.exactScores(open, query, ranking, load);
        const more = open.filter((other, j) => scores[j] > own[i] || (scores[j] === own[i] && other < id)).length;
        const rank = ahead + more + 1;
        return { id, rank, from: rank, to: rank };
      }),
    );
  }

  /** @param {ArrayLike<number>} vector */
  checked(vector) {
    const query = Float64Array.from(vector);
    if (query.length !== this.data.nEmbd) throw new RangeError(`a vector of ${query.length} numbers: the table's rows have ${this.data.nEmbd}`);
    if (!query.every(Number.isFinite)) throw new RangeError("a vector has a number that is not finite");
    return query;
  }

  /** Bytes of the rows that are not loaded yet. @param {number[]} ids */
  rowsCost(ids) {
    const { rows } = this.data.manifest.parts;
    const shards = new Set(ids.map((id) => Math.floor(id / rows.per)));
    const missing = [...shards].filter((number) => !this.data.done.has(`rows/${number}`));
    return Math.round((missing.length * rows.bytes) / rows.shards);
  }

  /** @param {number[]} ids @param {ArrayLike<number>} query @param {Ranking} ranking @param {LoadOptions} load */
  async exactScores(ids, query, ranking, { signal, onProgress }) {
    const mean = await this.data.mean();
    const { per } = this.data.manifest.parts.rows;
    const of = this.rowsCost(ids);
    /** @type {Map<number, number[]>} */
    const shards = new Map();
    ids.forEach((id, i) => {
      const number = Math.floor(id / per);
      shards.set(number, [...(shards.get(number) ?? []), i]);
    });
    const out = new Float64Array(ids.length);
    const left = [...shards];
    const work = async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        signal?.throwIfAborted();
        for (const i of next[1]) out[i] = score(await this.data.row(ids[i]), query, ranking, mean);
        if (of) onProgress?.({ bytes: of - this.rowsCost(ids), of });
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    return out;
  }

  /** Load what the search needs into the worker. @param {boolean} exact @param {LoadOptions} load */
  async ready(exact, load) {
    const { data } = this;
    const total = exact ? this.cost("exact") : this.cost("compact");
    let before = 0;
    const progress = { ...load, onProgress: (/** @type {{bytes: number, of: number}} */ { bytes }) => load.onProgress?.({ bytes: before + bytes, of: total }) };
    if (!this.state.compact) {
      before = 0;
      const start = data.cost("coarse");
      await data.once("search", () => (this.small ? this.loadRows(progress) : this.loadCodes(progress)));
      this.state.compact = true;
      before = start;
    }
    if (exact && !this.small && !this.state.fine) {
      await data.once("search.fine", () => this.refine(progress));
      this.state.fine = true;
    }
  }

  /** @param {LoadOptions} load */
  async loadRows(load) {
    const { data } = this;
    const [rows, mean] = await Promise.all([data.table("rows", data.nVocab, load), data.mean()]);
    await this.ask({ type: "rows", rows, mean });
  }

  /** @param {LoadOptions} load */
  async loadCodes(load) {
    const { data } = this;
    const { search, coarse } = data.manifest.parts;
    const [facts, mean] = await Promise.all([data.whole(search.facts), data.mean()]);
    await this.ask({ type: "codes", n: data.nVocab, d: data.nEmbd, bits: search.bits, facts: new Float32Array(facts.slice().buffer), mean });
    await this.send("coarse", coarse.per, load);
  }

  /** @param {LoadOptions} load */
  async refine(load) {
    await this.send("fine", this.data.manifest.parts.fine.per, load);
    await this.ask({ type: "refined" });
  }

  /** @param {"coarse" | "fine"} name @param {number} per @param {LoadOptions} load */
  async send(name, per, load) {
    /** @type {Promise<unknown>[]} */
    const sent = [];
    await this.data.all(name, (data, number) => sent.push(this.ask({ type: name, data, first: number * per * this.data.nEmbd })), { ...load, keep: false });
    await Promise.all(sent);
  }
}

/** @returns {(message: Message) => Promise<any>} */
const inPlace = () => {
  const answer = engine();
  return async (message) => answer(message);
};

/** @returns {(message: Message) => Promise<any>} */
const inWorker = () => {
  /** @type {Worker | undefined} started when it is first asked, and again after one that could not start */
  let worker;
  /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
  const calls = new Map();
  let last = 0;
  const started = () => {
    const one = new Worker(new URL("search.worker.js", import.meta.url), { type: "module" });
    one.addEventListener("message", ({ data: { call, result, error } }) => {
      const waiting = calls.get(call);
      calls.delete(call);
      if (error) waiting?.reject(new Error(error));
      else waiting?.resolve(result);
    });
    one.addEventListener("error", (event) => {
      worker = undefined;
      calls.forEach(({ reject }) => reject(new Error(event.message || "the search worker could not start")));
      calls.clear();
    });
    return one;
  };
  return (message) =>
    new Promise((resolve, reject) => {
      worker ??= started();
      calls.set(++last, { resolve, reject });
      const parts = "data" in message ? [message.data.buffer] : "rows" in message ? [message.rows.buffer] : [];
      worker.postMessage({ call: last, message }, /** @type {Transferable[]} */ (parts));
    });
};
