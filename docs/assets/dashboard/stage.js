// Token ID → Lookup Table → Vector: the chosen token's way, and what the model receives.

import { bytes, hex, number, toPython } from "./format.js";
import { createSlot, dark, el, fact, fill, integer, onScheme, provenance, quoted, shown, svg, tokenText } from "./parts.js";
import { plus } from "./vectors.js";
import { createSum, limitOf, paintCells } from "./strips.js";

const KINDS = ["a space, then letters", "letters alone", "anything else: digits, signs, pieces of characters"];
const SHADES = {
  light: ["#c3cde6", "#8fa3d1", "#e8c9a8"],
  dark: ["#39466b", "#5a6fae", "#7a5c3c"],
};

const strict = new TextDecoder("utf-8", { fatal: true });

/** @param {Uint8Array} raw @returns {number} which of KINDS */
const kindOf = (raw) => {
  try {
    const text = strict.decode(raw);
    if (/^ \p{L}+$/u.test(text)) return 0;
    return /^\p{L}+$/u.test(text) ? 1 : 2;
  } catch {
    return 2;
  }
};

/** The whole table, one dot a row.  @param {App} app */
const createMap = (app) => {
  const n = app.data.nVocab;
  const columns = Math.ceil(Math.sqrt(2.2 * n));
  const lines = Math.ceil(n / columns);
  const canvas = el("canvas", { width: columns, height: lines, "aria-hidden": "true" });
  const ring = svg("circle", { r: 7, class: "dash-ring" });
  const across = svg("line", { class: "dash-hair" });
  const down = svg("line", { class: "dash-hair" });
  const others = svg("g", { class: "dash-others" });
  const overlay = svg("svg", { class: "dash-map-marks", "aria-hidden": "true" }, across, down, others, ring);
  const said = el("p", { class: "dash-quiet dash-map-said" });
  const key = el("p", { class: "dash-key" });
  const picture = el("div", { class: "dash-map", role: "img" }, canvas, overlay);
  const root = el("div", {}, picture, said, key);
  /** @type {Uint8Array | null} */
  let kinds = null;
  let id = 0;
  /** @type {number[]} */
  let ids = [];

  const paint = () => {
    if (!kinds) return;
    const shades = SHADES[dark() ? "dark" : "light"];
    const colours = shades.map((c) => [1, 3, 5].map((at) => Number.parseInt(c.slice(at, at + 2), 16)));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(columns, lines);
    for (let i = 0; i < n; i++) image.data.set([...colours[kinds[i]], 255], i * 4);
    context.putImageData(image, 0, 0);
    key.replaceChildren(...KINDS.map((name, i) => el("span", {}, el("span", { class: "dash-swatch", style: `background:${shades[i]}` }), name)));
  };
  const place = () => {
    const width = picture.clientWidth;
    const height = picture.clientHeight;
    if (!width) return;
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const at = (/** @type {number} */ row) => [(((row % columns) + 0.5) / columns) * width, ((Math.floor(row / columns) + 0.5) / lines) * height];
    const [x, y] = at(id);
    fill(ring, { cx: x, cy: y });
    fill(across, { x1: 0, x2: width, y1: y, y2: y });
    fill(down, { x1: x, x2: x, y1: 0, y2: height });
    others.replaceChildren(
      ...[...new Set(ids)].slice(0, 200).map((other) => {
        const [cx, cy] = at(other);
        return svg("circle", { cx, cy, r: 2.5 });
      }),
    );
  };
  const rest = () => {
    said.textContent = `Row ${integer(id)} of 0 to ${integer(n - 1)}: ${((id / n) * 100).toFixed(1)} % of the way down. The small dots are the other tokens of your text.`;
  };
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * lines) * columns + Math.floor(((event.clientX - box.left) / box.width) * columns);
    if (row >= 0 && row < n) said.textContent = `Row ${integer(row)} is ${quoted(app.tokenizer.bytesOf(row))}.`;
  });
  picture.addEventListener("pointerleave", rest);
  new ResizeObserver(place).observe(picture);
  onScheme(paint);
  // colouring reads every token once: not before the first row is on the screen
  const idle = globalThis.requestIdleCallback ?? setTimeout;
  const found = new Uint8Array(n);
  const some = (/** @type {number} */ from) => {
    const to = Math.min(n, from + 4000);
    for (let i = from; i < to; i++) found[i] = kindOf(app.tokenizer.bytesOf(i));
    if (to < n) return idle(() => some(to));
    kinds = found;
    paint();
  };
  idle(() => some(0));

  return {
    root,
    /** @param {number} next @param {number[]} all */
    show(next, all) {
      id = next;
      ids = all;
      picture.setAttribute("aria-label", `The table as a picture, one dot a row. A ring marks row ${integer(id)} of ${integer(n)}.`);
      rest();
      place();
    },
  };
};

