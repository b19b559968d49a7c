// The reader's text, and the tokens it is cut into.

import { hex } from "./format.js";
import { el, integer, newId, quoted, shown, tokenText } from "./parts.js";
import { LONGEST } from "./state.js";

const EXAMPLES = /** @type {[string, number][]} */ ([
  ["The fluffy cat sat on the mat", 2],
  ["dog bites man", 0],
  ["man bites dog", 0],
  [" cat cat Cat CAT", 0],
  ["I 💛 cats", 1],
  ["antidisestablishmentarianism", 0],
  ["unmöglich! 不可能", 0],
]);
const NAMES = ["The fluffy cat …", "dog bites man", "man bites dog", "one word, four tokens", "an emoji", "a rare word", "other scripts"];

const BATCH = 200; // chips that are added at once

/** @param {App} app @returns {View} */
export const createText = (app) => {
  const field = newId();
  const note = newId();
  const input = el("textarea", {
    id: field,
    class: "dash-input dash-textarea",
    rows: 2,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    "aria-describedby": note,
    dir: "auto",
  });
  const examples = el(
    "div",
    { class: "dash-examples", role: "group", "aria-label": "Examples" },
    ...EXAMPLES.map(([text, token], i) =>
      el("button", { type: "button", class: "dash-chip-button", onclick: () => app.set({ text, token, p: null }, { push: true }) }, NAMES[i]),
    ),
  );
  const count = el("p", { class: "dash-quiet", id: note });
  const cut = el("p", { class: "dash-cut", role: "status", hidden: true });
  const chips = el("div", { class: "dash-chips", role: "radiogroup", "aria-label": "Tokens of the text: choose one" });
  const root = el(
    "section",
    { class: "dash-text" },
    el("label", { for: field, class: "dash-heading" }, "Your text"),
    input,
    examples,
    chips,
    count,
    cut,
  );

  /** @type {{key: string, node: HTMLElement}[]} */
  let drawn = [];
  let chosen = -1;

  const chip = (/** @type {Token} */ token) =>
    el(
      "button",
      { type: "button", role: "radio", class: "dash-chip", "aria-checked": "false", tabindex: "-1", "aria-label": `${quoted(token.bytes)}, ID ${token.id}, bytes ${hex(token.bytes, " ")}` },
      tokenText(token.bytes),
      el("span", { class: "dash-chip-id" }, token.id),
      el("span", { class: "dash-chip-bytes" }, hex(token.bytes, " ")),
    );

  const choose = (/** @type {number} */ index, focus = false) => {
    app.set({ token: index, p: null }, { push: true });
    if (focus) drawn[index]?.node.focus();
  };

  chips.addEventListener("click", (event) => {
    const node = /** @type {Element} */ (event.target).closest(".dash-chip");
    const index = drawn.findIndex((one) => one.node === node);
    if (index >= 0) choose(index);
  });
  chips.addEventListener("keydown", (event) => {
    const last = drawn.length - 1;
    /** @type {Record<string, number>} */
    const to = {
      ArrowLeft: chosen > 0 ? chosen - 1 : last,
      ArrowUp: chosen > 0 ? chosen - 1 : last,
      ArrowRight: chosen < last ? chosen + 1 : 0,
      ArrowDown: chosen < last ? chosen + 1 : 0,
      Home: 0,
      End: last,
    };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(to[event.key], true);
  });

  input.addEventListener("input", () => app.set({ text: input.value, p: null }, { typed: true }));

  let growing = false;

  /** Draw only what changed: the tokens before and after an edit keep their chips.  Of many, a part at a time. */
  const draw = () => {
    const list = app.tokens.slice(0, Math.max(drawn.length + BATCH, app.state.token + 1));
    const keys = list.map((token) => String(token.id));
    let same = 0;
    while (same < keys.length && same < drawn.length && keys[same] === drawn[same].key) same++;
    let tail = 0;
    while (tail < keys.length - same && tail < drawn.length - same && keys.at(-1 - tail) === drawn.at(-1 - tail)?.key) tail++;
    const added = list.slice(same, list.length - tail).map((token) => ({ key: String(token.id), node: chip(token) }));
    const removed = drawn.splice(same, drawn.length - same - tail, ...added);
    for (const { node } of removed) node.remove();
    const before = drawn[same + added.length]?.node ?? null;
    const fragment = document.createDocumentFragment();
    fragment.append(...added.map(({ node }) => node));
    chips.insertBefore(fragment, before);
    if (list.length === app.tokens.length || growing) return;
    growing = true;
    setTimeout(() => {
      growing = false;
      draw();
    }, 30);
  };

  /** Bring a chip into the box's view, without moving the page.  @param {HTMLElement} node */
  const seek = (node) => {
    const box = chips.getBoundingClientRect();
    const own = node.getBoundingClientRect();
    if (own.top < box.top || own.bottom > box.bottom) chips.scrollTop += own.top - box.top - 8;
  };

  return {
    root,
    update(state) {
      const typed = state.text.replace(/\r\n?/g, "\n"); // as a text box has it; an address can hold more
      if (input.value !== typed) input.value = typed;
      const was = drawn[chosen]?.node;
      if (was) {
        was.setAttribute("aria-checked", "false");
        was.tabIndex = -1;
      }
      draw();
      const list = app.tokens;
      const at = list.cut;
      chosen = Math.min(state.token, list.length - 1);
      const now = drawn[chosen]?.node;
      if (now) {
        now.setAttribute("aria-checked", "true");
        now.tabIndex = 0;
        if (now !== was) requestAnimationFrame(() => seek(now)); // a key must not wait for the layout
      }
      const bytes = list.length ? list.reduce((sum, token) => sum + token.bytes.length, 0) : 0;
      count.textContent = list.length
        ? `${integer(list.length)} ${list.length === 1 ? "token" : "tokens"}, ${integer(bytes)} bytes. A dotted space belongs to the token it stands in. Choose a token to follow it.${state.text.length > LONGEST ? ` The text is too long for a link: ${integer(LONGEST)} characters fit.` : ""}`
        : "No text, no tokens: type something, or take an example.";
      cut.hidden = at === null;
      if (at !== null) {
        const rest = state.text.slice(at, at + 24);
        const said = `The text is longer than ${integer(app.data.nCtx)} tokens, which is all that this model has positions for (n_ctx). From “${shown(new TextEncoder().encode(rest))}…” on, it is left out.`;
        if (cut.textContent !== said) cut.textContent = said;
      }
    },
  };
};
