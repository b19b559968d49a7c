// How a table is made: TinyGPT's training, from noise to words that stand together.

import { number, toCsv } from "./format.js";
import { copyButton, createSlot, dark, downloadButton, el, integer, newId, onScheme, provenance, still, svg } from "./parts.js";

const COLOURS = {
  light: ["#0072B2", "#B34E00", "#007A59", "#A6427A", "#7A5A00"],
  dark: ["#56B4E9", "#E69F00", "#2BC79B", "#E39BC4", "#F0E442"],
};
const SHAPES = ["M0-5A5 5 0 1 0 0 5 5 5 0 1 0 0-5", "M-5-5H5V5H-5Z", "M0-6 6 5H-6Z", "M0-7 6 0 0 7-6 0Z", "M-6-5H6L0 6Z"];
const [WIDTH, HEIGHT, EDGE] = innerWidth < 720 ? [340, 360, 40] : [640, 420, 46];

/**
 * @param {import("./parts.js").App} app
 * @returns {import("./parts.js").View}
 */
export const createTraining = (app) => {
  const slot = createSlot("Fetching the snapshots…");
  const root = el(
    "div",
    {},
    el(
      "p",
      {},
      "Nobody writes a table of embeddings. It starts as noise. The model reads a piece of text, guesses each next token, and measures how wrong the guess was; then every number that took part is moved a little, in the direction that would have made the guess better. Rows of tokens that are used alike are moved alike, and end up near each other.",
    ),
    el("p", {}, "GPT-2's training cannot be replayed: nobody published it. This is ", el("strong", {}, "TinyGPT"), ", which this project trains in about a minute, whatever tables the rest of this page is made on."),
    slot.root,
  );

  /** @param {any} data */
  const build = (data) => {
    const { steps, words, groups, coordinates, loss } = data;
    const kinds = [...new Set(groups)];
    const all = coordinates.flat();
    const [xs, ys] = [0, 1].map((axis) => all.map((/** @type {number[]} */ point) => point[axis]));
    const [lowX, highX, lowY, highY] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    // one scale for both directions, so that distances on the map are distances
    const scale = Math.min((WIDTH - 2 * EDGE) / (highX - lowX), (HEIGHT - EDGE) / (highY - lowY));
    const place = (/** @type {number[]} */ [x, y]) => [WIDTH / 2 + (x - (lowX + highX) / 2) * scale, HEIGHT / 2 - (y - (lowY + highY) / 2) * scale];
    const [zeroX, zeroY] = place([0, 0]);

    const marks = words.map((/** @type {string} */ word, /** @type {number} */ i) => {
      const kind = kinds.indexOf(groups[i]) % SHAPES.length;
      return svg("g", { class: "dash-word", "data-kind": kind }, svg("path", { d: SHAPES[kind] }), svg("text", { x: 9, y: 4.5 }, word));
    });
    const map = svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dash-words", role: "img" },
      svg("line", { x1: zeroX, x2: zeroX, y1: 0, y2: HEIGHT, class: "dash-grid" }),
      svg("line", { x1: 0, x2: WIDTH, y1: zeroY, y2: zeroY, class: "dash-grid" }),
      marks,
    );
    const key = el("p", { class: "dash-key" });
    const paint = () => {
      const colours = COLOURS[dark() ? "dark" : "light"];
      for (const mark of marks) mark.style.setProperty("--dash-kind", colours[Number(mark.dataset.kind) % colours.length]);
      key.replaceChildren(
        ...kinds.map((name, i) =>
          el("span", {}, svg("svg", { viewBox: "-8 -8 16 16", class: "dash-key-mark", "aria-hidden": "true" }, svg("path", { d: SHAPES[i % SHAPES.length], fill: colours[i % colours.length] })), String(name)),
        ),
      );
    };
    paint();
    onScheme(paint);

    // the loss of every step, smoothed by nothing
    const [w, h, left, low] = [300, 150, 30, 20];
    const most = Math.max(...loss);
    const x = (/** @type {number} */ step) => left + (step / Math.max(1, steps.at(-1))) * (w - left - 6);
    const y = (/** @type {number} */ value) => 6 + (1 - value / most) * (h - low - 6);
    const now = svg("line", { y1: 6, y2: h - low, class: "dash-now" });
    const curve = svg(
      "svg",
      { viewBox: `0 0 ${w} ${h}`, class: "dash-line", role: "img", "aria-label": `Loss by step: ${number(loss[0], 2)} at the start, ${number(loss.at(-1), 2)} at the end` },
      Array.from({ length: Math.floor(most / 2) + 1 }, (_, i) => [
        svg("line", { x1: left, x2: w - 6, y1: y(2 * i), y2: y(2 * i), class: i ? "dash-grid" : "dash-zero" }),
        svg("text", { x: left - 5, y: y(2 * i) + 4, "text-anchor": "end" }, String(2 * i)),
      ]),
      svg("text", { x: left, y: h - 5 }, "0"),
      svg("text", { x: w - 6, y: h - 5, "text-anchor": "end" }, `step ${integer(steps.at(-1))}`),
      svg("polyline", { class: "dash-curve", points: loss.map((/** @type {number} */ value, /** @type {number} */ i) => `${x((i / Math.max(1, loss.length - 1)) * steps.at(-1)).toFixed(1)},${y(value).toFixed(1)}`).join(" ") }),
      now,
    );

    /** Where each word stands beside its mark, so that few cover another.  @param {number[][]} points */
    const label = (points) => {
      /** @type {number[][]} */
      const taken = points.map(([px, py]) => [px - 6, py - 6, px + 6, py + 6]);
      const over = (/** @type {number[]} */ box) => taken.reduce((sum, other) => sum + Math.max(0, Math.min(box[2], other[2]) - Math.max(box[0], other[0])) * Math.max(0, Math.min(box[3], other[3]) - Math.max(box[1], other[1])), 0);
      return points.map(([px, py], i) => {
        const [wide, high] = [words[i].length * 7.6, 14];
        const places = [
          { x: 9, y: 5, anchor: "start", left: 9, top: -high / 2 },
          { x: -9, y: 5, anchor: "end", left: -9 - wide, top: -high / 2 },
          { x: 0, y: -10, anchor: "middle", left: -wide / 2, top: -10 - high },
          { x: 0, y: 10 + 11, anchor: "middle", left: -wide / 2, top: 10 },
          { x: 9, y: -8, anchor: "start", left: 9, top: -8 - high },
          { x: 9, y: 8 + 11, anchor: "start", left: 9, top: 8 },
          { x: -9, y: -8, anchor: "end", left: -9 - wide, top: -8 - high },
          { x: -9, y: 8 + 11, anchor: "end", left: -9 - wide, top: 8 },
        ].map((one) => {
          const box = [px + one.left, py + one.top, px + one.left + wide, py + one.top + high];
          const outside = box[0] < 0 || box[1] < 0 || box[2] > WIDTH || box[3] > HEIGHT ? 1e4 : 0;
          return { ...one, box, cost: over(box) + outside };
        });
        const best = places.reduce((a, b) => (b.cost < a.cost - 1 ? b : a));
        taken.push(best.box);
        return best;
      });
    };

    const field = newId();
    const end = steps.length - 1;
    const slider = el("input", { type: "range", id: field, class: "dash-range", min: 0, max: end, step: 1, oninput: () => (stop(), app.set({ step: Number(slider.value) })) });
    const said = el("p", { class: "dash-said" });
    /** @type {any} */
    let playing = null;
    const play = el("button", { type: "button", class: "dash-button dash-play", onclick: () => (playing ? stop() : run()) });
    const stop = () => {
      clearInterval(playing);
      playing = null;
      play.textContent = "▶ Play";
      play.setAttribute("aria-label", "Play the training");
    };
    const run = () => {
      if (Number(slider.value) >= end) app.set({ step: 0 });
      playing = setInterval(
        () => {
          const next = Number(slider.value) + 1;
          if (!map.isConnected || map.checkVisibility?.() === false) return stop();
          app.set({ step: next });
          if (next >= end) stop();
        },
        still() ? 1500 : 700,
      );
      play.textContent = "❚❚ Pause";
      play.setAttribute("aria-label", "Pause");
    };
    stop();

    const csv = () => toCsv(["step", "word", "group", "x", "y"], coordinates.flatMap((/** @type {any} */ at, /** @type {number} */ s) => at.map((/** @type {number[]} */ [a, b], /** @type {number} */ i) => [steps[s], words[i], groups[i], a, b])));
    const share = [data.share].flat();
    const whole = share.length === 2 && typeof share[0] === "number" ? share[0] + share[1] : null;
    const box = el(
      "div",
      {},
      el("div", { class: "dash-slide" }, el("label", { for: field, class: "dash-heading" }, "Training step"), slider, play),
      said,
      el("div", { class: "dash-train" }, el("figure", { class: "dash-figure" }, map, key), el("figure", { class: "dash-figure" }, el("figcaption", {}, "Loss: how surprised the model is by the next token. Lower is better."), curve)),
      el(
        "p",
        { class: "dash-quiet" },
        `Rows of ${integer(words.length)} words on the two directions in which the finished rows of these words differ most${whole ? `, which keep ${number(100 * whole, 1)} % of their variance` : ""}. The directions are the same at every step, so that only the rows move.`,
      ),
      el("p", { class: "dash-actions" }, copyButton("Copy as CSV", csv, app), downloadButton("Download CSV", "training.csv", csv)),
      provenance(data.label),
    );
    const show = (/** @type {number} */ at) => {
      slider.value = String(at);
      const points = coordinates[at].map(place);
      const labels = label(points);
      points.forEach((/** @type {number[]} */ [px, py], /** @type {number} */ i) => {
        marks[i].style.transform = `translate(${px.toFixed(1)}px, ${py.toFixed(1)}px)`;
        const text = marks[i].lastElementChild;
        text.setAttribute("x", labels[i].x);
        text.setAttribute("y", labels[i].y);
        text.setAttribute("text-anchor", labels[i].anchor);
      });
      const value = loss[Math.min(loss.length - 1, Math.round((steps[at] / Math.max(1, steps.at(-1))) * (loss.length - 1)))];
      now.setAttribute("x1", x(steps[at]));
      now.setAttribute("x2", x(steps[at]));
      const text = `Step ${integer(steps[at])} of ${integer(steps.at(-1))}: loss ${number(value, 3)}`;
      said.textContent = text;
      slider.setAttribute("aria-valuetext", text);
      map.setAttribute("aria-label", `Map of ${words.length} words after ${integer(steps[at])} steps`);
    };
    return { box, show, end };
  };

  /** @type {ReturnType<build> | null} */
  let built = null;
  return {
    root,
    update(state) {
      const draw = () => built?.show(Math.max(0, Math.min(built.end, state.step ?? built.end)));
      if (built) return draw();
      return slot.run(
        () => app.data.snapshots(),
        (data) => {
          built = build(data);
          draw();
          return [built.box];
        },
      );
    },
  };
};
