// The map of TinyGPT's words, step by step: a slider above the series of pictures, which stays for those without JavaScript.

const SECONDS_A_STEP = 1;
const MARGIN = { left: 34, right: 44, top: 26, bottom: 30 }; // room for the words beside the outermost points
const SHAPES = ["M0-5a5 5 0 1 1-.01 0Z", "M-4.5-4.5h9v9h-9Z", "M0-6 5.5 4h-11Z", "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z", "M0-6 5 0 0 6-5 0Z"];

// Where a word may stand beside its mark, the best first: its anchor, and the middle of its letters from the mark.
const LETTER = 6.4; // the usual width of one at 12px
const BESIDE = [[0, -13], [0, 14], [1, 0], [-1, 0], [1, -13], [-1, -13], [1, 14], [-1, 14], [0, -26], [0, 27], [1, -26], [-1, 27]];

const STYLE = `
.learning { margin: 1.6em 0; }
.learning svg { display: block; width: 100%; border: 0.05rem solid var(--md-default-fg-color--lightest); border-radius: 0.1rem; }
.learning svg text { fill: currentcolor; font-size: 12px; paint-order: stroke; stroke: var(--md-default-bg-color); stroke-width: 3px; }
.learning-spoken { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.learning-controls { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.8rem; margin-top: 0.5rem; }
.learning-controls label { flex: 1 1 12rem; display: flex; align-items: center; gap: 0.5rem; }
.learning-controls input { flex: 1; min-width: 6rem; height: 1.4rem; margin: 0; accent-color: var(--md-accent-fg-color); }
.learning-controls button { min-width: 4rem; padding: 0.2rem 0.6rem; border: 0.05rem solid; border-radius: 0.1rem; cursor: pointer; }
.learning-controls :is(button, input):focus-visible { outline: 0.1rem solid var(--md-accent-fg-color); outline-offset: 0.1rem; }
.learning-legend { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0.3rem 0 0; font-size: 0.64rem; }
.learning-legend svg { display: inline; width: 12px; height: 12px; border: 0; vertical-align: -1px; }
.learning-legend svg path { transform: translate(6px, 6px); }
@media (prefers-reduced-motion: no-preference) { .learning.moves g { transition: transform 0.7s ease-in-out; } }
@media print { .learning { display: none; } }
`;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const drawn = (name, attributes = {}) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const fetchJson = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};

