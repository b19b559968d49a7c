// Scores of one vector with every row, as certain as the table allows: exact from rows, with bounds from codes.

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** @param {ArrayLike<number>} a */
export const norm = (a) => Math.sqrt(dot(a, a));

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const cosine = (a, b) => {
  const scale = norm(a) * norm(b);
  return scale > 0 ? dot(a, b) / scale : 0;
};

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const distance = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
};

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const minus = (a, b) => Float64Array.from(a, (value, i) => value - b[i]);

/** The float32 sum, as numpy makes it. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const plus = (a, b) => Float32Array.from(a, (value, i) => value + b[i]);

/**
 * How near a row is to the query, greater is nearer: as scripts.geometry scores, in double precision.
 * @param {ArrayLike<number>} row
 * @param {ArrayLike<number>} query
 * @param {Ranking} ranking
 * @param {Float64Array} mean
 */
export const score = (row, query, { metric, centred }, mean) => {
  if (metric === "euclidean") return -distance(row, query);
  const [a, b] = centred ? [minus(row, mean), minus(query, mean)] : [row, query];
  return metric === "dot" ? dot(a, b) : cosine(a, b);
};

/** All rows as they are. */
export class Rows {
  /** @param {Float32Array} rows @param {Float64Array} mean */
  constructor(rows, mean) {
    this.rows = rows;
    this.mean = mean;
    this.d = mean.length;
    this.n = rows.length / this.d;
  }

  /** @param {ArrayLike<number>} query @param {Ranking} ranking @returns {Scores} */
  scores(query, ranking) {
    const out = new Float64Array(this.n);
    for (let i = 0; i < this.n; i++) out[i] = score(this.rows.subarray(i * this.d, (i + 1) * this.d), query, ranking, this.mean);
    return { score: out, slack: null };
  }
}

const CODE_MIDDLE = 127.5;
const ROUNDING = 1e-6; // of a score: lengths are kept as float32

/**
 * Every row of codes times `w`.  A function of its own, so that the browser compiles this loop, where all the time goes, by
 * itself; eight rows at once, whose sums need not wait for one another.
 * @param {Int8Array} codes
 * @param {Float64Array} w
 * @param {number} n
 */
const timesCodes = (codes, w, n) => {
  const d = w.length;
  const out = new Float64Array(n);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let j = 0, at = i * d; j < d; j++, at++) {
      const x = w[j];
      s0 += x * codes[at];
      s1 += x * codes[at + d];
      s2 += x * codes[at + 2 * d];
      s3 += x * codes[at + 3 * d];
      s4 += x * codes[at + 4 * d];
      s5 += x * codes[at + 5 * d];
      s6 += x * codes[at + 6 * d];
      s7 += x * codes[at + 7 * d];
    }
    out.set([s0, s1, s2, s3, s4, s5, s6, s7], i);
  }
  for (; i < n; i++) for (let j = 0; j < d; j++) out[i] += w[j] * codes[i * d + j];
  return out;
};

/** All rows in codes of 8 bits, or in their first few: row i is about mean + spread * step[i] * (code - 127.5). */
export class Codes {
  /** @param {{n: number, d: number, bits: number, facts: Float32Array, mean: Float64Array}} about facts: spread, step, error, |x|, |x - mean| */
  constructor({ n, d, bits, facts, mean }) {
    this.n = n;
    this.d = d;
    this.mean = mean;
    this.spread = facts.subarray(0, d);
    const column = (/** @type {number} */ i) => facts.subarray(d + i * n, d + (i + 1) * n);
    this.step = column(0);
    this.error = column(1);
    this.length = column(2);
    this.centredLength = column(3);
    this.codes = new Int8Array(n * d); // code - 128; the bits that are not there yet are 0
    this.missing = 8 - bits;
    this.fine = false;
  }

  /** The first bits of some codes. @param {Uint8Array} data @param {number} first cell */
  addCoarse(data, first) {
    for (let i = 0; i < data.length; i++) this.codes[first + i] = (data[i] << this.missing) - 128;
  }

  /** The other bits; `fine` once all are there. @param {Uint8Array} data @param {number} first cell */
  addFine(data, first) {
    for (let i = 0; i < data.length; i++) this.codes[first + i] |= data[i];
  }

