"""The data that the dashboard reads in the browser: one manifest, and files named by their content.

A table is cut into shards small enough that a reader loads only what is looked at.  Each shard is named by the first 16
digits of its sha256, so that it can be kept for ever and two builds never mix; the shards' digests stand in an index,
eight bytes each, and the browser checks what it gets against them.  A long index is cut into shards itself.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scripts import geometry, labels, programs, rankings, words
from scripts.build import Artefact, BuildError, Files, Stream, environment, fingerprint, sources
from scripts.paths import FRAGMENTS, GENERATED

if TYPE_CHECKING:
    import tiktoken

    from scripts.tables import Provenance, Tables

FORMAT = 2
FOLDER = GENERATED / "dashboard"
PARTS = FRAGMENTS / "dashboard"

#: Bytes of a shard: 8 rows of GPT-2, any of which may be asked for; 8 positions, which are asked for from the first on.
SHARD = {"rows": 24 * 1024, "positions": 24 * 1024}
INDEX, PAGE = 2048, 512  # bytes: an index that is longer is cut into shards of a page each
NEIGHBOURS, PER_SHARD = 32, 64
SMALL = 4 << 20  # bytes; a table no larger is searched by its rows, and needs no compact one
CODES_PER_SHARD = 4096
LEVELS = (4, 5, 6)  # bits of the compact table, of which the first that is good enough is taken
RECALL = 0.96  # recall@10 that it has to reach in the worst of five rankings
RECALL_OVER = 2048  # tokens that it is measured over
PROBE = 512  # of them, to choose the level by

Record = dict[str, Any]
Codes = npt.NDArray[np.uint8]


# -- files named by their content --------------------------------------------------------------------------------------


def named(name: str, data: bytes, suffix: str = "bin") -> Path:
    """The path of a file of the site, by its content."""
    return FOLDER / f"{name}.{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"


def entry(path: Path, data: bytes, **more: object) -> Record:
    """What the manifest says of a file."""
    file = path.relative_to(FOLDER).as_posix()
    return {"file": file, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}


def sharded(name: str, shards: Iterator[bytes], **more: object) -> Iterator[tuple[Path, bytes]]:
    """The files of a table in shards: the shards, their index, and what the manifest says of them all."""
    record = yield from _sharded(name, shards, **more)
    yield part(name, record)


def _sharded(
    name: str, shards: Iterator[bytes], **more: object
) -> Generator[tuple[Path, bytes], None, Record]:
    digests, size = bytearray(), 0
    for number, data in enumerate(shards):
        digests += hashlib.sha256(data).digest()[:8]
        size += len(data)
        yield named(f"{name}/{number}", data), data
    whole = bytes(digests)
    if len(whole) > INDEX:
        pages = (whole[start : start + PAGE] for start in range(0, len(whole), PAGE))
        index = yield from _sharded(f"{name}.index", pages, per=PAGE // 8)
    else:
        yield named(name, whole), whole
        index = entry(named(name, whole), whole)
    return {"index": index, "shards": len(whole) // 8, "bytes": size, **more}


def part(name: str, record: Record) -> tuple[Path, bytes]:
    """A piece of the manifest, kept for it until all pieces are there."""
    return PARTS / f"{name}.json", (json.dumps(record) + "\n").encode()


def deflated(data: bytes, *, search: bool = True) -> bytes:
    """``data`` for the browser's ``DecompressionStream("deflate")``; without ``search`` by Huffman's code alone."""
    strategy = zlib.Z_DEFAULT_STRATEGY if search else zlib.Z_HUFFMAN_ONLY
    packer = zlib.compressobj(9 if search else 1, zlib.DEFLATED, 15, 9, strategy)
    return packer.compress(data) + packer.flush()


# -- the tokenizer -----------------------------------------------------------------------------------------------------

#: What the pattern of GPT-2 tells apart, as its regular expression writes it.
CLASSES = {"letter": r"\p{L}", "number": r"\p{N}", "space": r"\s"}


def ranges(pattern: str) -> list[int]:
    """Code points that tiktoken's own regular expressions mean by ``pattern``: first, past the last, first, past ...

    A browser's idea of Unicode is older or newer; so the classes go with the data, and every browser splits alike.
    """
    import tiktoken

    probe = tiktoken.Encoding(
        "probe", pat_str=pattern, mergeable_ranks={bytes([b]): b for b in range(256)}, special_tokens={}
    )
    points = [*range(0xD800), *range(0xE000, 0x110000)]
    # what no piece of the pattern covers is skipped: what is left are the bytes of the class
    found = bytes(probe.encode_ordinary("".join(map(chr, points)))).decode()
    member = np.zeros(0x110001, np.int8)
    member[[ord(c) for c in found]] = 1
    edges = np.flatnonzero(np.diff(member, prepend=0))
    return [int(edge) for edge in edges]


def tokenizer_file(encoding: tiktoken.Encoding) -> bytes:
    """The tokenizer: a line of JSON, then of every merge the IDs of its two parts, in four planes of bytes.

    The IDs of all tokens follow: 256 bytes in GPT-2's order, a token a merge, the end of text.  The second line of
    defence is here: what the browser will derive is compared with the encoding.

    Raises:
        BuildError: the encoding is not one that its merges give.
    """
    tokens = [encoding.decode_single_token_bytes(i) for i in range(encoding.n_vocab)]
    ids = {token: i for i, token in enumerate(tokens)}
    single = tokens[:256]
    pairs = np.array([_parts(token, ids) for token in tokens[256:-1]], "<u2").reshape(-1, 2)
    derived = list(single)
    for a, b in pairs:
        derived.append(derived[a] + derived[b])
    if derived != tokens[:-1] or sorted(single) != [bytes([b]) for b in range(256)] or len(tokens) > 1 << 16:
        raise BuildError(f"the vocabulary of {encoding.name} does not follow from its merges")
    head = {
        "bytes": [token[0] for token in single],
        "merges": len(pairs),
        "end": tokens[-1].decode(),
        "classes": {name: np.diff(ranges(pattern), prepend=0).tolist() for name, pattern in CLASSES.items()},
    }
    planes = pairs.T.copy().view(np.uint8).reshape(2, -1, 2).transpose(0, 2, 1).tobytes()
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + planes


def _parts(token: bytes, ids: dict[bytes, int]) -> tuple[int, int]:
    """The two tokens that ``token`` is merged from: what its own bytes become if only earlier merges are used."""
    pieces = [token[i : i + 1] for i in range(len(token))]
    while len(pieces) > 2:
        rank = [ids.get(a + b, 1 << 30) for a, b in itertools.pairwise(pieces)]
        at = rank.index(min(rank))
        pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
    return ids[pieces[0]], ids[pieces[1]]


def _tokenizer(tables: Tables) -> Stream:
    data = deflated(tokenizer_file(tables.encoding))
    path = named("tokenizer", data)
    yield path, data
    yield part("tokenizer", entry(path, data, encoding="deflate"))


# -- the tables --------------------------------------------------------------------------------------------------------


def _table(name: str, table: npt.NDArray[np.float32]) -> Stream:
    per = max(1, SHARD[name] // (4 * table.shape[1]))
    cuts = range(0, len(table), per)
    shards = (np.ascontiguousarray(table[start : start + per], "<f4").tobytes() for start in cuts)
    return sharded(name, shards, per=per)


# -- neighbours and search ---------------------------------------------------------------------------------------------


def neighbour_shards(found: dict[str, geometry.AllNeighbours]) -> Iterator[bytes]:
    """Of ``PER_SHARD`` tokens the lists of all rankings: first all IDs, then all scores, each (tokens, 5, k)."""
    n = len(found["cosine"].ids)
    width = "<u2" if n <= 1 << 16 else "<u4"
    for start in range(0, n, PER_SHARD):
        lists = [found[name] for name in rankings.NAMES]
        ids = np.stack([one.ids[start : start + PER_SHARD] for one in lists], axis=1)
        scores = np.stack([one.scores[start : start + PER_SHARD] for one in lists], axis=1)
        yield ids.astype(width).tobytes() + scores.astype("<f4").tobytes()


def _neighbours(tables: Tables) -> Stream:
    wte = tables.wte
    found = rankings.all_rankings(np.asarray(wte), NEIGHBOURS)
    k = found["cosine"].ids.shape[1]
    more: Record = {
        "per": PER_SHARD,
        "k": k,
        "rankings": rankings.NAMES,
        "id_bytes": 2 if len(wte) <= 1 << 16 else 4,
    }
    yield from sharded("neighbours", neighbour_shards(found), **more)
    of = rankings.measures(np.asarray(wte))
    mean = np.asarray(of.mean, "<f8").tobytes()
    yield named("mean", mean), mean
    yield part("mean", entry(named("mean", mean), mean))
    if wte.nbytes <= SMALL:
        yield part("search", {"small": True})
    else:
        yield from _search(np.asarray(wte), of, found)


@dataclass(frozen=True)
class Compact:
    """A table in codes of 8 bits, of which the first few alone are a coarser table.

    Row i is, about, ``mean + spread * step[i] * (codes[i] - 127.5)``.

    Attributes:
        spread: (d,) float32, the standard deviation of each dimension.
        step: (n,) float32.
        codes: (n, d).
        error: (n,) float32, no less than the distance of the row from what its codes say.
    """

    spread: npt.NDArray[np.float32]
    step: npt.NDArray[np.float32]
    codes: Codes
    error: npt.NDArray[np.float32]

    def centred(self, at: slice, bits: int = 8) -> npt.NDArray[np.float32]:
        """The rows at ``at`` without the mean, from the first ``bits`` of their codes: float32."""
        low = (1 << (8 - bits)) - 1
        middle = (self.codes[at] & (0xFF ^ low)).astype(np.float32) + np.float32(low / 2 - 127.5)
        return np.asarray(middle * self.step[at, None] * self.spread, np.float32)


def compact(rows: npt.NDArray[np.float32], of: rankings.Measures) -> Compact:
    """Codes of all rows (n, d), with a bound for the error of each."""
    n, d = rows.shape
    variance = np.zeros(d)
    for start in range(0, n, CODES_PER_SHARD):
        variance += ((rows[start : start + CODES_PER_SHARD] - of.mean) ** 2).sum(axis=0)
    spread = np.sqrt(variance / n).astype("<f4")
    spread[spread == 0] = 1
    out = Compact(spread, np.empty(n, "<f4"), np.empty((n, d), np.uint8), np.empty(n, "<f4"))
    for start in range(0, n, CODES_PER_SHARD):
        at = slice(start, start + CODES_PER_SHARD)
        centred = rows[at] - of.mean
        scaled = centred / spread
        out.step[at] = np.maximum(np.abs(scaled).max(axis=1) / 127.999, 1e-30)
        steps = out.step[at].astype(np.float64)[:, None]
        out.codes[at] = np.clip(np.floor(scaled / steps) + 128, 0, 255)
        wrong = centred - steps * spread.astype(np.float64) * (out.codes[at] - 127.5)
        bound = np.sqrt(np.einsum("nd,nd->n", wrong, wrong)) * (1 + 1e-6)
        out.error[at] = np.nextafter(bound.astype(np.float32), np.float32(np.inf))
    return out


def _search(
    rows: npt.NDArray[np.float32], of: rankings.Measures, found: dict[str, geometry.AllNeighbours]
) -> Stream:
    table = compact(rows, of)
    # a part of the tokens rules out the levels that are not good enough; the one that is taken is measured over all
    for bits in LEVELS:
        few = measure_recall(table, rows, of, found, bits, over=PROBE)[0]
        if min(few.values()) >= RECALL or bits == LEVELS[-1]:
            break
    recall, _ = measure_recall(table, rows, of, found, bits)
    _, left_open = measure_recall(table, rows, of, found, 8, over=PROBE)
    low = (1 << (8 - bits)) - 1

    def shards(codes: Callable[[Codes], Codes]) -> Iterator[bytes]:
        for start in range(0, len(rows), CODES_PER_SHARD):
            some = codes(table.codes[start : start + CODES_PER_SHARD])
            yield deflated(some.tobytes(), search=False)

    more: Record = {"per": CODES_PER_SHARD, "encoding": "deflate"}
    yield from sharded("coarse", shards(lambda codes: codes >> np.uint8(8 - bits)), **more)
    yield from sharded("fine", shards(lambda codes: codes & np.uint8(low)), **more)
    facts = b"".join(
        np.asarray(one, "<f4").tobytes()
        for one in (table.spread, table.step, table.error, of.length, of.centred)
    )
    yield named("facts", facts), facts
    record = {
        "small": False,
        "bits": bits,
        "recall": min(recall.values()),
        "recalls": recall,
        "recall_over": min(RECALL_OVER, len(rows)),
        "exact_rows": left_open,
        "facts": entry(named("facts", facts), facts),
    }
    yield part("search", record)


def measure_recall(
    table: Compact,
    rows: npt.NDArray[np.float32],
    of: rankings.Measures,
    found: dict[str, geometry.AllNeighbours],
    bits: int,
    *,
    k: int = 10,
    over: int = RECALL_OVER,
) -> tuple[dict[str, float], int]:
    """How much of the truth the first ``bits`` show.

    Returns:
        By ranking the recall@k over ``over`` tokens drawn once for all; and how many rows the errors' bounds leave open,
        such that 95 % of the searches have no more (of use with all 8 bits).
    """
    asked = np.random.default_rng(0).permutation(len(rows))[:over]
    query = (rows[asked] - of.mean).astype(np.float32)
    middle, error = float(of.mean @ of.mean), table.error.astype(np.float64)
    best = {name: geometry.Best(len(asked), k, np.zeros(len(asked)), width=100 * k) for name in found}
    left_open = {name: np.zeros(len(asked), int) for name in found}
    everyone, ids = slice(0, len(asked)), np.arange(len(rows))
    for start in range(0, len(rows), 1024):
        at = slice(start, min(start + 1024, len(rows)))
        product = query @ table.centred(at, bits).T
        own = np.flatnonzero((asked >= at.start) & (asked < at.stop))
        product[own, asked[own] - start] = -np.inf
        for name in found:
            score, bound = _estimates(name, product, of, asked, at, middle, error[at])
            if start == 0:
                best[name].open(everyone, score)
            best[name].take(everyone, score, ids[at])
            if bits == 8:
                bound *= 2
                bound += score
                left_open[name] += np.count_nonzero(
                    bound >= found[name].scores[asked, k - 1][:, None], axis=1
                )
    recall = {}
    for name, one in best.items():
        shown = np.sort(one.keys, axis=1)[:, :k] & np.uint64(geometry.LAST)
        hits = (shown[:, :, None].astype(np.int64) == found[name].ids[asked, None, :k]).any(axis=2)
        recall[name] = round(float(hits.mean()), 4)
    return recall, int(np.percentile(np.stack(list(left_open.values())), 95))


def _estimates(
    name: str,
    product: npt.NDArray[np.float32],
    of: rankings.Measures,
    asked: npt.NDArray[np.int64],
    at: slice,
    middle: float,
    error: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Scores from products of rows without the mean, (queries, rows), and how far they may be off by the codes' error."""
    single = np.float32
    if name.startswith("centred"):
        score, size, mine = product, of.centred[at], of.centred[asked]
    else:
        score = (
            product
            + (of.along[at] - middle / 2).astype(single)
            + (of.along[asked] - middle / 2).astype(single)[:, None]
        )
        size, mine = of.length[at], of.length[asked]
    off = (of.centred[asked][:, None] * error).astype(single)
    if name.endswith("cosine"):
        scale = (1 / (mine[:, None] * np.maximum(size, 1e-30))).astype(single)
        return score * scale, off * scale
    if name == "euclidean":
        squared = of.centred[at] ** 2 + of.centred[asked][:, None] ** 2 - 2 * product
        distance = np.sqrt(np.maximum(squared, 1e-12)).astype(single)
        return -distance, off / distance
    return score, off