const unique = (values) => [...new Set(values)];
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
  const link = figure.querySelector(".chart-spec").href;
  const [spec, themes] = await Promise.all([fetchJson(link), fetchJson(new URL("theme.json", link))]);
  const rows = spec.data.values;
  const steps = unique(rows.map((row) => row.step));
  const groups = unique(rows.map((row) => row.group));
  const at = steps.map((step) => rows.filter((row) => row.step === step));
  const range = (key) => [Math.min(...rows.map((row) => row[key])), Math.max(...rows.map((row) => row[key]))];
  const [left, right] = range("x");
  const [bottom, top] = range("y");
  const number = (value) => value.toLocaleString("en");

  const picture = drawn("svg", { role: "img" });
  const marks = at[0].map((row) => {
    const mark = drawn("g");
    const word = drawn("text");
    word.textContent = row.word;
    mark.append(drawn("path", { d: SHAPES[groups.indexOf(row.group) % SHAPES.length] }), word);
    return mark;
  });
  picture.append(...marks);

  const legend = element("p", { class: "learning-legend" });
  const keys = groups.map((group, i) => {
    const key = drawn("svg", { "aria-hidden": true });
    key.append(drawn("path", { d: SHAPES[i % SHAPES.length] }));
    legend.append(element("span", {}, key, ` ${group}`));
    return key;
  });

  const slider = element("input", { type: "range", min: 0, max: steps.length - 1, step: 1, value: 0 });
  const button = element("button", { type: "button" }, "Play");
  const said = element("output", { "aria-live": "off" });
  const spoken = element("p", { class: "learning-spoken", role: "status" });
  const box = element(
    "div",
    { class: "learning", role: "group", "aria-label": "The map of twenty words, step by step" },
    picture,
    legend,
    element("div", { class: "learning-controls" }, button, element("label", {}, "Training", slider), said),
    spoken,
  );

  const paint = () => {
    const mode = document.body.dataset.mdColorScheme === "slate" ? "dark" : "light";
    const palette = themes[mode].range.category;
    const colour = (group) => palette[groups.indexOf(group) % palette.length];
    marks.forEach((mark, i) => mark.firstChild.setAttribute("fill", colour(at[0][i].group)));
    keys.forEach((key, i) => key.firstChild.setAttribute("fill", colour(groups[i])));
  };

  // Each word takes the first place beside its mark where it covers least of the marks, and of the words that have a place.
  const label = (points) => {
    const taken = points.map(([x, y]) => ({ x, y, w: 10, h: 10 }));
    const covered = (a) =>
      taken
        .map((b) => [(a.w + b.w) / 2 - Math.abs(a.x - b.x), (a.h + b.h) / 2 - Math.abs(a.y - b.y)])
        .reduce((sum, [w, h]) => sum + Math.max(0, w) * Math.max(0, h), 0);
    points.forEach(([x, y], i) => {
      const w = LETTER * at[0][i].word.length;
      const boxes = BESIDE.map(([side, dy]) => ({ x: x + side * (9 + w / 2), y: y + dy, w, h: 11, side, dy }));
      const best = boxes.reduce((a, b) => (covered(b) < covered(a) ? b : a));
      taken.push(best);
      const word = marks[i].lastChild;
      word.setAttribute("text-anchor", ["end", "middle", "start"][best.side + 1]);
      word.setAttribute("x", 9 * best.side);
      word.setAttribute("y", best.dy + 4);
    });
  };

  const place = () => {
    const width = picture.clientWidth || 640;
    const height = Math.round(Math.min(420, Math.max(300, width * 0.66)));
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const points = at[slider.valueAsNumber].map((row) => [
      MARGIN.left + ((row.x - left) / (right - left)) * (width - MARGIN.left - MARGIN.right),
      height - MARGIN.bottom - ((row.y - bottom) / (top - bottom)) * (height - MARGIN.top - MARGIN.bottom),
    ]);
    label(points);
    points.forEach(([x, y], i) => (marks[i].style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`));
  };

  const sentence = (k) =>
    `Step ${number(steps[k])} of ${number(steps.at(-1))}, loss ${at[k][0].loss.toFixed(2)}. ` +
    `Words of one group are ${tightness(at[k]).toFixed(2)} times as far apart as words of different groups.`;

  const show = () => {
    const k = slider.valueAsNumber;
    said.textContent = `step ${number(steps[k])}, loss ${at[k][0].loss.toFixed(2)}`;
    slider.setAttribute("aria-valuetext", `step ${number(steps[k])} of ${number(steps.at(-1))}, loss ${at[k][0].loss.toFixed(2)}`);
    picture.setAttribute("aria-label", sentence(k));
    place();
  };

  let timer;
  const pause = () => {
    clearInterval(timer);
    timer = undefined;
    button.textContent = "Play";
  };
  const next = () => {
    slider.value = slider.valueAsNumber + 1;
    show();
    if (slider.valueAsNumber === steps.length - 1) {
      pause();
      spoken.textContent = sentence(steps.length - 1);
    }
  };
  button.addEventListener("click", () => {
    if (timer) {
      pause();
      spoken.textContent = sentence(slider.valueAsNumber);
      return;
    }
    if (slider.valueAsNumber === steps.length - 1) {
      slider.value = 0;
      show();
    }
    button.textContent = "Pause";
    timer = setInterval(next, SECONDS_A_STEP * 1000);
  });
  slider.addEventListener("input", () => {
    if (timer) pause();
    show();
  });

  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  figure.before(box);
  paint();
  show();
  new ResizeObserver(place).observe(picture);
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  requestAnimationFrame(() => requestAnimationFrame(() => box.classList.add("moves"))); // not on the way to the first place
};

const figure = document.querySelector("#chart-learning_map");
if (figure) start(figure).catch((error) => console.error("slider:", error));