/** What the table is, from the data.  @param {App} app */
const createFacts = ({ data }) => {
  const numbers = data.nVocab * data.nEmbd;
  return el(
    "dl",
    { class: "dash-facts" },
    fact("n_vocab", integer(data.nVocab), "rows, one for each token"),
    fact("n_embd", integer(data.nEmbd), "numbers in a row: the dimension of a vector"),
    fact("n_ctx", integer(data.nCtx), "positions, each with a row of its own"),
    fact("wte", bytes(numbers * 4), `${integer(numbers)} numbers of 4 bytes`),
  );
};

/** The first numbers of a row and its last.  @param {Float32Array} row */
const ends = (row) =>
  el(
    "span",
    { class: "dash-ends" },
    "[",
    [...row.slice(0, 4)].map((value) => `${number(value)}, `),
    "…, ",
    number(row[row.length - 1]),
    "]",
  );

/** @param {App} app @returns {View} */
export const createStage = (app) => {
  const map = createMap(app);
  const one = el("div", { class: "dash-box-body" });
  const three = el("div", { class: "dash-box-body" });
  const picture = el("canvas", { class: "dash-thumb", "aria-hidden": "true" });
  let repaint = () => {};
  onScheme(() => repaint());
  const arrow = (/** @type {string} */ text) => el("div", { class: "dash-arrow", "aria-hidden": "true" }, el("span", {}, text));
  const box = (/** @type {string} */ step, /** @type {string} */ name, /** @type {any} */ content) =>
    el("section", { class: "dash-box" }, el("h2", {}, el("span", { class: "dash-step-number", "aria-hidden": "true" }, step), name), content);
  const flow = el(
    "div",
    { class: "dash-flow" },
    box("1", "Token ID", one),
    arrow("picks a row"),
    box("2", "Lookup table", map.root),
    arrow("is copied out"),
    box("3", "Vector", three),
  );
  const sums = createSum(app);
  const equation = el("p", { class: "dash-equation" });
  const vectors = createSlot("Fetching the row…");
  const received = el("section", { class: "dash-received" }, el("h2", {}, "What the model receives"), equation, vectors.root);
  const root = el("div", {}, createFacts(app), flow, received, provenance(app.data.label));
  let last = -1;

  return {
    root,
    update(state) {
      const token = app.tokens[state.token];
      flow.hidden = received.hidden = !token;
      if (!token) return;
      const p = state.token;
      const { id } = token;
      one.replaceChildren(
        el("p", { class: "dash-big" }, tokenText(token.bytes)),
        el("p", { class: "dash-giant" }, id),
        el("p", { class: "dash-quiet" }, `bytes ${hex(token.bytes, " ")}`),
        el("p", { class: "dash-quiet" }, `token ${integer(p + 1)} of ${integer(app.tokens.length)}, so position ${integer(p)}: counting starts at 0`),
      );
      map.show(
        id,
        app.tokens.map((other) => other.id),
      );
      return vectors.run(
        () => Promise.all([app.data.row(id), app.data.position(p)]),
        ([row, position]) => {
          repaint = () => paintCells(picture, row, row.length % 48 ? 24 : 48, limitOf([row, position, plus(row, position)]));
          repaint();
          three.replaceChildren(
            picture,
            el("p", {}, el("code", {}, `wte[${id}]`), " = ", ends(row)),
            el("p", { class: "dash-quiet" }, `${integer(row.length)} numbers. They are the same in every sentence; only the position's row, added below, tells two places apart.`),
          );
          equation.replaceChildren(
            "The row of ",
            tokenText(token.bytes),
            ` plus the row of position ${integer(p)}, number by number: `,
            el("code", {}, `wte[${id}] + wpe[${p}]`),
            ". Point at a cell, or use the arrow keys, to read it.",
          );
          if (last !== id) app.announce(`Row ${id} of ${shown(token.bytes)} is shown`);
          last = id;
          return sums.show({ id, p, row, position, python: () => toPython("row", { text: state.text, token: p, p }, app.data) });
        },
      );
    },
  };
};