# -- TinyGPT's training ------------------------------------------------------------------------------------------------


def training() -> Record:
    """The twenty words' places at every snapshot of TinyGPT's training, in the two main directions of the last one."""
    from scripts import tables
    from scripts.tables import tiny

    taken, model = tiny.snapshots(), tables.load("tiny")
    ids = words.ids(model)
    last = taken.wte[-1][ids].astype(np.float64)
    main = geometry.principal_components(last, 2)
    places = (taken.wte[:, ids] - last.mean(axis=0)) @ main.directions.T
    return {
        "label": labels.label(model.provenance),
        "words": list(words.WORDS),
        "groups": [words.GROUP_OF[word] for word in words.WORDS],
        "steps": taken.steps.tolist(),
        "loss": np.round(taken.loss.astype(float), 5).tolist(),
        "coordinates": np.round(places, 6).tolist(),
        "share": np.round(main.share, 6).tolist(),
    }


def _training() -> Stream:
    data = (json.dumps(training(), separators=(",", ":")) + "\n").encode()
    yield named("training", data, "json"), data
    yield part("training", entry(named("training", data, "json"), data))


# -- the manifest ------------------------------------------------------------------------------------------------------

#: The lines with which every program of the dashboard begins, as those on the pages do.
LOADING = """\
import numpy as np
import tiktoken
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wte = tensors.get_tensor("wte.weight")  # ({n_vocab}, {n_embd})
    wpe = tensors.get_tensor("wpe.weight")  # ({n_ctx}, {n_embd})
encoding = tiktoken.get_encoding("gpt2")
"""


