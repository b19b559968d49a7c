// How a table is made: TinyGPT's training, from noise to words that stand together.

import { createMap, createPlayer } from "../training_map.js";
import { number, toCsv } from "./format.js";
import { copyButton, createSlot, downloadButton, el, fill, integer, newId, provenance, svg } from "./parts.js";

/** The loss of every step, and where it moves the line that stands at one.  @param {number[]} loss @param {number} end the last step */
const createCurve = (loss, end) => {
  const [width, height, left, low] = [300, 150, 30, 20];
  const most = Math.max(...loss);
  const x = (/** @type {number} */ step) => left + (step / Math.max(1, end)) * (width - left - 6);
  const y = (/** @type {number} */ value) => 6 + (1 - value / most) * (height - low - 6);
  const now = svg("line", { y1: 6, y2: height - low, class: "dash-now" });
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "dash-line", role: "img", "aria-label": `Loss by step: ${number(loss[0], 2)} at the start, ${number(loss[loss.length - 1], 2)} at the end` },
    Array.from({ length: Math.floor(most / 2) + 1 }, (_, i) => [
      svg("line", { x1: left, x2: width - 6, y1: y(2 * i), y2: y(2 * i), class: i ? "dash-grid" : "dash-zero" }),
      svg("text", { x: left - 5, y: y(2 * i) + 4, "text-anchor": "end" }, String(2 * i)),
    ]),
    svg("text", { x: left, y: height - 5 }, "0"),
    svg("text", { x: width - 6, y: height - 5, "text-anchor": "end" }, `step ${integer(end)}`),
    svg("polyline", { class: "dash-curve", points: loss.map((value, i) => `${x((i / Math.max(1, loss.length - 1)) * end).toFixed(1)},${y(value).toFixed(1)}`).join(" ") }),
    now,
  );
  return {
    picture,
    show(/** @type {number} */ step) {
      fill(now, { x1: x(step), x2: x(step) });
    },
  };
};

/** @param {App} app @returns {View} */
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

  /** @param {Snapshots} data */
  const build = ({ steps, words, groups, coordinates, loss, share, label }) => {
    const last = steps.length - 1;
    const end = steps[last];
    const map = createMap({ words, groups, places: coordinates });
    const curve = createCurve(loss, end);
    const { slider, button } = createPlayer(last, (step) => app.set({ step }));
    const said = el("p", { class: "dash-said" });
    const csv = () => toCsv(["step", "word", "group", "x", "y"], coordinates.flatMap((at, s) => at.map((place, i) => [steps[s], words[i], groups[i], ...place])));
    slider.id = newId();
    slider.className = "dash-range";
    button.className = "dash-button dash-play";
    const box = el(
      "div",
      {},
      el("div", { class: "dash-slide" }, el("label", { for: slider.id, class: "dash-heading" }, "Training step"), slider, button),
      said,
      el("div", { class: "dash-train" }, el("figure", { class: "dash-figure" }, map.picture, map.key), el("figure", { class: "dash-figure" }, el("figcaption", {}, "Loss: how surprised the model is by the next token. Lower is better."), curve.picture)),
      el(
        "p",
        { class: "dash-quiet" },
        `Rows of ${integer(words.length)} words on the two directions in which the finished rows of these words differ most, which keep ${number(100 * (share[0] + share[1]), 1)} % of their variance. The directions are the same at every step, so that only the rows move.`,
      ),
      el("p", { class: "dash-actions" }, copyButton("Copy as CSV", csv, app), downloadButton("Download CSV", "training.csv", csv)),
      provenance(label),
    );
    return {
      box,
      show(/** @type {number | null} */ step) {
        const at = Math.max(0, Math.min(last, step ?? last));
        const value = loss[Math.min(loss.length - 1, Math.round((steps[at] / Math.max(1, end)) * (loss.length - 1)))];
        const text = `Step ${integer(steps[at])} of ${integer(end)}: loss ${number(value, 3)}`;
        slider.value = String(at);
        slider.setAttribute("aria-valuetext", text);
        said.textContent = text;
        map.picture.setAttribute("aria-label", `Map of ${words.length} words after ${integer(steps[at])} steps`);
        map.show(at);
        curve.show(steps[at]);
      },
    };
  };

  /** @type {ReturnType<build> | undefined} */
  let built;
  return {
    root,
    update({ step }) {
      if (built) return built.show(step);
      return slot.run(
        () => app.data.snapshots(),
        (data) => {
          built = build(data);
          built.show(step);
          return [built.box];
        },
      );
    },
  };
};
