// What the search worker does, as plain calls, so that it also runs where there are no workers.

import { Codes, Rows, best, place } from "./vectors.js";

/** @typedef {import("./vectors.js").Ranking} Ranking */
/**
 * @typedef {{type: "rows", rows: Float32Array, mean: Float64Array}
 *   | {type: "codes", n: number, d: number, bits: number, facts: Float32Array, mean: Float64Array}
 *   | {type: "coarse" | "fine", data: Uint8Array, first: number}
 *   | {type: "refined"}
 *   | {type: "best", query: ArrayLike<number>, ranking: Ranking, k: number, without: number[]}
 *   | {type: "places", query: ArrayLike<number>, ranking: Ranking, of: {id: number, score: number}[], without: number[]}} Message
 */

/** A searcher with no table yet. @returns {(message: Message) => any} */
export const engine = () => {
  /** @type {Rows | Codes} */
  let table;
  return (message) => {
    switch (message.type) {
      case "rows":
        table = new Rows(message.rows, message.mean);
        return;
      case "codes":
        table = new Codes(message);
        return;
      case "coarse":
        /** @type {Codes} */ (table).addCoarse(message.data, message.first);
        return;
      case "fine":
        /** @type {Codes} */ (table).addFine(message.data, message.first);
        return;
      case "refined":
        /** @type {Codes} */ (table).fine = true;
        return;
      case "best":
        return best(table.scores(message.query, message.ranking), message.k, new Set(message.without));
      case "places": {
        const scores = table.scores(message.query, message.ranking);
        const without = new Set(message.without);
        return message.of.map(({ id, score }) => place(scores, id, score, without));
      }
    }
  };
};
