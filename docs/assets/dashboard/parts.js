// Pieces of the page that several views use.  Whatever a reader typed becomes text, never markup.

import { bytes, escaped, number, toCsv } from "./format.js";

/** @template {Element} T @param {T} node @param {Record<string, any>} attributes @param {any[]} [children] */
export const fill = (node, attributes, children = []) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

/** @type {El} */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** @type {Svg} */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

let ids = 0;
export const newId = () => `dash-${++ids}`;

export const dark = () => document.body.dataset.mdColorScheme === "slate";

/** @param {() => void} listener called when the reader switches between light and dark */
export const onScheme = (listener) =>
  new MutationObserver(listener).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });

/** Tells that what was made out of sight is on the page now, and has a width. */
export const shownNow = new EventTarget();

/**
 * Calls the last of several calls in quick succession.
 * @param {(...args: any[]) => void} work
 * @param {number} wait
 */
export const debounce = (work, wait) => {
  /** @type {any} */
  let timer;
  return (/** @type {any[]} */ ...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait);
  };
};

/** A count with its thousands apart: 50,257.  @param {number} n */
export const integer = (n) => n.toLocaleString("en-US");

// -- vectors -----------------------------------------------------------------------------------------------------------

/** @param {ArrayLike<number>[]} rows */
export const meanOf = (rows) => {
  const sum = new Float64Array(rows[0].length);
  for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i] += row[i];
  return sum.map((value) => value / rows.length);
};

/** The same, not rounded: for a search.  @param {Float32Array} a @param {Float32Array} b */
export const exactSum = (a, b) => Float64Array.from(a, (value, i) => value + b[i]);

// -- tokens ------------------------------------------------------------------------------------------------------------

const INVISIBLE = /[\p{C}\p{Z}]/u;
const MARK = /^\p{M}/u; // an accent with nothing under it in this token

/** What cannot be seen, by its number; a space stands for itself.  @param {string} text */
const seen = (text) =>
  [...text]
    .map((c, i) => {
      if (c === " " || !(INVISIBLE.test(c) || (i === 0 && MARK.test(c)))) return c;
      if (c === "\n") return "\\n";
      if (c === "\t") return "\\t";
      if (c === "\r") return "\\r";
      return escaped(c);
    })
    .join("");

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A token's text with nothing invisible in it: escapes for what has no glyph, bytes where it is no whole text.
 * @param {Uint8Array} raw
 */
export const shown = (raw) => {
  try {
    const text = strict.decode(raw);
    return text.includes("\ufffd") ? text.replaceAll("\ufffd", "\\ufffd") : seen(text);
  } catch {
    return Array.from(raw, (byte) => String.fromCharCode(byte)).map((c) => (/[ -~]/.test(c) ? c : escaped(c))).join("");
  }
};

/** @param {Uint8Array} raw */
export const quoted = (raw) => `“${shown(raw)}”`;

/**
 * The same as elements: spaces can be seen, and the text's direction stays its own.
 * @param {Uint8Array} raw
 */
export const tokenText = (raw) => {
  const box = el("bdi", { class: "dash-token" });
  for (const piece of shown(raw).split(/( +)/)) {
    if (!piece) continue;
    box.append(piece.startsWith(" ") ? el("span", { class: "dash-space" }, piece) : piece);
  }
  return box;
};

/**
 * A token as it stands in lists: its text and its ID.
 * @param {App} app
 * @param {number} id
 */
export const tokenLabel = (app, id) =>
  el("span", { class: "dash-named" }, tokenText(app.tokenizer.bytesOf(id)), " ", el("span", { class: "dash-id" }, id));

// -- loading, failing, trying again -----------------------------------------------------------------------------------

/**
 * @param {any} error
 * @param {() => void} retry
 */
export const problem = (error, retry) => {
  if (error?.name !== "DataError") console.error(error);
  const what = error?.file
    ? `${error.file} could not be used: ${error.reason ?? error.message}.`
    : `This part failed: ${error?.message ?? error}.`;
  const offline = navigator.onLine ? "" : " You seem to be offline.";
  return el(
    "div",
    { class: "dash-problem", role: "alert" },
    el("p", {}, what + offline, " Everything else on this page goes on working."),
    el("button", { type: "button", class: "dash-button", onclick: retry }, "Try again"),
  );
};

