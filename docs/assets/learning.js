// The map of TinyGPT's words, step by step: a slider above the series of pictures, which stays for those without JavaScript.

import { createMap, createPlayer, made } from "./training_map.js";

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

// How far apart words of one group are, measured by how far apart words of different groups are.
const tightness = (words) => {
  const apart = { true: [], false: [] };
  words.forEach((a, i) =>
    words.slice(0, i).forEach((b) => apart[a.group === b.group].push(Math.hypot(a.x - b.x, a.y - b.y))),
  );
  return mean(apart.true) / mean(apart.false);
};

const start = async (figure) => {
  const { href } = figure.querySelector(".chart-spec");
  const answer = await fetch(href);
  if (!answer.ok) throw new Error(`${href}: ${answer.status}`);
  const rows = (await answer.json()).data.values;
  const steps = [...new Set(rows.map((row) => row.step))];
  const at = steps.map((step) => rows.filter((row) => row.step === step));
  const number = (value) => value.toLocaleString("en");
  const said = made("output", { "aria-live": "off" });
  const spoken = made("p", { class: "sr-only", role: "status" });
  const map = createMap({
    words: at[0].map(({ word }) => word),
    groups: at[0].map(({ group }) => group),
    places: at.map((words) => words.map(({ x, y }) => [x, y])),
    fills: true,
  });

  const sentence = (k) =>
    `Step ${number(steps[k])} of ${number(steps.at(-1))}, loss ${at[k][0].loss.toFixed(2)}. ` +
    `Words of one group are ${tightness(at[k]).toFixed(2)} times as far apart as words of different groups.`;

  const show = (k) => {
    slider.value = k;
    said.textContent = `step ${number(steps[k])}, loss ${at[k][0].loss.toFixed(2)}`;
    slider.setAttribute("aria-valuetext", `step ${number(steps[k])} of ${number(steps.at(-1))}, loss ${at[k][0].loss.toFixed(2)}`);
    map.picture.setAttribute("aria-label", sentence(k));
    map.show(k);
  };
  const { slider, button } = createPlayer(steps.length - 1, show, () => (spoken.textContent = sentence(slider.valueAsNumber)));
  figure.before(
    made(
      "div",
      { class: "learning", role: "group", "aria-label": "The map of twenty words, step by step" },
      map.picture,
      map.key,
      made("div", { class: "learning-controls" }, button, made("label", {}, "Training", slider), said),
      spoken,
    ),
  );
  show(0);
};

const figure = document.querySelector("#chart-learning_map");
if (figure) start(figure).catch((error) => console.error("slider:", error));
