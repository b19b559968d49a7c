// The dashboard's state is the page's address: what is not as at the start stands behind the #, and nothing else is believed.

export const TABS = ["stage", "neighbours", "arithmetic", "positions", "compare", "training"];
export const METRICS = /** @type {const} */ (["cosine", "dot", "euclidean"]);
export const OF = ["token", "sum", "mean", "vector"];
export const LONGEST = 4000; // characters of a text that an address holds; a longer one is left out
const MOST_TERMS = 12;
const HEAVIEST = 1000;

export const DEFAULTS = Object.freeze({
  text: "The fluffy cat sat on the mat",
  token: 2,
  tab: "stage",
  metric: "cosine",
  centred: false,
  exact: false,
  p: null,
  terms: [],
  expected: null,
  text2: "A cat is not a mat",
  step: null,
  of: "token",
  fold: false,
  vector: null,
});

/** A whole number from 0 to below `end`, or undefined. @param {string | null} text @param {number} end */
const whole = (text, end) => (text !== null && /^\d{1,9}$/.test(text) && Number(text) < end ? Number(text) : undefined);

/** @param {string | null} text @returns {boolean | undefined} */
const flag = (text) => (text === "1" ? true : text === "0" ? false : undefined);

/** @template T @param {string | null} text @param {readonly T[]} known @returns {T | undefined} */
const one = (text, known) => known.find((value) => value === text);

/** "1*464,-1*582" @param {string | null} text @param {number} nVocab @returns {Term[] | undefined} */
const terms = (text, nVocab) => {
  if (text === null || text.length > 400) return undefined;
  const found = text ? text.split(",").map((part) => /^(-?\d{1,4}(?:\.\d{1,6})?)\*(\d{1,9})$/.exec(part)) : [];
  if (found.length > MOST_TERMS) return undefined;
  const out = [];
  for (const match of found) {
    const [weight, id] = [Number(match?.[1]), Number(match?.[2])];
    if (!match || Math.abs(weight) > HEAVIEST || id >= nVocab) return undefined;
    out.push({ weight, id });
  }
  return out;
};

/** The float32 numbers of a vector as text, and back. @param {Float32Array} vector */
const packed = (vector) => btoa(String.fromCharCode(...new Uint8Array(vector.slice().buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** @param {string | null} text @param {number} [nEmbd] @returns {Float32Array | undefined} */
const unpacked = (text, nEmbd) => {
  if (!text || text.length > 1e5 || !/^[\w-]+$/.test(text)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const vector = new Float32Array(bytes.buffer);
    return vector.every(Number.isFinite) && vector.length === (nEmbd ?? vector.length) ? vector : undefined;
  } catch {
    return undefined; // not base64, or not whole numbers of 4 bytes
  }
};

/** The state of an address; what is unknown or out of bounds is as at the start. @param {string} hash @param {Limits} [limits] @returns {State} */
export const read = (hash, { nVocab = 2 ** 31, nCtx = 2 ** 31, nEmbd } = {}) => {
  const asked = new URLSearchParams(hash.replace(/^[#?]/, ""));
  const get = (/** @type {string} */ name) => asked.get(name);
  const text = (/** @type {string} */ name) => get(name)?.slice(0, LONGEST);
  const found = {
    text: text("text"),
    token: whole(get("token"), 2 ** 31) ?? (asked.has("text") ? 0 : undefined),
    tab: one(get("tab"), TABS),
    metric: one(get("metric"), METRICS),
    centred: flag(get("centred")),
    exact: flag(get("exact")),
    p: whole(get("p"), nCtx),
    terms: terms(get("terms"), nVocab),
    expected: whole(get("expected"), nVocab),
    text2: text("text2"),
    step: whole(get("step"), 10000),
    of: one(get("of"), OF),
    fold: flag(get("fold")),
    vector: unpacked(get("vector"), nEmbd),
  };
  return /** @type {State} */ (Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, found[/** @type {keyof State} */ (name)] ?? value])));
};

/** @param {State[keyof State]} value */
const written = (value) => {
  if (value instanceof Float32Array) return packed(value);
  if (Array.isArray(value)) return value.map(({ weight, id }) => `${weight}*${id}`).join(",");
  return typeof value === "boolean" ? String(Number(value)) : String(value ?? "");
};

/** The part of an address that `read` makes this state of; "" at the start. @param {Partial<State>} state */
export const toHash = (state) => {
  const out = new URLSearchParams();
  for (const name of /** @type {(keyof State)[]} */ (Object.keys(DEFAULTS))) {
    const value = written(state[name] ?? DEFAULTS[name]);
    const start = name === "token" && out.has("text") ? "0" : written(DEFAULTS[name]);
    if (value !== start && (name === "vector" || value.length <= LONGEST)) out.set(name, value);
  }
  const text = out.toString();
  return text && `#${text}`;
};

/** Put the state into the address: as a new step to go back from, or in place. @param {State} state @param {{push?: boolean}} [options] */
export const write = (state, { push = false } = {}) => {
  const hash = toHash(state);
  if (hash === location.hash) return;
  const url = location.pathname + location.search + hash;
  try {
    if (push) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  } catch {
    // a browser allows only so many changes a minute: the next one will be seen
  }
};

/** Hear of every state that the reader goes to: back, forward, an edited address. @param {(state: State) => void} listener @param {Limits} [limits] */
export const subscribe = (listener, limits) => {
  const heard = () => listener(read(location.hash, limits));
  addEventListener("popstate", heard);
  addEventListener("hashchange", heard);
};