/**
 * A place whose content takes time: the old content stays until the new is there; a failure offers to try again.
 * @param {string} [busy] what to say while nothing is there yet
 */
export const createSlot = (busy = "Loading…") => {
  const root = el("div", { class: "dash-slot" });
  let turn = 0;
  /** @type {AbortController | undefined} */
  let controller;

  /**
   * @template T
   * @param {(signal: AbortSignal) => Promise<T> | T} work
   * @param {(result: T) => any} render returns the elements that the slot shows
   */
  const run = async (work, render) => {
    const mine = ++turn;
    controller?.abort();
    controller = new AbortController();
    root.setAttribute("aria-busy", "true");
    const timer = setTimeout(() => {
      if (mine !== turn) return;
      root.classList.add("is-loading");
      if (!root.childElementCount || root.querySelector(":scope > .dash-problem"))
        root.replaceChildren(el("p", { class: "dash-quiet" }, busy));
    }, 120);
    try {
      const result = await work(controller.signal);
      if (mine !== turn) return;
      const content = render(result);
      const nodes = [content].flat().filter(Boolean);
      // what is there already stays in its place, and keeps its focus
      if (nodes.length !== root.childNodes.length || nodes.some((node, i) => node !== root.childNodes[i])) root.replaceChildren(...nodes);
    } catch (error) {
      if (mine !== turn || /** @type {any} */ (error)?.name === "AbortError") return;
      root.replaceChildren(problem(error, () => run(work, render)));
    } finally {
      clearTimeout(timer);
      if (mine === turn) {
        root.classList.remove("is-loading");
        root.removeAttribute("aria-busy");
      }
    }
  };
  const say = (/** @type {any} */ content) => {
    turn++;
    controller?.abort();
    root.classList.remove("is-loading");
    root.removeAttribute("aria-busy");
    root.replaceChildren(...[content].flat());
  };
  return { root, run, say };
};

// -- controls ----------------------------------------------------------------------------------------------------------

/**
 * One of a few, as radio buttons in a row.
 * @param {string} legend
 * @param {[string, string][]} options value and what it is called
 * @param {(value: string) => void} choose
 */
export const createSwitch = (legend, options, choose) => {
  const name = newId();
  /** @type {Map<string, HTMLInputElement>} */
  const inputs = new Map();
  const root = el("fieldset", { class: "dash-switch" }, el("legend", {}, legend));
  const row = el("div", { class: "dash-segments" });
  for (const [value, label] of options) {
    const input = el("input", { type: "radio", name, value, onchange: () => choose(value) });
    inputs.set(value, input);
    row.append(el("label", {}, input, el("span", {}, label)));
  }
  root.append(row);
  return {
    root,
    /** @param {string} value */
    show(value) {
      const input = inputs.get(value);
      if (input) input.checked = true;
    },
  };
};

/** The two switches of every ranking.  @param {App} app */
export const createMetricSwitches = (app) => {
  const metric = createSwitch(
    "Nearness by",
    [
      ["cosine", "cosine"],
      ["dot", "dot product"],
      ["euclidean", "Euclidean"],
    ],
    (value) => app.set({ metric: /** @type {Metric} */ (value) }, { push: true }),
  );
  const centred = createSwitch(
    "Rows",
    [
      ["raw", "raw"],
      ["centred", "centred"],
    ],
    (value) => app.set({ centred: value === "centred" }, { push: true }),
  );
  return {
    roots: [metric.root, centred.root],
    /** @param {any} state */
    show(state) {
      metric.show(state.metric);
      centred.show(state.centred ? "centred" : "raw");
    },
  };
};

/** @param {string} metric */
export const metricName = (metric) => ({ dot: "dot product", euclidean: "Euclidean distance" })[metric] ?? "cosine similarity";

/**
 * What a score is called and how it is shown: a Euclidean score is kept with its sign turned, a distance is shown.
 * @param {string} metric
 * @param {number} score
 */
export const shownScore = (metric, score) => (metric === "euclidean" ? Math.abs(score) : score);

