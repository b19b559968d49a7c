// Sums and differences of rows: always two rankings, with the inputs kept and with the inputs removed.

import { toCsv, toPython, total } from "./format.js";
import { createMetricSwitches, createPicker, createProgress, createSlot, el, integer, mayLoad, metricName, provenance, quoted, rankedHeader, rankedRows, ranking, shown, takeAway, tokenLabel, tokenText, trust } from "./parts.js";

const SHOWN = 10;

// Published items (a, b, c, expected: b - a + c), by lucianghinda/llm-experiments, word-vector-arithmetic/results/analogy-gpt2.json.
const SOURCE = "https://github.com/lucianghinda/llm-experiments";
const ITEMS = [
  [" man", " woman", " king", " queen"],
  [" man", " woman", " boy", " girl"],
  [" man", " woman", " brother", " sister"],
  [" man", " woman", " uncle", " aunt"],
  [" France", " Paris", " Italy", " Rome"],
  [" France", " Paris", " Germany", " Berlin"],
  [" big", " bigger", " small", " smaller"],
  [" good", " better", " bad", " worse"],
  [" eat", " ate", " drink", " drank"],
  [" cat", " cats", " dog", " dogs"],
];

/** @param {App} app @returns {View} */
export const createArithmetic = (app) => {
  const { data, tokenizer } = app;
  const examples = ITEMS.map((words) => ({ words, ids: words.flatMap((word) => tokenizer.single(word) ?? []) })).filter(({ ids }) => ids.length === 4);
  const switches = createMetricSwitches(app);
  const terms = el("ul", { class: "dash-terms" });
  const add = el("button", { type: "button", class: "dash-button", onclick: () => change([...now(), { weight: 1, id: now()[0]?.id ?? 0 }], true) }, "Add a term");
  const expected = createPicker(app, { label: "Expected token", optional: true, choose: (id) => app.set({ expected: id }, { push: true }) });
  const formula = el("h2", { class: "dash-formula" });
  const progress = createProgress("Table");
  const slot = createSlot("Searching the whole table…");
  const root = el(
    "div",
    {},
    el(
      "p",
      {},
      "Rows can be added and subtracted, number by number. The nearest row to the result is usually one of the rows that went in; most demonstrations remove those without saying so. Here both rankings stand side by side.",
    ),
    examples.length > 0 &&
      el(
        "div",
        { class: "dash-examples", role: "group", "aria-label": "Examples" },
        ...examples.map(({ words: [a, b, c], ids }) =>
          el(
            "button",
            {
              type: "button",
              class: "dash-chip-button",
              onclick: () =>
                app.set({ terms: [{ weight: 1, id: ids[1] }, { weight: -1, id: ids[0] }, { weight: 1, id: ids[2] }], expected: ids[3] }, { push: true }),
            },
            `${b.trim()} − ${a.trim()} + ${c.trim()}`,
          ),
        ),
      ),
    el("p", { class: "dash-quiet" }, "Items from ", el("a", { href: SOURCE }, "a published list"), "; its results stand on the page about ", el("a", { href: "../analogies/" }, "directions and analogies"), "."),
    el("div", { class: "dash-sum" }, terms, add, el("div", { class: "dash-expected" }, el("span", { class: "dash-heading" }, "Expected"), expected.root)),
    el("div", { class: "dash-controls" }, ...switches.roots),
    formula,
    progress.root,
    slot.root,
    provenance(data.label),
  );

  /** The reader's terms, or the first example.  @returns {{weight: number, id: number}[]} */
  const now = () => {
    const own = app.state.terms ?? [];
    if (own.length || !examples.length) return own;
    const { ids } = examples[0];
    return [
      { weight: 1, id: ids[2] },
      { weight: -1, id: ids[0] },
      { weight: 1, id: ids[1] },
    ];
  };
  const wanted = () => (app.state.terms?.length || !examples.length ? app.state.expected ?? null : app.state.expected ?? examples[0].ids[3]);

  /** @param {any[]} next @param {boolean} [focus] on the last */
  const change = (next, focus = false) => {
    app.set({ terms: next }, { push: true });
    if (focus) lines.at(-1)?.picker.input.focus();
  };

  /** @type {{root: HTMLElement, sign: any, weight: any, picker: any}[]} */
  let lines = [];
  const line = (/** @type {number} */ i) => {
    const put = (/** @type {object} */ part) => change(now().map((term, j) => (j === i ? { ...term, ...part } : term)));
    const sign = el("button", { type: "button", class: "dash-plus", onclick: () => put({ weight: -now()[i].weight }) });
    const weight = el("input", {
      type: "number",
      class: "dash-input dash-weight",
      step: "any",
      min: 0,
      "aria-label": `Weight of term ${i + 1}`,
      onchange: () => {
        const value = Number(weight.value);
        if (weight.value !== "" && Number.isFinite(value)) put({ weight: now()[i].weight < 0 ? -value : value });
        else weight.value = String(Math.abs(now()[i].weight));
      },
    });
    const picker = createPicker(app, { label: `Token of term ${i + 1}`, choose: (id) => id !== null && put({ id }) });
    const remove = el(
      "button",
      {
        type: "button",
        class: "dash-remove",
        "aria-label": `Remove term ${i + 1}`,
        onclick: () => {
          change(now().filter((_, j) => j !== i));
          (lines[Math.min(i, lines.length - 1)]?.picker.input ?? add).focus();
        },
      },
      "✕",
    );
    return { root: el("li", {}, sign, weight, picker.root, remove), sign, weight, picker, remove };
  };

  const drawTerms = () => {
    const list = now();
    while (lines.length < list.length) {
      const next = line(lines.length);
      lines.push(next);
      terms.append(next.root);
    }
    while (lines.length > list.length) lines.pop()?.root.remove();
    list.forEach(({ weight, id }, i) => {
      const one = lines[i];
      one.sign.textContent = weight < 0 ? "−" : "+";
      one.sign.setAttribute("aria-label", `Term ${i + 1} is ${weight < 0 ? "subtracted" : "added"}: change`);
      if (document.activeElement !== one.weight) one.weight.value = String(Math.abs(weight));
      if (document.activeElement !== one.picker.input) one.picker.show(id);
    });
    if (document.activeElement !== expected.input) expected.show(wanted());
    formula.replaceChildren(
      ...list.flatMap(({ weight, id }, i) => [
        weight < 0 ? "− " : i ? "+ " : "",
        Math.abs(weight) === 1 ? "" : `${Math.abs(weight)} × `,
        tokenText(tokenizer.bytesOf(id)),
        " ",
      ]),
    );
  };

  return {
    root,
    update(state) {
      drawTerms();
      switches.show(state);
      progress.hide();
      const list = now();
      const { metric, centred } = state;
      const want = wanted();
      const inputs = [...new Set(list.map(({ id }) => id))];
      if (!list.length) return slot.say(el("p", { class: "dash-empty" }, "Add a term to begin."));
      if (list.every(({ weight }) => weight === 0)) return slot.say(el("p", { class: "dash-empty" }, "All weights are 0, so the result is the zero vector, which has no direction."));
      if (!mayLoad(app, slot)) return;
      return slot.run(
        async (signal) => {
          const rows = await data.rows(list.map(({ id }) => id));
          const sum = new Float64Array(data.nEmbd);
          list.forEach(({ weight }, i) => rows[i].forEach((value, j) => (sum[j] += weight * value)));
          // the search takes one mean from the vector; each of the rows in the sum has one to lose
          const spare = 1 - total(list);
          if (centred && spare) (await data.mean()).forEach((value, j) => (sum[j] += spare * value));
          const options = { k: SHOWN, metric, centred, exact: state.exact, most: app.most, onProgress: progress.show, signal };
          const [kept, removed] = [await app.search.query(sum, { ...options, without: [] }), await app.search.query(sum, { ...options, without: inputs })];
          const ranks =
            want === null
              ? null
              : await Promise.all([[], inputs.filter((id) => id !== want)].map((without) => app.search.ranks(sum, { metric, centred, ids: [want], without, exact: options.exact, most: app.most, signal })));
          return { kept, removed, ranks: ranks?.map(([one]) => one) };
        },
        ({ kept, removed, ranks }) => {
          progress.hide();
          const marks = new Map(inputs.map((id) => [id, "input"]));
          if (want !== null) marks.set(want, marks.has(want) ? "input, and expected" : "expected");
          const place = (/** @type {any} */ rank) => {
            if (!rank || want === null) return null;
            const from = rank.from ?? rank.rank;
            const to = rank.to ?? rank.rank;
            return el(
              "p",
              { class: "dash-place-of" },
              "Expected ",
              tokenLabel(app, want),
              " is ",
              el("strong", {}, from === to ? `number ${integer(rank.rank)}` : `about number ${integer(rank.rank)}`),
              from === to ? "" : ` (certainly between ${integer(from)} and ${integer(to)})`,
              ` of ${integer(data.nVocab)}.`,
            );
          };
          const column = (/** @type {string} */ name, /** @type {any} */ found, /** @type {any} */ rank, /** @type {any} */ lead) =>
            el("section", {}, el("h3", {}, name), el("p", { class: "dash-quiet" }, lead), ranking(app, found, { metric, count: SHOWN, marks, label: name }), place(rank));
          app.announce(`Inputs kept: ${shown(tokenizer.bytesOf(kept.ids[0]))} is first. Inputs removed: ${shown(tokenizer.bytesOf(removed.ids[0]))} is first.`);
          return [
            trust(app, { exact: kept.exact && removed.exact, needs: Math.max(kept.needs ?? 0, removed.needs ?? 0) || undefined }),
            el(
              "div",
              { class: "dash-two" },
              column("Inputs kept", kept, ranks?.[0], "Every row of the table may win."),
              column("Inputs removed", removed, ranks?.[1], `${inputs.map((id) => quoted(tokenizer.bytesOf(id))).join(", ")} may not win.`),
            ),
            el("p", { class: "dash-quiet" }, `By ${metricName(metric)}, ${centred ? "with the mean row subtracted from every row, those of the sum too" : "on raw rows"}.`),
            takeAway(app, {
              python: () => toPython("vector", { terms: list, p: null, metric, centred, k: SHOWN, without: inputs, expected: want }, data),
              csv: () =>
                toCsv(["inputs", ...rankedHeader(metric)], [
                  ...rankedRows(app, kept, metric).map((row) => ["kept", ...row]),
                  ...rankedRows(app, removed, metric).map((row) => ["removed", ...row]),
                ]),
              file: "arithmetic.csv",
            }),
          ];
        },
      );
    },
  };
};
