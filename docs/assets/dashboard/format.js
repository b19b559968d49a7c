// Results as text: numbers as Python writes them, tables as CSV, and programs that compute them again.

/**
 * Python's f"{x:.6f}": the exact value of x, rounded half to even.
 * @param {number} x
 * @param {number} [digits]
 */
export const number = (x, digits = 6) => {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (Math.abs(x) >= 1e21) return `${BigInt(x)}.${"0".repeat(digits)}`;
  // toFixed goes by the exact value too, but rounds a tie away from zero and loses the sign of -0
  const size = Math.abs(x);
  let text = size.toFixed(digits);
  const scaled = size * 2 ** digits; // a tie is an odd multiple of 5 / 10^(digits + 1), so size * 2^(digits + 1) is whole
  if (digits <= 20 && Number.isInteger(scaled * 2) && isTie(size, digits) && odd(text)) text = lower(text);
  return (Object.is(x, -0) || x < 0 ? "-" : "") + text;
};

/** Whether `size` lies just between two numbers of so many digits. @param {number} size @param {number} digits */
const isTie = (size, digits) => {
  // size = mantissa / 2^shift exactly
  let shift = 0;
  let mantissa = size;
  while (!Number.isInteger(mantissa) && shift < 1100) [mantissa, shift] = [mantissa * 2, shift + 1];
  const twice = BigInt(mantissa) * 2n * 10n ** BigInt(digits);
  const unit = 1n << BigInt(shift);
  return twice % unit === 0n && (twice / unit) % 2n === 1n;
};

/** @param {string} text */
const odd = (text) => Number(text.at(-1)) % 2 === 1;

/** The number one unit of the last digit below; the last digit is odd, so nothing is borrowed. @param {string} text */
const lower = (text) => text.slice(0, -1) + (Number(text.at(-1)) - 1);

/** @param {number} n */
export const bytes = (n) => (n < 1000 ? `${n} bytes` : n < 1e6 ? `${(n / 1000).toFixed(n < 1e4 ? 1 : 0)} kB` : `${(n / 1e6).toFixed(1)} MB`);

