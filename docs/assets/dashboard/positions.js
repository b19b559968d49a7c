// One token at any place: how its input moves, and which rows are near to it there.

import { bytes, number, toPython } from "./format.js";
import { createMetricSwitches, createProgress, createSlot, el, exactSum, fact, integer, mayLoad, newId, provenance, ranking, shown, svg, takeRanking, tokenText, trust } from "./parts.js";
import { cosine, norm } from "./vectors.js";
import { createSum } from "./strips.js";

/** The cosine of position p with every position, as a line.  @param {Float32Array} values @param {number} p */
const line = (values, p) => {
  const n = values.length;
  const [width, height, left, bottom] = [innerWidth < 600 ? 340 : 640, 180, 34, 22];
  const least = Math.min(0, Math.floor(Math.min(...values) * 2) / 2);
  const x = (/** @type {number} */ q) => left + (q / (n - 1)) * (width - left - 8);
  const y = (/** @type {number} */ value) => 8 + ((1 - value) / (1 - least)) * (height - bottom - 8);
  const ticks = [];
  for (let value = 1; value >= least; value -= 0.5) ticks.push(value);
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "dash-line", role: "img", "aria-label": `Cosine of position ${p} with each of the ${n} positions: 1 at itself; least ${number(Math.min(...values), 3)}` },
    ticks.map((value) => [
      svg("line", { x1: left, x2: width - 8, y1: y(value), y2: y(value), class: value === 0 ? "dash-zero" : "dash-grid" }),
      svg("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    ]),
    (width < 400 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]).map((part) => svg("text", { x: x(part * (n - 1)), y: height - 6, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle" }, integer(Math.round(part * (n - 1))))),
    svg("line", { x1: x(p), x2: x(p), y1: 8, y2: height - bottom, class: "dash-now" }),
    svg("polyline", { points: Array.from(values, (value, q) => `${x(q).toFixed(1)},${y(value).toFixed(1)}`).join(" "), class: "dash-curve" }),
  );
};

/** @param {App} app @returns {View} */
export const createPositions = (app) => {
  const { data, tokenizer } = app;
  const last = data.nCtx - 1;
  const field = newId();
  const slider = el("input", { type: "range", min: 0, max: last, step: 1, id: field, class: "dash-range" });
  slider.addEventListener("input", () => app.set({ p: slider.valueAsNumber }));
  const exactly = el("input", {
    type: "number",
    min: 0,
    max: last,
    class: "dash-input dash-weight",
    "aria-label": "Position p, as a number",
    onchange: () => {
      const value = Math.round(Number(exactly.value));
      if (exactly.value !== "" && Number.isFinite(value)) app.set({ p: Math.max(0, Math.min(last, value)) }, { push: true });
      else exactly.value = slider.value;
    },
  });
  const own = el("button", { type: "button", class: "dash-button", onclick: () => app.set({ p: null }, { push: true }) }, "Its own place");
  const title = el("h2");
  const sums = createSum(app);
  const facts = el("dl", { class: "dash-facts" });
  const numbers = createSlot("Fetching the rows…");
  const switches = createMetricSwitches(app);
  const progress = createProgress("Table");
  const nearest = createSlot("Searching the whole table…");
  const similar = createSlot("Fetching all positions…");
  let asked = data.cost("positions") < 300_000;
  const root = el(
    "div",
    {},
    el("div", { class: "dash-slide" }, el("label", { for: field, class: "dash-heading" }, "Position p"), slider, exactly, own),
    title,
    numbers.root,
    el("h2", {}, "The rows nearest to the sum"),
    el("div", { class: "dash-controls" }, ...switches.roots),
    progress.root,
    nearest.root,
    el("h2", {}, "How like the other positions this one is"),
    similar.root,
    provenance(data.label),
  );
  /** @type {any} */
  let timer;
  /** @type {Float32Array | null} */
  let all = null;

  return {
    root,
    update(state) {
      const token = app.tokens[state.token];
      const p = Math.min(last, state.p ?? state.token);
      slider.value = String(p);
      slider.setAttribute("aria-valuetext", `position ${p}`);
      if (document.activeElement !== exactly) exactly.value = String(p);
      own.disabled = p === state.token;
      switches.show(state);
      progress.hide();
      clearTimeout(timer);

      const drawSimilar = () =>
        similar.run(
          async () => (all ??= await data.positions()),
          (table) => {
            const mine = table.subarray(p * data.nEmbd, (p + 1) * data.nEmbd);
            const values = Float32Array.from({ length: data.nCtx }, (_, q) => cosine(mine, table.subarray(q * data.nEmbd, (q + 1) * data.nEmbd)));
            return [
              el("p", { class: "dash-quiet" }, `Cosine of wpe[${p}] with the row of every position. Where the line is high, the two rows point nearly the same way.`),
              line(values, p),
            ];
          },
        );
      if (asked) drawSimilar();
      else
        similar.say(
          el(
            "p",
            {},
            "This takes all rows of ",
            el("code", {}, "wpe"),
            ". ",
            el(
              "button",
              {
                type: "button",
                class: "dash-button",
                onclick: () => {
                  asked = true;
                  drawSimilar();
                },
              },
              `Draw it (${bytes(data.cost("positions"))})`,
            ),
          ),
        );

      if (!token) {
        title.replaceChildren("No token");
        const empty = () => el("p", { class: "dash-empty" }, "Type something, and choose a token.");
        numbers.say(empty());
        return nearest.say(empty());
      }
      const { id } = token;
      title.replaceChildren(tokenText(token.bytes), ` at position ${integer(p)}: `, el("code", {}, `wte[${id}] + wpe[${p}]`));
      const { metric, centred } = state;

      numbers.run(
        () => Promise.all([data.row(id), data.position(p)]),
        ([row, position]) => {
          const exact = exactSum(row, position);
          const angle = (Math.acos(Math.max(-1, Math.min(1, cosine(exact, row)))) * 180) / Math.PI;
          facts.replaceChildren(
            fact("angle", `${number(angle, 2)}°`, "between the sum and the token's own row"),
            fact("|row|", number(norm(row)), "length of the token's row"),
            fact("|position|", number(norm(position)), "length of the position's row"),
            fact("|sum|", number(norm(exact)), "length of their sum"),
          );
          return [facts, ...sums.show({ id, p, row, position, python: () => toPython("positions", { id, p }, data) })];
        },
      );

      // a slider on its way asks for many places: search where it rests
      if (!mayLoad(app, nearest)) return;
      timer = setTimeout(
        () =>
          nearest.run(
            async (signal) => {
              const [row, position] = await Promise.all([data.row(id), data.position(p)]);
              const sum = exactSum(row, position);
              const options = { metric, centred, exact: state.exact, most: app.most, signal };
              const found = await app.search.query(sum, { ...options, k: 8, onProgress: progress.show });
              const [rank] = await app.search.ranks(sum, { ...options, ids: [id] });
              return { found, rank };
            },
            ({ found, rank }) => {
              progress.hide();
              const sure = (rank.from ?? rank.rank) === (rank.to ?? rank.rank);
              app.announce(`At position ${p} the nearest row is ${shown(tokenizer.bytesOf(found.ids[0]))}`);
              return [
                trust(app, found),
                el(
                  "p",
                  {},
                  "At this place the nearest row to the sum is that of ",
                  tokenText(tokenizer.bytesOf(found.ids[0])),
                  "; the token's own row is ",
                  el("strong", {}, `${sure ? "" : "about "}number ${integer(rank.rank)}`),
                  ` of ${integer(data.nVocab)}.`,
                ),
                ranking(app, found, { metric, count: 8, marks: new Map([[id, "the token itself"]]), label: "Rows nearest to the sum" }),
                takeRanking(app, found, {
                  metric,
                  python: () => toPython("vector", { terms: [{ weight: 1, id }], p, metric, centred, k: 8, without: [] }, data),
                  file: `nearest-${id}-position-${p}.csv`,
                }),
              ];
            },
          ),
        180,
      );
    },
  };
};