def manifest(provenance: Provenance, tables: Tables) -> Files:
    """``manifest.json``: the model, and where each table is.  The one file whose name stays."""

    def parts(name: str) -> Record:
        record: Record = json.loads((PARTS / f"{name}.json").read_bytes())
        return record

    names = ["tokenizer", "rows", "positions", "neighbours", "mean", "search", "training"]
    if not parts("search")["small"]:
        names += ["coarse", "fine"]
    sizes = {"n_vocab": tables.n_vocab, "n_embd": tables.n_embd, "n_ctx": tables.n_ctx}
    record = {
        "format": FORMAT,
        "made_by": "python -m scripts build",
        "label": labels.label(provenance),
        "kind": labels.kind(provenance),
        "model": provenance.model,
        "name": provenance.name,
        "verified": provenance.verified,
        "revision": provenance.revision,
        "wte_sha256": provenance.wte_sha256,
        "wpe_sha256": provenance.wpe_sha256,
        **sizes,
        "python": {"header": programs.header(LOADING), "loading": LOADING.format(**sizes)},
        "parts": {name: parts(name) for name in names},
    }
    return {FOLDER / "manifest.json": (json.dumps(record, separators=(",", ":")) + "\n").encode()}


def artefacts(provenance: Provenance, tables: Callable[[], Tables]) -> list[Artefact]:
    """The parts: tokenizer, rows, positions, neighbours with the search table, training."""
    made_on = labels.identity(provenance)
    made: dict[str, Callable[[], Stream]] = {
        "neighbours": lambda: _neighbours(tables()),
        "tokenizer": lambda: _tokenizer(tables()),
        "rows": lambda: _table("rows", tables().wte),
        "positions": lambda: _table("positions", tables().wpe),
        "training": _training,
    }
    key = functools.partial(fingerprint, "dashboard", made_on, environment(), *sources("scripts.dashboard"))
    return [Artefact(f"dashboard/{name}", key(name), make) for name, make in made.items()]


def index(provenance: Provenance, tables: Callable[[], Tables]) -> list[Artefact]:
    """The manifest; made after the parts."""
    keys = [one.key for one in artefacts(provenance, tables)]
    return [
        Artefact("dashboard/manifest", fingerprint("manifest", *keys), lambda: manifest(provenance, tables()))
    ]
