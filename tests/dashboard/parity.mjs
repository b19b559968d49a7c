// What the dashboard's modules answer, for tests/parity.py to hold against Python: one piece for Node and for a browser.

const encoder = new TextEncoder();

/**
 * For every text the number of its IDs, then them.  A text is its length in UTF-16 units, 32 bits, then the units, so that
 * lone surrogates survive.
 */
export const encodeAll = (tokenizer, /** @type {Uint16Array} */ units) => {
  const numbers = [];
  let n = 0;
  for (let at = 0; at < units.length; n++) {
    const length = units[at] + units[at + 1] * 65536;
    let text = "";
    for (let i = at + 2; i < at + 2 + length; i += 4096) text += String.fromCharCode(...units.subarray(i, Math.min(i + 4096, at + 2 + length)));
    at += 2 + length;
    const tokens = tokenizer.encode(text);
    numbers.push(tokens.length);
    for (const { id } of tokens) numbers.push(id);
    if (n % 50 === 0) checkPieces(tokenizer, text, tokens, n);
  }
  return Int32Array.from(numbers);
};

/** The bytes add up, and what a limit leaves out begins after the characters that are whole before it. */
const checkPieces = (tokenizer, text, tokens, n) => {
  const bytes = tokens.flatMap((token) => [...token.bytes]);
  const wanted = encoder.encode(text);
  if (bytes.length !== wanted.length || wanted.some((byte, i) => byte !== bytes[i])) throw new Error(`bytes of string ${n}`);
  if (tokens.cut !== null) throw new Error(`string ${n} is cut`);
  for (let limit = 0; limit < Math.min(tokens.length, 20); limit++) {
    const { cut, length } = tokenizer.encode(text, limit);
    const kept = tokens.slice(0, limit).reduce((sum, token) => sum + token.bytes.length, 0);
    const [before, after] = [text.slice(0, cut), text.slice(0, cut + [...text.slice(cut)][0].length)].map((part) => encoder.encode(part).length);
    if (length !== limit || before > kept || after <= kept) throw new Error(`string ${n} cut at ${limit}`);
  }
};

/** Answers to questions: rows, lists made at the build, searches, ranks.  `shown` are the scores as the dashboard writes them. */
export const answerAll = async (questions, data, search, number) => {
  const out = [];
  for (const { vector, neighboursOf, searchOf, row, position, ids, ...options } of questions) {
    if (row !== undefined) out.push([...(await data.row(row))]);
    else if (position !== undefined) out.push([...(await data.position(position))]);
    else if (ids) out.push(await search.ranks(vector, { ids, ...options }));
    else {
      const found =
        neighboursOf !== undefined
          ? { ...(await data.neighbours(neighboursOf, options)), exact: true }
          : await search.query(searchOf === undefined ? vector : await data.row(searchOf), options);
      const scores = [...found.scores];
      out.push({ ids: [...found.ids], scores, exact: found.exact, shown: scores.map((score) => number(score)) });
    }
  }
  return out;
};
