"""A small hub on loopback for the tests: it answers as the public one does, and misbehaves as it is told.

It serves one small model in GPT-2's layout, made here: GPT-2's tensor names, a header of odd length (as the published file
has), other tensors before the two tables, and a tokenizer of 256 bytes, a few merges and the end of text.

    with SmallHub() as hub:
        hub.faults.fail_first = 2
        ...                       # with HF_ENDPOINT=hub.endpoint

``python -m tests.hub`` serves it and prints its address.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import pytest

from scripts.tables import load
from scripts.tables.pinned import FilePin, Pins, RowPin, TablePin
from scripts.tables.tokenizer import vocab_from

REPO = "openai-community/gpt2"
REVISION = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
BIG = "model.safetensors"
CHUNK = 4096
MERGES = "#version: 0.2\nĠ c\na t\nĠc at\nĠ d\no g\nĠd og\nh e\nt he\nĠ the\n".encode()

Array = npt.NDArray[np.float32]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def safetensors(tensors: dict[str, Array], order: tuple[str, ...] = (), pad_to: int | None = None) -> bytes:
    """A safetensors file of ``tensors``, its data in ``order``, its header padded to ``pad_to`` bytes if that is given."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name in order or tuple(tensors):
        raw = tensors[name].astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensors[name].shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text = text.ljust(pad_to or len(text) | 1)
    return struct.pack("<Q", len(text)) + text + data


@dataclass(frozen=True)
class Model:
    """What the hub serves, and what it must be."""

    wte: Array
    wpe: Array
    files: dict[str, bytes]
    pins: Pins


def make_model(
    seed: int = 0, order: tuple[str, ...] = ("h.0.attn.bias", "wpe.weight", "wte.weight")
) -> Model:
    """A model of 266 tokens, 16 positions and 96 dimensions: 102 kB of wte, 6 kB of wpe, and 400 kB of other things."""
    random = np.random.default_rng(seed)
    vocab = vocab_from(MERGES)
    tensors = {
        "h.0.attn.bias": random.normal(size=(1000, 100)).astype(np.float32),
        "wpe.weight": random.normal(size=(16, 96)).astype(np.float32),
        "wte.weight": random.normal(size=(len(json.loads(vocab)), 96)).astype(np.float32),
    }
    big = safetensors(tensors, order)
    wte, wpe = tensors["wte.weight"], tensors["wpe.weight"]

    return Model(
        wte, wpe, {BIG: big, "vocab.json": vocab, "merges.txt": MERGES}, _pins(wte, wpe, big, vocab, MERGES)
    )


def tiny_as_gpt2() -> Model:
    """TinyGPT's artefact, served as if it were GPT-2: words that the pages' programs know, in a small file."""
    tables = load("tiny")
    texts = [(tables.files / name).read_bytes() for name in ("vocab.json", "merges.txt")]
    wte, wpe = np.array(tables.wte), np.array(tables.wpe)
    big = safetensors({"h.0.attn.bias": np.zeros((16, 16), np.float32), "wpe.weight": wpe, "wte.weight": wte})
    files = {BIG: big, "vocab.json": texts[0], "merges.txt": texts[1]}
    return Model(wte, wpe, files, _pins(wte, wpe, big, *texts))


def _pins(wte: Array, wpe: Array, big: bytes, vocab: bytes, merges: bytes) -> Pins:
    def table(name: str, values: Array) -> TablePin:
        return TablePin(name, (values.shape[0], values.shape[1]), sha256(values.tobytes()))

    def row(values: Array, at: int) -> RowPin:
        head, tail = (tuple(float(v) for v in part) for part in (values[at, :3], values[at, -3:]))
        return RowPin(at, head, tail, 1e-6)

    return Pins(
        model="gpt2",
        name="GPT-2 small",
        repo=REPO,
        also_cached_as=("gpt2",),
        revision=REVISION,
        file=FilePin(BIG, len(big), sha256(big)),
        wte=table("wte.weight", wte),
        wpe=table("wpe.weight", wpe),
        vocab=FilePin("vocab.json", len(vocab), sha256(vocab)),
        merges=FilePin("merges.txt", len(merges), sha256(merges)),
        rows={"wte.weight": (row(wte, 0), row(wte, 5)), "wpe.weight": (row(wpe, 1),)},
    )


@dataclass
class Faults:
    """What goes wrong.  Counts are used up as they happen."""

    fail_first: int = 0  # so many content requests answer `status`
    fail_heads: int = 0  # so many HEAD requests do
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)  # with such an answer
    drop_after: int | None = None  # bytes of a body
    drop_times: float = float("inf")
    no_range: bool = False
    wrong_range: int = 0  # so many answers say other bytes than were asked for
    flip: dict[str, int] = field(default_factory=dict)  # by file, a byte that is wrong
    flip_times: float = float("inf")  # bodies with it
    stall: int = 0  # so many bodies stop half-way, and the connection stays open
    silent: bool = False  # HEAD is never answered
    page: bool = False  # every answer is a web page: the login of a network
    missing: bool = False
    redirect: bool = True
    etag: str | None = None  # of the large file
    pause: float = 0.0  # seconds between chunks


