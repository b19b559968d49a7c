// The dashboard: opens the data, keeps one state, shows one view of it.

import { openData } from "./data.js";
import { bytes } from "./format.js";
import { copyButton, debounce, el, integer, problem, shownNow } from "./parts.js";
import { createSearch } from "./search.js";
import * as address from "./state.js";
import { createText } from "./text.js";

/** @type {[string, string, () => Promise<(app: App) => View>][]} */
const VIEWS = [
  ["stage", "Lookup", async () => (await import("./stage.js")).createStage],
  ["neighbours", "Neighbours", async () => (await import("./neighbours.js")).createNeighbours],
  ["arithmetic", "Arithmetic", async () => (await import("./arithmetic.js")).createArithmetic],
  ["positions", "Positions", async () => (await import("./positions.js")).createPositions],
  ["compare", "Compare", async () => (await import("./compare.js")).createCompare],
  ["training", "Training", async () => (await import("./training.js")).createTraining],
];
const WITH_TEXT = new Set(["stage", "neighbours", "positions", "compare"]);

const root = /** @type {HTMLElement} */ (document.querySelector("#dashboard"));
const live = el("p", { class: "dash-sr", role: "status", "aria-live": "polite" });

/** Says it to a screen reader, but not more often than one can listen. */
const announce = debounce((/** @type {string} */ text) => (live.textContent = text), 400);

const viewOf = (/** @type {string} */ tab) => VIEWS.find(([name]) => name === tab) ?? VIEWS[0];
viewOf(address.read(location.hash).tab)[2]().catch(() => {}); // while the data are on their way; it is asked for again

const start = async () => {
  root.replaceChildren(el("p", { class: "dash-quiet" }, "Loading…"));
  /** @type {Data} */
  let data;
  /** @type {Tokenizer} */
  let tokenizer;
  try {
    data = await openData(new URL("../../generated/dashboard/", import.meta.url));
    tokenizer = await data.tokenizer();
  } catch (error) {
    root.replaceChildren(problem(error, start));
    return;
  }

  /** @type {Map<string, View>} */
  const views = new Map();
  let search;
  /** @type {App} */
  const app = {
    data,
    tokenizer,
    get search() {
      return (search ??= createSearch(data)); // starts a worker, so not before it is asked for
    },
    state: { ...address.read(""), text: "" }, // no tokens yet
    tokens: tokenizer.encode(""),
    set,
    announce,
  };

  const tabs = el("div", { class: "dash-tabs", role: "tablist", "aria-label": "Views" });
  const panels = VIEWS.map(([name, label]) => {
    const tab = el("button", { type: "button", role: "tab", id: `dash-tab-${name}`, "aria-controls": `dash-panel-${name}`, onclick: () => set({ tab: name }, { push: true }) }, label);
    tabs.append(tab);
    const panel = el("div", { role: "tabpanel", class: "dash-panel", id: `dash-panel-${name}`, "aria-labelledby": tab.id, hidden: true });
    return { name, tab, panel };
  });
  tabs.addEventListener("keydown", (event) => {
    const now = VIEWS.findIndex(([name]) => name === app.state.tab);
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: VIEWS.length - 1 };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = (to[event.key] + VIEWS.length) % VIEWS.length;
    set({ tab: VIEWS[next][0] }, { push: true });
    panels[next].tab.focus();
  });

  const text = createText(app);
  const loaded = el("span", { class: "dash-loaded" });
  const footer = el(
    "div",
    { class: "dash-footer" },
    loaded,
    copyButton("Copy a link to this state", () => location.href, app),
  );
  const count = () => {
    loaded.textContent = `Loaded so far: ${bytes(data.loaded.bytes)} in ${integer(data.loaded.files)} files.`;
  };
  data.addEventListener("progress", count);
  count();

  const save = debounce((options) => address.write(app.state, options), 250);
  let waiting = false;

  /**
   * @param {any} change
   * @param {{push?: boolean, typed?: boolean}} [options]
   */
  function set(change, { push = false, typed = false } = {}) {
    root.classList.add("is-used"); // from here on its height may change: the reader has asked for it
    take({ ...app.state, ...change });
    if (push) address.write(app.state, { push: true });
    else save({ push: false });
    if (!typed) return show();
    // a key shows its tokens at once; the rest of the view follows when the browser has drawn them
    text.update(app.state);
    announce(`${integer(app.tokens.length)} tokens`);
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        waiting = false;
        show();
      }),
    );
  }

  /** @param {any} state */
  function take(state) {
    if (state.text !== app.state.text) app.tokens = tokenizer.encode(state.text, data.nCtx);
    const token = Math.max(0, Math.min(state.token ?? 0, app.tokens.length - 1));
    const [tab] = viewOf(state.tab);
    app.state = { ...state, token, tab };
  }

  async function show() {
    const { tab } = app.state;
    for (const one of panels) {
      const active = one.name === tab;
      one.tab.setAttribute("aria-selected", String(active));
      one.tab.tabIndex = active ? 0 : -1;
      one.panel.hidden = !active;
    }
    const { panel } = panels.find((one) => one.name === tab) ?? panels[0];
    if (WITH_TEXT.has(tab)) {
      if (text.root.parentElement !== panel) panel.prepend(text.root);
      text.update(app.state);
    }
    let view = views.get(tab);
    if (!view) {
      const box = el("div", { class: "dash-view" }, el("p", { class: "dash-quiet" }, "Loading…"));
      if (panel.querySelector(".dash-view")) return; // on its way
      panel.append(box);
      const make = async () => {
        try {
          const create = await viewOf(tab)[2]();
          view = create(app);
          views.set(tab, view);
          box.replaceChildren(view.root);
          await view.update(app.state);
        } catch (error) {
          box.replaceChildren(problem(error, make));
        }
      };
      return make();
    }
    view.update(app.state);
  }

  take(address.read(location.hash, data));
  // everything at once, so that nothing jumps; but nobody waits long for a slow file
  await Promise.race([show(), new Promise((resolve) => setTimeout(resolve, 3000))]);
  root.replaceChildren(tabs, ...panels.map((one) => one.panel), footer, live);
  shownNow.dispatchEvent(new Event("shown"));
  root.classList.add("is-alive");
  address.subscribe((state) => {
    take(state);
    show();
  }, data);
};

start();
