// What the search worker does, as plain calls, so that it also runs where there are no workers.

import { Codes, Rows, best, place } from "./vectors.js";

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
