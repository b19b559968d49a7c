// The nearest rows of the whole table: to a token, to a sum, to the mean of a text, to any vector.

import { number, toPython } from "./format.js";
import { createMetricSwitches, createProgress, createSlot, createSwitch, el, exactSum, integer, mayLoad, meanOf, metricName, newId, provenance, ranking, shown, takeRanking, tokenText, trust } from "./parts.js";

const SHOWN = 20;
const K = 32;

/** The numbers in a text, whatever stands between them.  @param {string} text */
export const parseVector = (text) => {
  const found = text.match(/[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g) ?? [];
  return Float32Array.from(found, (one) => Number(one.replace("−", "-")));
};

/** @param {App} app @returns {View} */
export const createNeighbours = (app) => {
  const { data } = app;
  const of = createSwitch(
    "Nearest rows to",
    [
      ["token", "the token's row"],
      ["sum", "row + position"],
      ["mean", "the text's mean"],
      ["vector", "any vector"],
    ],
    (value) => app.set({ of: value }, { push: true }),
  );
  const switches = createMetricSwitches(app);
  const fold = el("input", { type: "checkbox" });
  fold.addEventListener("change", () => app.set({ fold: fold.checked }, { push: true }));
  const field = newId();
  const error = newId();
  const pasted = el("textarea", { id: field, class: "dash-input dash-textarea dash-mono", rows: 4, spellcheck: "false", "aria-describedby": error });
  const wrong = el("p", { class: "dash-quiet", id: error, role: "status" });
  const paste = el(
    "div",
    { class: "dash-paste", hidden: true },
    el("label", { for: field, class: "dash-heading" }, `Paste ${integer(data.nEmbd)} numbers`),
    pasted,
    wrong,
    el(
      "p",
      { class: "dash-actions" },
      el("button", { type: "button", class: "dash-button", onclick: () => fill((row) => row) }, "Take the chosen token's row"),
      el("button", { type: "button", class: "dash-button", onclick: () => fill((row) => row.map((value) => -value)) }, "… its opposite"),
    ),
  );
  const what = el("h2");
  const progress = createProgress("Table");
  const slot = createSlot("Searching…");
  const root = el(
    "div",
    {},
    el("div", { class: "dash-controls" }, of.root, ...switches.roots, el("label", { class: "dash-check" }, fold, " fold near-copies (same letters)")),
    paste,
    what,
    progress.root,
    slot.root,
    provenance(data.label),
  );

  const fill = async (/** @type {(row: Float32Array) => Float32Array} */ change) => {
    const token = app.tokens[app.state.token];
    if (!token) return;
    try {
      const row = change(await data.row(token.id));
      pasted.value = [...row].map((value) => number(value, 8)).join(", ");
      read();
    } catch (e) {
      wrong.textContent = `The row could not be loaded: ${/** @type {any} */ (e).message}`;
    }
  };
  const read = () => {
    const vector = parseVector(pasted.value);
    const fine = vector.length === data.nEmbd && vector.every(Number.isFinite);
    pasted.setAttribute("aria-invalid", String(!fine && pasted.value.trim() !== ""));
    wrong.textContent = fine
      ? `${integer(vector.length)} numbers.`
      : vector.length === data.nEmbd
        ? "One of the numbers is too great for float32."
        : `These are ${integer(vector.length)} numbers; a row has ${integer(data.nEmbd)}.`;
    if (fine) app.set({ vector }, { push: false });
  };
  pasted.addEventListener("input", read);

  /** @param {any} state @returns {Promise<ArrayLike<number>>} */
  const vectorOf = async (state) => {
    const token = app.tokens[state.token];
    if (state.of === "sum") return exactSum(...(await Promise.all([data.row(token.id), data.position(state.token)])));
    if (state.of === "mean") return meanOf(await Promise.all(app.tokens.map(({ id }) => data.row(id))));
    return state.vector;
  };

  /** What a program has to know to ask the same.  @param {any} state */
  const question = (state) => {
    const { id } = app.tokens[state.token] ?? {};
    if (state.of === "vector") return { vector: state.vector, without: [] };
    if (state.of === "sum") return { terms: [{ weight: 1, id }], p: state.token, without: [] };
    if (state.of === "mean") return { terms: app.tokens.map((token) => ({ weight: 1 / app.tokens.length, id: token.id })), p: null, without: [] };
    return { id };
  };

  return {
    root,
    update(state) {
      const kind = state.of ?? "token";
      of.show(kind);
      switches.show(state);
      fold.checked = Boolean(state.fold);
      paste.hidden = kind !== "vector";
      progress.hide();
      const token = app.tokens[state.token];
      const { metric, centred } = state;
      if (kind === "vector") {
        what.replaceChildren("The rows nearest to the pasted vector");
        if (state.vector && !pasted.value) pasted.value = [...state.vector].map((value) => number(value, 8)).join(", ");
        if (!state.vector) return slot.say(el("p", { class: "dash-empty" }, "Paste a vector, or take the chosen token's row and change it."));
      } else if (!token) {
        what.replaceChildren("The nearest rows");
        return slot.say(el("p", { class: "dash-empty" }, "No token, so no neighbours: type something."));
      } else if (kind === "mean") {
        what.replaceChildren(`The rows nearest to the mean of the text's ${integer(app.tokens.length)} rows`);
      } else {
        what.replaceChildren("The rows nearest to ", tokenText(token.bytes), kind === "sum" ? ` + position ${state.token}` : "", kind === "token" ? ", itself left out" : "");
      }
      const own = kind === "token" ? token.id : undefined;
      const marks = new Map(kind === "token" || kind === "vector" ? [] : (kind === "sum" ? [token] : app.tokens).map(({ id }) => [id, kind === "sum" ? "the token itself" : "in the text"]));

      if (kind !== "token" && !mayLoad(app, slot)) return;
      return slot.run(
        async (signal) => {
          if (kind === "token") return { ...(await data.neighbours(token.id, { metric, centred })), exact: true };
          const vector = await vectorOf(state);
          const found = await app.search.query(vector, { k: K, metric, centred, exact: state.exact, most: app.most, onProgress: progress.show, signal });
          return found;
        },
        (found) => {
          progress.hide();
          const label = `Nearest rows by ${metricName(metric)}, ${centred ? "centred" : "raw"}`;
          app.announce(`${label}: first is ${shown(app.tokenizer.bytesOf(found.ids[0]))}`);
          return [
            kind === "token"
              ? el("p", { class: "dash-trust" }, el("strong", {}, "Exact."), ` Compared with every one of the ${integer(data.nVocab)} rows when this site was built.`)
              : trust(app, found),
            ranking(app, found, { metric, count: SHOWN, fold: state.fold, marks, label, own }),
            takeRanking(app, found, {
              metric,
              python: () => toPython(kind === "token" ? "neighbours" : "vector", { ...question(state), metric, centred, k: SHOWN }, data),
              file: "neighbours.csv",
            }),
          ];
        },
      );
    },
  };
};