/**
 * @param {string} label
 * @param {() => Promise<string | null> | string} text
 * @param {App} app
 */
export const copyButton = (label, text, app) => {
  const button = el("button", { type: "button", class: "dash-button" }, label);
  /** @type {any} */
  let timer;
  button.addEventListener("click", async () => {
    let said;
    try {
      await navigator.clipboard.writeText((await text()) ?? "");
      said = "Copied";
    } catch (error) {
      console.error(error);
      said = "Could not copy";
    }
    button.textContent = said;
    app.announce(said);
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), 2000);
  });
  return button;
};

/**
 * @param {string} label
 * @param {string} file
 * @param {() => string} text
 */
export const downloadButton = (label, file, text) =>
  el(
    "button",
    {
      type: "button",
      class: "dash-button",
      onclick: () => {
        const address = URL.createObjectURL(new Blob([text()], { type: "text/csv;charset=utf-8" }));
        const link = el("a", { href: address, download: file });
        document.body.append(link);
        link.click();
        link.remove();
        setTimeout(() => URL.revokeObjectURL(address), 10_000);
      },
    },
    label,
  );

/**
 * "Copy as Python", "Copy as CSV", "Download CSV".
 * @param {App} app
 * @param {{python: () => string | Promise<string | null>, csv: () => string, file: string}} from
 */
export const takeAway = (app, { python, csv, file }) =>
  el(
    "p",
    { class: "dash-actions" },
    copyButton("Copy as Python", python, app),
    copyButton("Copy as CSV", csv, app),
    downloadButton("Download CSV", file, csv),
  );

/**
 * The same of a ranking.
 * @param {App} app
 * @param {{ids: ArrayLike<number>, scores: ArrayLike<number>}} found
 * @param {{metric: Metric, python: () => Promise<string | null>, file: string}} how
 */
export const takeRanking = (app, found, { metric, ...how }) => takeAway(app, { ...how, csv: () => toCsv(rankedHeader(metric), rankedRows(app, found, metric)) });

/** Where the numbers of a view come from.  @param {string} label */
export const provenance = (label) => el("p", { class: "dash-label" }, `Computed from ${label}`);

/**
 * @param {string} summary
 * @param {() => any} make its content, made when it is first opened
 */
export const folded = (summary, make) => {
  const details = el("details", { class: "dash-fold" }, el("summary", {}, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(...[make()].flat());
  });
  return details;
};

/** One entry of a list of facts.  @param {string} name @param {string} value @param {string} means */
export const fact = (name, value, means) => el("div", {}, el("dt", {}, name), el("dd", {}, el("strong", {}, value), " ", el("span", {}, means)));

/**
 * A ranking as rows of a table.
 * @param {App} app
 * @param {{ids: ArrayLike<number>, scores: ArrayLike<number>}} found
 * @param {string} metric
 */
export const rankedRows = (app, { ids, scores }, metric) => Array.from(ids, (id, i) => [i + 1, id, app.tokenizer.display(id), shownScore(metric, scores[i])]);

/** @param {string} metric */
export const rankedHeader = (metric) => ["place", "id", "token", metric === "euclidean" ? "euclidean_distance" : metric];

// -- rankings ----------------------------------------------------------------------------------------------------------

