// Words of a table on a map, and a slider that moves them through the training: for the page about it and for the dashboard.

// the charts' colours, some darker, so that a mark can be told from the ground
const COLOURS = {
  default: ["#0072B2", "#B34E00", "#007A59", "#A6427A", "#7A5A00"],
  slate: ["#56B4E9", "#E69F00", "#2BC79B", "#E39BC4", "#F0E442"],
};
const SHAPES = ["M0-5a5 5 0 1 1-.01 0Z", "M-4.5-4.5h9v9h-9Z", "M0-6 5.5 4h-11Z", "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z", "M0-6 5 0 0 6-5 0Z"];
const MARGIN = { side: 40, top: 26, bottom: 30 }; // room for the words beside the outermost points
const PAUSE = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1500 : 1000; // milliseconds a step

// Where a word may stand beside its mark, the best first: its anchor, and the middle of its letters from the mark.
const LETTER = 6.4; // the usual width of one at 12px
const BESIDE = [[0, -13], [0, 14], [1, 0], [-1, 0], [1, -13], [-1, -13], [1, 14], [-1, 14], [0, -26], [0, 27], [1, -26], [-1, 27]];

/** @template {Element} T @param {T} node @param {Record<string, any>} attributes @param {any[]} [children] */
const put = (node, attributes, children = []) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
/** @type {El} */
export const made = (name, attributes = {}, ...children) => put(document.createElement(name), attributes, children);
/** @type {Svg} */
const drawn = (name, attributes = {}, ...children) => put(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/**
 * The map, its key, and what moves it to a step.
 * @param {{words: string[], groups: string[], places: number[][][], fills?: boolean}} of groups: of every word; places: of every step and word,
 *   x and y; fills: the whole picture, with a scale for each direction; else distances on the map are distances
 */
export const createMap = ({ words, groups, places, fills = false }) => {
  const kinds = [...new Set(groups)];
  const shape = (/** @type {number} */ kind) => drawn("path", { d: SHAPES[kind % SHAPES.length] });
  const marks = words.map((word, i) => drawn("g", {}, shape(kinds.indexOf(groups[i])), drawn("text", {}, word)));
  const picture = drawn("svg", { class: "words-map", role: "img" }, ...marks);
  const keys = kinds.map((_, kind) => drawn("svg", { "aria-hidden": true, viewBox: "-7 -7 14 14" }, shape(kind)));
  const key = made("p", { class: "words-key" }, ...kinds.map((name, kind) => made("span", {}, keys[kind], ` ${name}`)));
  const [[left, right], [low, high]] = [0, 1].map((axis) => {
    const all = places.flat().map((point) => point[axis]);
    return [Math.min(...all), Math.max(...all)];
  });
  let at = 0;

  const paint = () => {
    const colours = COLOURS[document.body.dataset.mdColorScheme === "slate" ? "slate" : "default"];
    marks.forEach((mark, i) => mark.setAttribute("fill", colours[kinds.indexOf(groups[i]) % colours.length]));
    keys.forEach((mark, kind) => mark.setAttribute("fill", colours[kind % colours.length]));
  };

  // Each word takes the first place beside its mark where it covers least of the marks, and of the words that have a place.
  const label = (/** @type {number[][]} */ points, /** @type {number} */ width) => {
    const taken = points.map(([x, y]) => ({ x, y, w: 10, h: 10 }));
    const covered = (/** @type {typeof taken[0]} */ a) => {
      let sum = Math.abs(a.x - width / 2) + a.w / 2 > width / 2 ? 1e4 : 0;
      for (const b of taken)
        sum += Math.max(0, (a.w + b.w) / 2 - Math.abs(a.x - b.x)) * Math.max(0, (a.h + b.h) / 2 - Math.abs(a.y - b.y));
      return sum;
    };
    points.forEach(([x, y], i) => {
      const w = LETTER * words[i].length;
      const boxes = BESIDE.map(([side, dy]) => ({ x: x + side * (9 + w / 2), y: y + dy, w, h: 11, side, dy }));
      const areas = boxes.map(covered);
      const best = boxes[areas.indexOf(Math.min(...areas))];
      taken.push(best);
      put(marks[i].children[1], { "text-anchor": ["end", "middle", "start"][best.side + 1], x: 9 * best.side, y: best.dy + 4 });
    });
  };

  const place = () => {
    const width = picture.clientWidth || 640;
    const height = Math.round(Math.min(420, Math.max(300, width * 0.66)));
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const scales = [(width - 2 * MARGIN.side) / (right - left), (height - MARGIN.top - MARGIN.bottom) / (high - low)];
    const [across, up] = fills ? scales : [Math.min(...scales), Math.min(...scales)];
    const middle = (height + MARGIN.top - MARGIN.bottom) / 2;
    const points = places[at].map(([x, y]) => [width / 2 + (x - (left + right) / 2) * across, middle - (y - (low + high) / 2) * up]);
    label(points, width);
    points.forEach(([x, y], i) => (marks[i].style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`));
  };

  paint();
  new ResizeObserver(place).observe(picture);
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  requestAnimationFrame(() => requestAnimationFrame(() => picture.classList.add("moves"))); // not on the way to the first place
  return {
    picture,
    key,
    show(/** @type {number} */ k) {
      at = k;
      place();
    },
  };
};

/**
 * A slider over the steps, and a button that plays them.
 * @param {number} last step, counted from 0
 * @param {(k: number) => void} go shows a step, and moves the slider there
 * @param {() => void} [rested] hears where the playing ends
 */
export const createPlayer = (last, go, rested = () => {}) => {
  const slider = made("input", { type: "range", min: 0, max: last, step: 1 });
  const button = made("button", { type: "button" });
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const pause = () => {
    clearInterval(timer);
    timer = undefined;
    button.textContent = "▶ Play";
    button.setAttribute("aria-label", "Play the training");
  };
  const rest = () => {
    pause();
    rested();
  };
  const next = () => {
    if (!button.offsetParent) return pause(); // nobody sees it any more
    go(slider.valueAsNumber + 1);
    if (slider.valueAsNumber === last) rest();
  };
  button.addEventListener("click", () => {
    if (timer) return rest();
    if (slider.valueAsNumber === last) go(0);
    timer = setInterval(next, PAUSE);
    button.textContent = "❚❚ Pause";
    button.setAttribute("aria-label", "Pause");
  });
  slider.addEventListener("input", () => {
    pause();
    go(slider.valueAsNumber);
  });
  pause();
  return { slider, button };
};