@dataclass(frozen=True)
class Seen:
    """A request."""

    method: str
    path: str
    host: str
    range: str | None
    authorization: str | None


class SmallHub(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, model: Model | None = None, port: int = 0):
        super().__init__(("127.0.0.1", port), Answer)
        self.model = model or make_model()
        self.files = dict(self.model.files)
        self.faults = Faults()
        self.lock = threading.Lock()
        self.seen: list[Seen] = []
        self.body_bytes = 0
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        """Count requests and bytes from here on."""
        with self.lock:
            self.seen, self.body_bytes = [], 0

    def spend(self, fault: str) -> bool:
        """Whether a counted fault happens now."""
        with self.lock:
            left = getattr(self.faults, fault)
            if left > 0:
                setattr(self.faults, fault, left - 1)
            return bool(left > 0)

    def contents(self) -> list[Seen]:
        """The requests for a body."""
        return [seen for seen in self.seen if seen.method == "GET"]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what some tests are about."""


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> SmallHub:
        return cast(SmallHub, self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_HEAD(self) -> None:
        self.route()

    def do_GET(self) -> None:
        self.route()

    def route(self) -> None:
        hub, faults = self.hub, self.hub.faults
        path = re.sub(r"^http://[^/]+", "", self.path).split("?")[0]  # a proxy is asked for whole addresses
        with hub.lock:
            hub.seen.append(
                Seen(
                    self.command,
                    self.path,
                    self.headers.get("Host", ""),
                    self.headers.get("Range"),
                    self.headers.get("Authorization"),
                )
            )
        if faults.page:
            return self.answer(200, b"<html>Welcome to the hotel</html>", {"Content-Type": "text/html"})
        if self.command == "HEAD" and faults.silent:
            hub.over.wait(30)
            self.close_connection = True
            return None
        if self.command == "HEAD" and hub.spend("fail_heads"):
            return self.answer(faults.status, b"", faults.headers)
        found = re.fullmatch(rf"/{REPO}/resolve/({REVISION}|main)/([^/]+)|/content/([^/]+)", path)
        name = found and (found[2] or found[3])
        if faults.missing or not name or name not in hub.files:
            return self.answer(404, b"", {"X-Error-Code": "EntryNotFound"})
        if found and found[2] == BIG and faults.redirect:
            # another host name, as the public hub's content addresses have
            return self.answer(
                302,
                b"",
                {
                    "Location": f"http://localhost:{hub.port}/content/{BIG}",
                    "X-Repo-Commit": REVISION,
                    "X-Linked-Size": str(len(hub.files[BIG])),
                    "X-Linked-ETag": f'"{self.etag(BIG)}"',
                },
            )
        return self.content(name)

    def etag(self, name: str) -> str:
        return (self.hub.faults.etag if name == BIG else None) or sha256(self.hub.files[name])

    def content(self, name: str) -> None:
        hub, faults = self.hub, self.hub.faults
        if self.command == "GET" and hub.spend("fail_first"):
            return self.answer(faults.status, b"{}", faults.headers)
        data = hub.files[name]
        if name in faults.flip and self.command == "GET" and hub.spend("flip_times"):
            at = faults.flip[name] % len(data)
            data = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        headers = {"ETag": f'"{self.etag(name)}"', "X-Repo-Commit": REVISION}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not asked or faults.no_range:
            return self.answer(200, data, headers)
        first, last = int(asked[1]), min(int(asked[2]), len(data) - 1)
        if first >= len(data):
            return self.answer(416, b"", headers)
        shift = 1 if hub.spend("wrong_range") else 0
        headers["Content-Range"] = f"bytes {first + shift}-{last + shift}/{len(data)}"
        return self.answer(206, data[first : last + 1], headers)

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        hub, faults = self.hub, self.hub.faults
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        stalls = bool(body) and status < 300 and hub.spend("stall")
        for at in range(0, len(body), CHUNK):
            if stalls and at >= len(body) // 2:
                hub.over.wait(30)
                break
            if faults.drop_after is not None and at >= faults.drop_after and hub.spend("drop_times"):
                break
            piece = body[at : at + CHUNK]
            self.wfile.write(piece)
            with hub.lock:
                hub.body_bytes += len(piece)
            if faults.pause:
                time.sleep(faults.pause)
        else:
            return
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def ask(monkeypatch: pytest.MonkeyPatch, endpoint: str, cache: Path) -> None:
    """Have huggingface_hub, which reads the environment when it is imported, use this address and this cache."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    for name in ("HF_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


if __name__ == "__main__":
    with SmallHub() as served:
        print(f"HF_ENDPOINT={served.endpoint}", flush=True)
        threading.Event().wait()