/** The next round number at or above x: 1, 2 or 5 times a power of ten.  @param {number} x */
export const nice = (x) => {
  if (!(x > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 5, 10].map((m) => m * power).find((m) => m >= x * (1 - 1e-12)) ?? 10 * power;
};

/** The letters of a token alone, to tell near-copies.  @param {Uint8Array} raw */
export const letters = (raw) => shown(raw).trim().toLowerCase();

/**
 * A ranking: place, token, ID, a bar on a scale that is named, the score.
 * @param {App} app
 * @param {{ids: ArrayLike<number>, scores: ArrayLike<number>}} found
 * @param {{metric: string, count?: number, fold?: boolean, marks?: Map<number, string>, label: string, own?: number}} options
 */
export const ranking = (app, found, { metric, count = 20, fold = false, marks = new Map(), label, own }) => {
  const all = Array.from(found.ids, (id, i) => ({ id, place: i + 1, score: shownScore(metric, found.scores[i]), copies: [] }));
  let list = all;
  let dropped = 0;
  if (fold) {
    const first = new Map();
    if (own !== undefined) first.set(letters(app.tokenizer.bytesOf(own)), null);
    list = [];
    for (const item of all) {
      const key = letters(app.tokenizer.bytesOf(item.id));
      if (!key || !first.has(key)) {
        first.set(key, item);
        list.push(item);
      } else {
        first.get(key)?.copies.push(item.id);
        dropped++;
      }
    }
  }
  list = list.slice(0, count);
  const top = metric === "cosine" ? 1 : nice(Math.max(0, ...list.map((item) => item.score)));
  const body = el("ol", { class: "dash-ranking", "aria-label": label });
  for (const item of list) {
    const mark = marks.get(item.id);
    const width = Math.max(0, Math.min(1, item.score / top)) * 100;
    body.append(
      el(
        "li",
        { class: mark ? "is-marked" : null, value: item.place },
        el("span", { class: "dash-place", "aria-hidden": "true" }, item.place),
        el(
          "span",
          { class: "dash-who" },
          tokenLabel(app, item.id),
          mark && el("span", { class: "dash-mark" }, mark),
          item.copies.length > 0 &&
            el("span", { class: "dash-copies" }, `also ${item.copies.map((id) => quoted(app.tokenizer.bytesOf(id))).join(", ")}`),
        ),
        el("span", { class: "dash-bar", "aria-hidden": "true" }, el("span", { style: `width: ${width.toFixed(2)}%` })),
        el("span", { class: "dash-score" }, number(item.score)),
      ),
    );
  }
  return el(
    "div",
    { class: "dash-ranked" },
    el(
      "p",
      { class: "dash-scale" },
      el("span", {}, `${metricName(metric)}${metric === "euclidean" ? ", smaller is nearer" : ""}`),
      el("span", { class: "dash-ticks", "aria-hidden": "true" }, el("span", {}, "0"), el("span", {}, integer(top) === "0" || top < 1 ? String(top) : integer(top))),
    ),
    body,
    fold && dropped > 0 && el("p", { class: "dash-quiet" }, `${dropped} near-copies (same letters, other capitals or spaces) are folded away; the places keep their numbers.`),
  );
};

/**
 * How far a searched answer can be trusted, and the way to a better one.
 * @param {App} app
 * @param {{exact: boolean, needs?: number}} found
 */
export const trust = (app, { exact, needs }) => {
  const { data, search } = app;
  const total = integer(data.nVocab);
  const ask = () => {
    app.most = needs ?? app.most;
    app.set({ exact: true }, { push: true });
  };
  const button = (/** @type {string} */ text) => el("button", { type: "button", class: "dash-button", onclick: ask }, text);
  if (exact)
    return el(
      "p",
      { class: "dash-trust" },
      el("strong", {}, "Exact."),
      search.small ? ` Compared with every one of the ${total} rows.` : ` The same as comparing with every one of the ${total} rows in full: all but a few are ruled out by bounds on the rounding, and those few were compared as they are.`,
    );
  if (needs)
    return el(
      "p",
      { class: "dash-trust" },
      el("strong", {}, "Nearly exact."),
      " Many rows are about equally near here, so to be certain of their order they would all have to be loaded. ",
      button(`Load them (${bytes(needs)})`),
    );
  const measured = Number.isFinite(search.recall)
    ? ` On average it names ${(search.recall * 10).toFixed(2)} of the 10 truly nearest, measured over ${integer(search.recallOver)} tokens when this site was built.`
    : "";
  return el(
    "p",
    { class: "dash-trust" },
    el("strong", {}, "First answer."),
    ` Every one of the ${total} rows was compared, in a compact copy of the table; the numbers are those of the rows themselves.${measured} `,
    button(`Search exactly (${bytes(search.cost("exact"))})`),
  );
};

const MODEST = 5e6; // bytes that are loaded without asking

/**
 * Whether a search may load its table; if not, `slot` asks, once for all views.
 * @param {App} app
 * @param {{say: (content: any) => void}} slot
 */
export const mayLoad = (app, slot) => {
  const cost = app.search.cost(app.state.exact ? "exact" : "compact");
  if (app.agreed || cost <= MODEST) return true;
  const agree = () => {
    app.agreed = true;
    app.set({});
  };
  slot.say(
    el(
      "p",
      { class: "dash-trust" },
      `To compare this with all ${integer(app.data.nVocab)} rows, a compact copy of the table is needed; it is loaded once. `,
      el("button", { type: "button", class: "dash-button", onclick: agree }, `Load it (${bytes(cost)}) and search`),
    ),
  );
  return false;
};

/** A bar that says how far a download is.  @param {string} what */
export const createProgress = (what) => {
  const bar = el("progress", { max: 1, "aria-label": what });
  const text = el("span", { class: "dash-quiet" }, what);
  const root = el("p", { class: "dash-progress", hidden: true }, bar, text);
  return {
    root,
    /** @param {{bytes: number, of: number}} event */
    show(event) {
      root.hidden = false;
      bar.value = event.of ? event.bytes / event.of : 0;
      text.textContent = `${what}: ${bytes(event.bytes)} of ${bytes(event.of)}`;
    },
    hide() {
      root.hidden = true;
    },
  };
};

// -- the picker: a combobox after the ARIA Authoring Practices ---------------------------------------------------------

/**
 * Chooses one token; offers " Rome", "Rome" and "rome" with their IDs instead of guessing.
 * @param {App} app
 * @param {{label: string, choose: (id: number | null) => void, optional?: boolean}} options
 */
export const createPicker = (app, { label, choose, optional = false }) => {
  const list = newId();
  const input = el("input", {
    type: "text",
    role: "combobox",
    class: "dash-input",
    "aria-label": label,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": list,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: optional ? "any token, or none" : "type a word",
  });
  const options = el("ul", { role: "listbox", id: list, "aria-label": `Tokens for: ${label}`, class: "dash-options", hidden: true });
  const chosen = el("span", { class: "dash-chosen" });
  const root = el("div", { class: "dash-picker" }, el("div", { class: "dash-picker-field" }, input, options), chosen);

  /** @type {number | null} */
  let value = null;
  /** @type {number[]} */
  let offers = [];
  let active = -1;

  const close = () => {
    options.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (/** @type {number} */ next) => {
    active = next;
    [...options.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    const option = options.children[active];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const pick = (/** @type {number | null} */ id) => {
    show(id);
    close();
    choose(id);
  };
  const open = () => {
    const text = input.value;
    offers = text.trim() ? app.tokenizer.suggest(text, 12) : [];
    options.replaceChildren(
      ...offers.map((id) => {
        const option = el("li", { role: "option", id: newId(), "aria-selected": "false" }, tokenLabel(app, id));
        option.setAttribute("aria-label", `${quoted(app.tokenizer.bytesOf(id))}, ID ${id}`);
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          pick(id);
        });
        return option;
      }),
    );
    options.hidden = !offers.length;
    input.setAttribute("aria-expanded", String(!options.hidden));
    mark(-1);
    if (text.trim()) app.announce(offers.length ? `${offers.length} tokens offered` : "no single token begins so");
  };
  const show = (/** @type {number | null} */ id) => {
    value = id;
    input.removeAttribute("aria-invalid");
    if (id === null) {
      input.value = "";
      chosen.replaceChildren();
    } else {
      const raw = app.tokenizer.bytesOf(id);
      input.value = shown(raw);
      chosen.replaceChildren(tokenLabel(app, id));
    }
  };

  input.addEventListener("input", open);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    if (optional && !input.value.trim() && value !== null) pick(null);
    else show(value);
  });
  input.addEventListener("keydown", (event) => {
    const closed = options.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (closed) open();
      if (!offers.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(event.altKey ? -1 : (active + step + (active < 0 && step < 0 ? 1 : 0) + offers.length) % offers.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!input.value.trim() && optional) return pick(null);
      if (closed) open();
      const id = offers[active < 0 ? 0 : active];
      if (id === undefined) {
        input.setAttribute("aria-invalid", "true");
        app.announce("That is not one token");
      } else pick(id);
    } else if (event.key === "Escape") {
      if (closed) show(value);
      close();
      event.stopPropagation();
    }
  });
  return { root, input, show };
};
