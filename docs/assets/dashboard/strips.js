// Vectors as strips of cells that stand under one another, on one colour scale, read cell by cell.

import { number, toCsv } from "./format.js";
import { dark, el, folded, integer, onScheme, shownNow, takeAway } from "./parts.js";
import { plus } from "./vectors.js";

// The same colours as the charts of this site: blue below zero, orange above.
const DIVERGING = {
  light: ["#08519c", "#4292c6", "#9ecae1", "#f7f7f7", "#fdae6b", "#e6550d", "#a63603"],
  dark: ["#9ecae1", "#4292c6", "#0b4a86", "#22252b", "#8c3a08", "#e6550d", "#fdae6b"],
};
const LIMITS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100];
const SMALLEST = { narrow: 6, wide: 8.5 }; // pixels: a cell that an eye and a finger can still find

const rgb = (/** @type {string} */ colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** 256 colours from -limit to limit, as 32-bit pixels. */
const palette = () => {
  const stops = DIVERGING[dark() ? "dark" : "light"].map(rgb);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const from = Math.min(Math.floor(at), stops.length - 2);
    const [r, g, b] = stops[from].map((c, j) => Math.round(c + (stops[from + 1][j] - c) * (at - from)));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
};

/**
 * Draw a vector as cells, a pixel each.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} columns
 * @param {number} limit where the scale ends
 */
export const paintCells = (canvas, values, columns, limit) => {
  canvas.width = columns;
  canvas.height = Math.ceil(values.length / columns);
  const context = canvas.getContext("2d");
  if (!context) return;
  const colours = palette();
  const image = context.createImageData(columns, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < values.length; i++) pixels[i] = colours[Math.max(0, Math.min(255, Math.round(((values[i] / limit + 1) / 2) * 255)))];
  context.putImageData(image, 0, 0);
};

/** The scale's end: the least round number that nearly all cells stay within.  @param {ArrayLike<number>[]} vectors */
export const limitOf = (vectors) => {
  const all = vectors.flatMap((vector) => Array.from(vector, (value) => Math.abs(value))).sort((a, b) => a - b);
  const most = all[Math.floor(all.length * 0.98)] ?? 1;
  return LIMITS.find((limit) => limit >= most) ?? most;
};

/** @param {string} label what the strips are, for those who do not see them */
export const createStrips = (label) => {
  /** @type {Strip[]} */
  let strips = [];
  let cell = 0;
  let columns = 1;
  let limit = 1;
  /** @type {HTMLCanvasElement[]} */
  let canvases = [];
  /** @type {HTMLElement[]} */
  let cursors = [];

  const readout = el("div", { class: "dash-readout", "aria-hidden": "true" });
  const legend = el("div", { class: "dash-legend" });
  const rows = el("div", {
    class: "dash-strips",
    role: "slider",
    tabindex: "0",
    "aria-label": `${label}: the dimension that is read out`,
    "aria-valuemin": "0",
    "aria-orientation": "horizontal",
  });
  const root = el("div", { class: "dash-vectors" }, readout, rows, legend);

  const size = () => strips[0]?.values.length ?? 0;

  const read = () => {
    if (!size()) return;
    readout.replaceChildren(
      el("button", { type: "button", class: "dash-step", tabindex: "-1", onclick: () => go(cell - 1) }, "‹"),
      el("span", { class: "dash-dimension" }, `dimension ${cell}`),
      el("button", { type: "button", class: "dash-step", tabindex: "-1", onclick: () => go(cell + 1) }, "›"),
      ...strips.map(({ sign, name, values }) =>
        el(
          "span",
          { class: "dash-term" },
          sign && el("span", { class: "dash-sign" }, sign),
          el("span", { class: "dash-number" }, number(values[cell])),
          el("span", { class: "dash-what" }, name),
        ),
      ),
    );
    rows.setAttribute("aria-valuenow", String(cell));
    rows.setAttribute(
      "aria-valuetext",
      `dimension ${cell}: ${strips.map(({ name, values }) => `${name} ${number(values[cell])}`).join(", ")}`,
    );
    const lines = Math.ceil(size() / columns);
    for (const cursor of cursors) {
      cursor.style.width = `${100 / columns}%`;
      cursor.style.height = `${100 / lines}%`;
      cursor.style.left = `${((cell % columns) / columns) * 100}%`;
      cursor.style.top = `${(Math.floor(cell / columns) / lines) * 100}%`;
    }
  };

  const go = (/** @type {number} */ next) => {
    cell = Math.max(0, Math.min(size() - 1, next));
    read();
  };

  const paint = () => {
    const width = rows.clientWidth;
    const d = size();
    if (!width || !d) return;
    const most = Math.max(1, Math.floor(width / (width < 600 ? SMALLEST.narrow : SMALLEST.wide)));
    columns = 1;
    for (let n = 1; n <= Math.min(d, most); n++) if (d % n === 0) columns = n;
    if (columns < most / 2) columns = Math.min(d, most); // a width with no fitting divisor
    const lines = Math.ceil(d / columns);
    const height = Math.max(lines * Math.min(width / columns, 12), 24);
    canvases.forEach((canvas, at) => {
      canvas.style.height = `${height}px`;
      paintCells(canvas, strips[at].values, columns, limit);
    });
    read();
  };

  const explain = () => {
    const total = strips.length * size();
    const beyond = strips.flatMap(({ values }) => Array.from(values)).filter((value) => Math.abs(value) > limit).length;
    legend.replaceChildren(
      el(
        "div",
        { class: "dash-gradient" },
        el("span", {}, `−${limit}`),
        el("span", { class: "dash-ramp", "aria-hidden": "true" }),
        el("span", {}, `${limit}`),
      ),
      el(
        "p",
        {},
        `One scale for all, zero in its middle. ${
          beyond ? `${integer(beyond)} of the ${integer(total)} cells lie beyond its ends and have the end's colour; their numbers are shown in full.` : `All ${integer(total)} cells lie within it.`
        }`,
      ),
    );
  };

  rows.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = columns * Math.max(1, Math.ceil(size() / columns / 4));
    /** @type {Record<string, number>} */
    const to = {
      ArrowLeft: cell - 1,
      ArrowRight: cell + 1,
      ArrowUp: cell - columns >= 0 ? cell - columns : cell,
      ArrowDown: cell + columns < size() ? cell + columns : cell,
      Home: 0,
      End: size() - 1,
      PageUp: cell - page,
      PageDown: cell + page,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    go(to[event.key]);
  });

  const point = (/** @type {PointerEvent} */ event) => {
    const canvas = canvases.find((c) => {
      const box = c.getBoundingClientRect();
      return event.clientY >= box.top && event.clientY < box.bottom;
    });
    if (!canvas) return;
    const box = canvas.getBoundingClientRect();
    const x = Math.max(0, Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns)));
    const y = Math.max(0, Math.min(canvas.height - 1, Math.floor(((event.clientY - box.top) / box.height) * canvas.height)));
    go(y * columns + x);
  };
  rows.addEventListener("pointermove", point);
  rows.addEventListener("pointerdown", point);

  new ResizeObserver(paint).observe(rows);
  shownNow.addEventListener("shown", paint);
  onScheme(paint);

  return {
    root,
    /** @param {Strip[]} next */
    show(next) {
      const build = next.length !== strips.length || next.some(({ title }, i) => title !== strips[i].title);
      strips = next;
      limit = limitOf(strips.map(({ values }) => values));
      if (build) {
        canvases = [];
        cursors = [];
        rows.replaceChildren(
          ...strips.map(({ title }) => {
            const canvas = el("canvas", { "aria-hidden": "true" });
            const cursor = el("span", { class: "dash-cursor", "aria-hidden": "true" });
            canvases.push(canvas);
            cursors.push(cursor);
            return el("div", { class: "dash-strip" }, el("div", { class: "dash-strip-title" }, title), el("div", { class: "dash-cells" }, canvas, cursor));
          }),
        );
      }
      rows.setAttribute("aria-valuemax", String(size() - 1));
      cell = Math.min(cell, size() - 1);
      explain();
      paint();
    },
  };
};

/**
 * The numbers of several vectors as a table, made when it is asked for.
 * @param {string} summary
 * @param {() => {header: string[], vectors: ArrayLike<number>[]}} from
 */
export const numbersTable = (summary, from) =>
  folded(summary, () => {
    const { header, vectors } = from();
    const body = el("tbody");
    for (let i = 0; i < vectors[0].length; i++) {
      body.append(el("tr", {}, el("th", { scope: "row" }, i), ...vectors.map((vector) => el("td", {}, number(vector[i])))));
    }
    return el(
      "div",
      { class: "dash-scroll", tabindex: "0", role: "region", "aria-label": summary },
      el(
        "table",
        { class: "dash-numbers" },
        el("thead", {}, el("tr", {}, ["dimension", ...header].map((name) => el("th", { scope: "col" }, name)))),
        body,
      ),
    );
  });

/** A token's row, a position's row and their sum on strips, with what can be taken away. @param {App} app */
export const createSum = (app) => {
  const strips = createStrips("Row, position and sum");
  const more = el("div");
  return {
    /** @param {{id: number, p: number, row: Float32Array, position: Float32Array, python: () => Promise<string | null>}} of @returns its elements */
    show({ id, p, row, position, python }) {
      const vectors = [row, position, plus(row, position)];
      const header = [`wte[${id}]`, `wpe[${p}]`, "sum"];
      strips.show([
        { sign: "", name: "row", title: el("span", {}, el("code", {}, "wte"), ` row ${integer(id)}: the token, the same at every place`), values: row },
        { sign: "+", name: "position", title: el("span", {}, el("code", {}, "wpe"), ` row ${integer(p)}: its position`), values: position },
        { sign: "=", name: "sum", title: "their sum: what the first block of the model receives", values: vectors[2] },
      ]);
      more.replaceChildren(
        el(
          "p",
          { class: "dash-quiet" },
          "Each sum is made of the two float32 numbers and rounded once, as the model does; so it can differ by 1 in the last digit from adding up the rounded digits shown here.",
        ),
        takeAway(app, {
          python,
          csv: () => toCsv(["dimension", ...header], Array.from(row, (_, i) => [i, ...vectors.map((vector) => vector[i])])),
          file: `token-${id}-position-${p}.csv`,
        }),
        numbersTable(`All ${integer(row.length)} numbers of the three as a table`, () => ({ header, vectors })),
      );
      return [strips.root, more];
    },
  };
};
