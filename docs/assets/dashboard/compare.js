// Two texts token by token: the same token has the same row in both, and another sum at another place.

import { number, toCsv, toPython } from "./format.js";
import { createSlot, el, integer, meanOf, newId, provenance, takeAway, tokenLabel, tokenText } from "./parts.js";
import { cosine, distance, minus, plus } from "./vectors.js";
import { createStrips, numbersTable } from "./strips.js";

const MOST = 100; // lines of the table; the CSV has all
const PAIRS = [
  ["the dog bites the man", "the man bites the dog"],
  ["dog bites man", "man bites dog"],
  ["The fluffy cat sat on the mat", "A cat is not a mat"],
];

/** @param {App} app @returns {View} */
export const createCompare = (app) => {
  const { data, tokenizer } = app;
  const field = newId();
  const input = el("textarea", { id: field, class: "dash-input dash-textarea", rows: 2, spellcheck: "false", autocapitalize: "off", dir: "auto" });
  input.addEventListener("input", () => app.set({ text2: input.value }));
  const slot = createSlot("Fetching the rows…");
  const strips = createStrips("The same token in two texts");
  let picked = -1;
  /** @type {{text: string, list: any[]}} */
  let known = { text: "", list: [] };
  const root = el(
    "div",
    {},
    el("label", { for: field, class: "dash-heading" }, "Another text"),
    input,
    el(
      "div",
      { class: "dash-examples", role: "group", "aria-label": "Pairs of texts" },
      ...PAIRS.map(([text, text2]) => el("button", { type: "button", class: "dash-chip-button", onclick: () => app.set({ text, text2, token: 0, p: null }, { push: true }) }, `${text} / ${text2}`)),
    ),
    slot.root,
    provenance(data.label),
  );

  /** One of the tokens that both texts have, on strips. */
  const draw = async (/** @type {any} */ pair, /** @type {HTMLElement} */ title, /** @type {HTMLElement} */ more) => {
    const [row, a, b] = await Promise.all([data.row(pair.id), data.position(pair.a), data.position(pair.b)]);
    const [first, second] = [plus(row, a), plus(row, b)];
    const difference = minus(first, second);
    title.replaceChildren(tokenText(tokenizer.bytesOf(pair.id)), ` at position ${pair.a} of the first text and ${pair.b} of the second: one row, sums `, el("span", { class: "dash-apart" }, number(distance(first, second))), " apart");
    strips.show([
      { sign: "", name: "row", title: "its row: one and the same in both texts", values: row },
      { sign: "", name: "first", title: `sum in the first text, position ${pair.a}`, values: first },
      { sign: "−", name: "second", title: `sum in the second text, position ${pair.b}`, values: second },
      { sign: "=", name: "difference", title: "the difference: made by the two positions alone", values: difference },
    ]);
    more.replaceChildren(
      numbersTable("All numbers of the four as a table", () => ({ header: ["row", "first", "second", "difference"], vectors: [row, first, second, difference] })),
    );
  };

  return {
    root,
    update(state) {
      const text2 = state.text2 ?? "";
      const typed = text2.replace(/\r\n?/g, "\n");
      if (input.value !== typed) input.value = typed;
      if (known.text !== text2) known = { text: text2, list: tokenizer.encode(text2, data.nCtx) };
      const first = app.tokens;
      const second = known.list;
      if (!first.length || !second.length) return slot.say(el("p", { class: "dash-empty" }, "Type a second text, or take one of the pairs."));
      const ids = [...new Set([...first, ...second].map(({ id }) => id))];
      const places = Array.from({ length: Math.max(first.length, second.length) }, (_, p) => p);

      return slot.run(
        async () => {
          const [rows, positions] = await Promise.all([data.rows(ids), Promise.all(places.map((p) => data.position(p)))]);
          const at = new Map(ids.map((id, i) => [id, i]));
          const rowsOf = (/** @type {Token[]} */ list) => list.map(({ id }) => rows[at.get(id) ?? 0]);
          const both = [rowsOf(first), rowsOf(second)];
          return { both, sums: both.map((list) => list.map((row, p) => plus(row, positions[p]))) };
        },
        ({ both, sums }) => {
          const same = places.filter((p) => first[p] && first[p].id === second[p]?.id).length;
          const lines = places.map((p) => {
            const [one, two] = [first[p], second[p]];
            return { p, one, two, apart: one && two ? distance(sums[0][p], sums[1][p]) : null };
          });
          const cell = (/** @type {any} */ token) => el("td", {}, token ? tokenLabel(app, token.id) : "–");
          const table = el(
            "div",
            { class: "dash-scroll", tabindex: "0", role: "region", "aria-label": "Token by token" },
            el(
              "table",
              { class: "dash-table" },
              el("thead", {}, el("tr", {}, ["position", "first text", "second text", "same row?", "sums apart by"].map((name) => el("th", { scope: "col" }, name)))),
              el(
                "tbody",
                {},
                lines
                  .slice(0, MOST)
                  .map(({ p, one, two, apart }) =>
                    el("tr", {}, el("th", { scope: "row" }, p), cell(one), cell(two), el("td", {}, one && two ? (one.id === two.id ? "yes" : "no") : "–"), el("td", { class: "dash-num" }, apart === null ? "–" : number(apart))),
                  ),
              ),
            ),
          );

          const pairs = ids
            .map((id) => ({ id, a: first.findIndex((token) => token.id === id), b: second.findIndex((token) => token.id === id) }))
            .filter(({ a, b }) => a >= 0 && b >= 0);
          const moved = pairs.filter(({ a, b }) => a !== b);
          const list = [...moved, ...pairs.filter(({ a, b }) => a === b)].slice(0, 12);
          const title = el("h3");
          const more = el("div");
          const buttons = list.map((pair) =>
            el(
              "button",
              {
                type: "button",
                class: "dash-chip-button",
                "aria-pressed": "false",
                onclick: () => show(pair),
              },
              tokenText(tokenizer.bytesOf(pair.id)),
              ` ${pair.a} → ${pair.b}`,
            ),
          );
          const trouble = createSlot();
          const show = (/** @type {any} */ pair) => {
            picked = pair.id;
            list.forEach((one, i) => buttons[i].setAttribute("aria-pressed", String(one === pair)));
            trouble.run(
              () => draw(pair, title, more),
              () => [title, strips.root, more],
            );
          };
          if (list.length) show(list.find(({ id }) => id === picked) ?? list[0]);

          const means = both.map(meanOf);
          const inputs = sums.map(meanOf);
          return [
            el("h2", {}, "Token by token"),
            el("p", {}, `${integer(same)} of ${integer(places.length)} positions hold the same token in both texts.`),
            table,
            lines.length > MOST && el("p", { class: "dash-quiet" }, `The first ${MOST} of ${integer(lines.length)} positions; the CSV has all of them.`),
            el(
              "p",
              {},
              "Mean of the rows, first text against second: cosine ",
              el("strong", {}, number(cosine(means[0], means[1]))),
              ". Mean of the sums, with positions: ",
              el("strong", {}, number(cosine(inputs[0], inputs[1]))),
              ". A mean forgets the order; the single sums do not.",
            ),
            takeAway(app, {
              python: () => toPython("compare", { text: state.text, text2 }, data),
              csv: () =>
                toCsv(
                  ["position", "id_first", "token_first", "id_second", "token_second", "sums_apart"],
                  lines.map(({ p, one, two, apart }) => [p, one?.id ?? "", one ? tokenizer.display(one.id) : "", two?.id ?? "", two ? tokenizer.display(two.id) : "", apart ?? ""]),
                ),
              file: "compare.csv",
            }),
            el("h2", {}, "Tokens that both texts have"),
            list.length
              ? el("div", { class: "dash-examples", role: "group", "aria-label": "Tokens in both texts, with their first positions" }, buttons)
              : el("p", { class: "dash-empty" }, "None. Note that the same word with another capital, or without the space before it, is a different token."),
            list.length > 0 && trouble.root,
          ];
        },
      );
    },
  };
};
