// What passes between the dashboard's modules.  The type checker alone reads this (`npm run types` in tests/dashboard), no browser.

type Data = import("./data.js").Data;
type Tokenizer = import("./tokenizer.js").Tokenizer;
type Search = import("./search.js").Search;

type Token = { id: number; bytes: Uint8Array };
/** cut: where the text goes on that the limit has left out, in UTF-16 units; null if there is none */
type Tokens = Token[] & { cut: number | null };
type TokenizerRecord = { bytes: number[]; merges: number; end: string; classes: Record<"letter" | "number" | "space", number[]>; pairs: Uint8Array };

// -- the state: what an address says ----------------------------------------------------------------------------------

type Metric = "cosine" | "dot" | "euclidean";
type Ranking = { metric: Metric; centred: boolean };
type Term = { weight: number; id: number };
type State = Ranking & {
  text: string;
  /** which of the text's tokens, from 0 */
  token: number;
  tab: string;
  exact: boolean;
  /** the position; null is the token's own place */
  p: number | null;
  /** whose nearest rows */
  of: string;
  /** near-copies */
  fold: boolean;
  /** one that was pasted */
  vector: Float32Array | null;
  /** of the arithmetic */
  terms: Term[];
  /** the ID whose rank is asked for */
  expected: number | null;
  text2: string;
  /** which snapshot of the training; null is the last */
  step: number | null;
};
type Limits = { nVocab?: number; nCtx?: number; nEmbd?: number };

// -- the data: what the manifest says ---------------------------------------------------------------------------------

type Entry = { file: string; bytes: number; sha256: string; encoding?: "deflate" };
/** A table in shards; a long index is in shards too. */
type Sharded = { index: Entry | Sharded; shards: number; bytes: number; per: number; encoding?: "deflate" };
type Manifest = {
  format: number;
  label: string;
  kind: "gpt2" | "tiny" | "unverified";
  n_vocab: number;
  n_embd: number;
  n_ctx: number;
  python: { header: string; loading: string };
  parts: Record<"rows" | "positions" | "coarse" | "fine", Sharded> &
    Record<"tokenizer" | "mean" | "training", Entry> & {
      neighbours: Sharded & { k: number; rankings: string[]; id_bytes: 2 | 4 };
      search: { small: boolean; bits: number; recall: number; recall_over: number; exact_rows: number; facts: Entry };
    };
};
type Snapshots = { label: string; words: string[]; groups: string[]; steps: number[]; loss: number[]; coordinates: [number, number][][]; share: number[] };
type Progress = { bytes: number; of: number };
type LoadOptions = { signal?: AbortSignal; onProgress?: (progress: Progress) => void };

// -- the search -------------------------------------------------------------------------------------------------------

/** slack: how far each score may be off, null if none is */
type Scores = { score: Float64Array; slack: Float64Array | null };
type Options = Partial<Ranking> & { without?: number[]; exact?: boolean; most?: number } & LoadOptions;
type Found = { ids: ArrayLike<number>; scores: ArrayLike<number>; exact: boolean; needs?: number };
/** from and to are certain; equal if the rank is */
type Place = { id: number; rank: number; from: number; to: number };
type Message =
  | { type: "rows"; rows: Float32Array; mean: Float64Array }
  | { type: "codes"; n: number; d: number; bits: number; facts: Float32Array; mean: Float64Array }
  | { type: "coarse" | "fine"; data: Uint8Array; first: number }
  | { type: "refined" }
  | { type: "best"; query: ArrayLike<number>; ranking: Ranking; k: number; without: number[] }
  | { type: "places"; query: ArrayLike<number>; ranking: Ranking; of: { id: number; score: number }[]; without: number[] };

// -- the views --------------------------------------------------------------------------------------------------------

/** What every view is given. */
type App = {
  data: Data;
  tokenizer: Tokenizer;
  readonly search: Search;
  state: State;
  /** of the text */
  tokens: Tokens;
  /** to load a large table */
  agreed?: boolean;
  /** bytes that an exact search may load, if the reader has said */
  most?: number;
  set: (change: Partial<State>, options?: { push?: boolean; typed?: boolean }) => void;
  announce: (text: string) => void;
};
/** The promise of an update, if any, is of its first sight. */
type View = { root: HTMLElement; update: (state: State) => unknown };
type Strip = {
  /** before its number in the equation: "", "+", "=" … */
  sign: string;
  /** one or two words */
  name: string;
  /** as it stands above the strip */
  title: string | Node;
  values: ArrayLike<number>;
};

/** What stands in an element: nothing for null and false, lists as if their members were given. */
type Child = Node | string | number | null | undefined | false | Child[];
type Attributes = { [K in keyof GlobalEventHandlersEventMap as `on${K}`]?: (event: GlobalEventHandlersEventMap[K]) => unknown } & { [name: string]: unknown };
type El = <K extends keyof HTMLElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]) => HTMLElementTagNameMap[K];
type Svg = <K extends keyof SVGElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]) => SVGElementTagNameMap[K];