  /** @param {ArrayLike<number>} query @param {Ranking} ranking @returns {Scores} */
  scores(query, { metric, centred }) {
    const { n, d, codes, spread, step, error, mean } = this;
    const low = this.fine ? 0 : (1 << this.missing) - 1;
    const away = metric === "euclidean" || centred;
    const v = away ? minus(query, mean) : Float64Array.from(query);
    const w = v.map((value, j) => value * spread[j]);
    let constant = 0;
    for (let j = 0; j < d; j++) constant += w[j];
    constant *= low / 2 + 128 - CODE_MIDDLE;
    const size = norm(v);
    const more = (norm(spread) * low) / 2; // a code without its low bits is off by no more than half of what they can say
    const shift = away ? 0 : dot(mean, v);
    const lengths = centred ? this.centredLength : this.length;
    const out = new Float64Array(n);
    const slack = new Float64Array(n);
    const products = timesCodes(codes, w, n);
    for (let i = 0; i < n; i++) {
      const product = step[i] * (products[i] + constant) + shift;
      const off = size * (error[i] + step[i] * more);
      if (metric === "dot") {
        out[i] = product;
        slack[i] = off + ROUNDING * size * lengths[i];
      } else if (metric === "cosine") {
        const scale = size * lengths[i];
        out[i] = scale > 0 ? product / scale : 0;
        slack[i] = scale > 0 ? off / scale + ROUNDING : 0;
      } else {
        const squares = this.centredLength[i] ** 2 + size * size;
        const squared = Math.max(squares - 2 * product, 0);
        out[i] = -Math.sqrt(squared);
        const room = 2 * off + ROUNDING * squares;
        // distances between the roots of squared - room and squared + room
        slack[i] = squared > room ? Math.sqrt(squared) - Math.sqrt(squared - room) : Math.sqrt(squared + room);
      }
    }
    return { score: out, slack };
  }
}

/**
 * IDs of the k greatest, greatest first, equal ones by the lower ID.
 * @param {ArrayLike<number>} scores
 * @param {number} k
 * @param {ReadonlySet<number>} [without]
 */
export const top = (scores, k, without = new Set()) => {
  /** @type {number[]} */
  const ids = [];
  let floor = -Infinity;
  for (let i = 0; i < scores.length && k > 0; i++) {
    const one = scores[i];
    if (!(one > floor || ids.length < k) || without.has(i)) continue;
    let low = 0;
    for (let high = ids.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (scores[ids[middle]] >= one) low = middle + 1;
      else high = middle;
    }
    ids.splice(low, 0, i);
    if (ids.length > k) ids.pop();
    if (ids.length === k) floor = scores[ids[k - 1]];
  }
  return ids;
};

/**
 * The k best by what is known, and every row that can be among the true k best.
 * @param {Scores} scores
 * @param {number} k
 * @param {ReadonlySet<number>} without
 */
export const best = ({ score: all, slack }, k, without) => {
  const ids = top(all, k, without);
  const scores = ids.map((id) => all[id]);
  if (!slack) return { ids, scores, open: null };
  const least = all.map((one, i) => one - slack[i]);
  const sure = top(least, k, without);
  const floor = sure.length < k ? -Infinity : least[sure[k - 1]];
  const open = [];
  for (let i = 0; i < all.length; i++) if (all[i] + slack[i] >= floor && !without.has(i)) open.push(i);
  return { ids, scores, open };
};

/**
 * Where a row stands whose true score is `exact`.
 * @param {Scores} scores
 * @param {number} id
 * @param {number} exact
 * @param {ReadonlySet<number>} without
 */
export const place = ({ score: all, slack }, id, exact, without) => {
  let ahead = 0;
  let about = 0;
  const open = [];
  for (let i = 0; i < all.length; i++) {
    if (i === id || without.has(i)) continue;
    const room = slack ? slack[i] : 0;
    if (all[i] > exact || (all[i] === exact && i < id)) about++;
    if (!slack) continue;
    if (all[i] - room > exact) ahead++;
    else if (all[i] + room >= exact) open.push(i);
  }
  return slack ? { ahead, about, open } : { ahead: about, about, open };
};