/** @param {string[]} header @param {unknown[][]} rows */
export const toCsv = (header, rows) => {
  const cell = (/** @type {unknown} */ value) => {
    const text = String(value ?? "");
    return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
};

const inHex = (/** @type {number} */ n, /** @type {number} */ digits) => n.toString(16).padStart(digits, "0");

/** @param {Uint8Array} raw @param {string} [between] */
export const hex = (raw, between = "") => Array.from(raw, (byte) => inHex(byte, 2)).join(between);

/** A character by its number, as Python writes it. @param {string} char */
export const escaped = (char) => {
  const point = char.codePointAt(0) ?? 0;
  return point < 0x100 ? `\\x${inHex(point, 2)}` : point < 0x10000 ? `\\u${inHex(point, 4)}` : `\\U${inHex(point, 8)}`;
};

/** A string as a Python literal of ASCII. @param {string} text */
export const pythonString = (text) => {
  let out = "";
  for (const char of text) {
    if (char === '"' || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (char === "\t") out += "\\t";
    else if (char === "\r") out += "\\r";
    else out += /[ -~]/.test(char) ? char : escaped(char);
  }
  return `"${out}"`;
};

const SHOW = `
def show(token):
    return encoding.decode_single_token_bytes(token)
`;

/** Lines that make `score` of every row. @param {{metric?: Metric, centred?: boolean}} ranking */
const scoring = ({ metric = "cosine", centred = false }, weight = 1) => {
  const lines = ["rows = wte.astype(np.float64)"];
  if (centred && metric !== "euclidean") lines.push("mean = rows.mean(axis=0)", "rows -= mean", `vector = vector - ${weight === 1 ? "" : `${weight} * `}mean`);
  if (metric === "euclidean") lines.push("score = -np.linalg.norm(rows - vector, axis=1)  # distance, its sign turned");
  else lines.push("score = rows @ vector");
  if (metric === "cosine") {
    lines.push("length = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)");
    lines.push("score = np.divide(score, length, out=np.zeros_like(score), where=length > 0)");
  }
  return lines.join("\n");
};

/** @param {number} k */
const ranked = (k) => `order = np.argsort(-score, kind="stable")[:${k}]
for place, token in enumerate(order, 1):
    print(f"{place:3}  ID {token:5}  {np.float32(score[token]):.6f}  {show(token)!r}")
`;

/**
 * The ranking with the inputs and the one without them.
 * @param {number} k
 * @param {number[]} without IDs of the inputs
 * @param {number | null} expected
 */
const rankedTwice = (k, without, expected) => `score_of_all = score
for name, inputs in [("inputs kept", []), ("inputs removed", [${without.join(", ")}])]:
    score = score_of_all.copy()
    score[inputs] = -np.inf
    print(name)
${ranked(k).replace(/^(?=.)/gm, "    ")}${
  expected === null
    ? ""
    : `    rank = 1 + np.sum(score > score_of_all[${expected}])
    print(f"{show(${expected})!r} is number {rank:,} of {len(score):,}")
`
}`;

/** @param {Term[]} terms */
const sum = (terms) => terms.map(({ weight, id }) => `${weight} * rows[${id}]`).join(" + ").replaceAll("+ -", "- ") || "np.zeros(wte.shape[1])";

/** How often the mean of all rows is in a sum of rows. @param {Term[]} terms */
export const total = (terms) => Number(terms.reduce((all, { weight }) => all + weight, 0).toPrecision(12));

/** Lines of a few numbers each, as exact as float32. @param {Float32Array} vector */
const pasted = (vector) => {
  const lines = Array.from({ length: Math.ceil(vector.length / 6) }, (_, i) => `    ${Array.from(vector.subarray(6 * i, 6 * i + 6), (x) => x.toPrecision(9)).join(", ")},\n`);
  return `np.array([\n${lines.join("")}], np.float32).astype(np.float64)`;
};

/** @type {Record<string, (state: any) => {title: string, body: string}>} */
const PROGRAMS = {
  tokens: ({ text }) => ({
    title: "A text's token IDs and bytes.",
    body: `text = ${pythonString(text)}
${SHOW}
for place, token in enumerate(encoding.encode_ordinary(text)):
    print(f"{place:4}  ID {token:5}  {show(token)!r}")
`,
  }),
  row: ({ text, token, p }) => ({
    title: "A token's row, its position's row, and their sum.",
    body: `text = ${pythonString(text)}
token = encoding.encode_ordinary(text)[${token}]
position = ${p}
total = wte[token] + wpe[position]  # (n_embd,)

print(f"token {encoding.decode_single_token_bytes(token)!r}, ID {token}, at position {position}")
for i, (a, b, c) in enumerate(zip(wte[token], wpe[position], total)):
    print(f"{i:4}  {a:.6f}  {b:.6f}  {c:.6f}")
`,
  }),
  neighbours: ({ id, metric, centred, k = 32 }) => ({
    title: "A token's nearest rows in the whole table.",
    body: `token = ${id}
vector = wte[token].astype(np.float64)
${scoring({ metric, centred })}
score[token] = -np.inf
${SHOW}
${ranked(k)}`,
  }),
  vector: ({ terms = [], vector, p = null, metric, centred, k = 10, without = [], expected = null }) => ({
    title: vector ? "The rows nearest to a vector." : "A sum of rows, and the rows nearest to it.",
    body: `rows = wte.astype(np.float64)
vector = ${vector ? pasted(vector) : sum(terms)}
${p === null ? "" : `vector = vector + wpe[${p}]\n`}${scoring({ metric, centred }, vector || p !== null ? 1 : total(terms)).replace("rows = wte.astype(np.float64)\n", "")}
${SHOW}
${without.length ? rankedTwice(k, without, expected) : ranked(k)}`,
  }),
  positions: ({ id, p }) => ({
    title: "How a position moves a token.",
    body: `token, position = ${id}, ${p}
a, b = wte[token].astype(np.float64), wpe[position].astype(np.float64)
vector = a + b
cosine = a @ vector / (np.linalg.norm(a) * np.linalg.norm(vector))
${scoring({ metric: "cosine" })}
nearest = int(np.argmax(score))
${SHOW}
print(f"token {show(token)!r}, ID {token}, at position {position}")
print(f"length of wte[token]       {np.linalg.norm(a):.6f}")
print(f"length of wpe[position]    {np.linalg.norm(b):.6f}")
print(f"length of the sum          {np.linalg.norm(vector):.6f}")
print(f"angle from wte[token]      {np.degrees(np.arccos(cosine)):.2f} degrees")
print(f"nearest token of the sum   {show(nearest)!r}, ID {nearest}, cosine {np.float32(score[nearest]):.6f}")
`,
  }),
  compare: ({ text, text2 }) => ({
    title: "Two texts, token by token: the same row, another sum.",
    body: `texts = [
    ${pythonString(text)},
    ${pythonString(text2)},
]
${SHOW}
first, second = (encoding.encode_ordinary(text) for text in texts)
for p, token in enumerate(first[: len(wpe)]):
    for q in [q for q, other in enumerate(second[: len(wpe)]) if other == token]:
        a, b = wte[token] + wpe[p], wte[token] + wpe[q]  # (n_embd,)
        print(
            f"{show(token)!r}, ID {token}: the same row at {p} and {q}; "
            f"the sums are {np.linalg.norm(a.astype(np.float64) - b):.6f} apart"
        )
`,
  }),
};

/**
 * A complete program that prints the numbers of a view, the same digits; null for a view that is not the table's.
 * @param {string} kind
 * @param {any} state
 * @param {Data} data
 * @returns {Promise<string | null>}
 */
export const toPython = async (kind, state, data) => {
  const program = Object.hasOwn(PROGRAMS, kind) ? PROGRAMS[kind](state) : null;
  if (!program) return null;
  const { header, loading } = data.manifest.python;
  const uses = (/** @type {string} */ name) => new RegExp(`\\b${name}\\b`).test(program.body);
  let lines = loading.split("\n");
  if (!uses("wpe")) lines = lines.filter((line) => !line.includes("wpe = "));
  const shown = data.kind === "gpt2" ? "" : `# The dashboard that this was copied from shows ${data.label}; the program loads GPT-2's tables.\n`;
  return `${header}"""${program.title}"""\n\n${lines.join("\n")}\n${shown}${program.body.replace(/\n{3,}/g, "\n\n")}`;
};
