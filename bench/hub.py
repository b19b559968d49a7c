"""A hub on loopback with a model file of GPT-2's size and layout: ``python -m bench.hub FOLDER [--rate BYTES]``.

Without a folder of its own it makes one: all 160 tensors by name and shape, the two tables of random numbers (or GPT-2's
own where they are at hand), the rest zeros, which take no room on disk.  The tokenizer's files have to be GPT-2's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import numpy as np

BIG, SMALL = "model.safetensors", ("merges.txt", "vocab.json")
PIECE = 1 << 18


@dataclass(frozen=True)
class ModelFiles:
    """The folder that is served; None if there is none, and then ``why`` says why."""

    folder: Path | None
    why: str = ""


def find_or_make(given: Path | None, own: Path) -> ModelFiles:
    """``given`` if it has the three files, else ``own``, filled."""
    if given:
        lacking = [name for name in (BIG, *SMALL) if not (given / name).is_file()]
        return ModelFiles(None, f"{given} has no {lacking[0]}") if lacking else ModelFiles(given)
    from scripts.tables.cache import Places, sha256_of_file
    from scripts.tables.pinned import GPT2

    places = Places.of(GPT2)
    own.mkdir(parents=True, exist_ok=True)
    for pin in (GPT2.merges, GPT2.vocab):
        for source in (own, *places.snapshots, places.own):
            file = source / pin.name
            if file.is_file() and sha256_of_file(file) == pin.sha256:
                (own / pin.name).write_bytes(file.read_bytes())
                break
        else:
            return ModelFiles(
                None,
                f"GPT-2's {pin.name} is not at hand: `python -m scripts fetch` gets it, or give --hub FOLDER",
            )
    if not (own / BIG).is_file():
        at_hand = next((f / BIG for f in (*places.snapshots, places.own) if (f / BIG).is_file()), None)
        _make(own / BIG, at_hand)
    return ModelFiles(own)


def _shapes() -> dict[str, list[int]]:
    layer = {
        "attn.bias": [1, 1, 1024, 1024],
        "attn.c_attn.bias": [2304],
        "attn.c_attn.weight": [768, 2304],
        "attn.c_proj.bias": [768],
        "attn.c_proj.weight": [768, 768],
        "ln_1.bias": [768],
        "ln_1.weight": [768],
        "ln_2.bias": [768],
        "ln_2.weight": [768],
        "mlp.c_fc.bias": [3072],
        "mlp.c_fc.weight": [768, 3072],
        "mlp.c_proj.bias": [768],
        "mlp.c_proj.weight": [3072, 768],
    }
    named = {f"h.{i}.{name}": shape for i in range(12) for name, shape in layer.items()}
    tables = {"wpe.weight": [1024, 768], "wte.weight": [50257, 768]}
    return dict(sorted((named | {"ln_f.bias": [768], "ln_f.weight": [768]} | tables).items()))


def _make(path: Path, tables_in: Path | None) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in _shapes().items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + 4 * int(np.prod(shape))]}
        end = header[name]["data_offsets"][1]
    text = json.dumps(header, separators=(",", ":")).encode()
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in ("wpe.weight", "wte.weight"):
            file.seek(8 + len(text) + header[name]["data_offsets"][0])
            file.write(_table(name, header[name]["shape"], tables_in))
        file.truncate(8 + len(text) + end)
    beside.replace(path)


def _table(name: str, shape: list[int], tables_in: Path | None) -> bytes:
    if tables_in:
        from safetensors import safe_open

        with safe_open(tables_in, "np") as tensors:
            return bytes(np.asarray(tensors.get_tensor(name), "<f4").tobytes())
    rows = np.random.default_rng(len(name)).standard_normal(shape, dtype=np.float32)
    return (0.14 * rows).astype("<f4").tobytes()


@contextmanager
def serving(folder: Path | None, rate: int = 0) -> Iterator[str]:
    """The hub in a process of its own; gives its address, ends with the block."""
    assert folder, "asked for only where there is one"
    command = [sys.executable, "-m", "bench.hub", str(folder), "--rate", str(rate)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def stats(address: str) -> dict[str, int]:
    """Requests and body bytes so far; asking is not counted."""
    with urllib.request.urlopen(f"{address}/_stats") as answer:  # noqa: S310
        found: dict[str, int] = json.load(answer)
    return found


class Hub(ThreadingHTTPServer):
    """Serves one folder as openai-community/gpt2 at the pinned revision."""

    daemon_threads = True

    def __init__(self, folder: Path, rate: int):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder, self.rate, self.lock = folder, rate, threading.Lock()
        self.stats = {"requests": 0, "body_bytes": 0}
        self.etags = {name: self._etag(folder / name) for name in (BIG, *SMALL)}

    def _etag(self, path: Path) -> str:
        stat = path.stat()
        return hashlib.sha256(f"{stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        from scripts.tables.pinned import GPT2

        hub = cast(Hub, self.server)
        if self.path == "/_stats":
            return self._send(200, json.dumps(hub.stats).encode(), {})
        with hub.lock:
            hub.stats["requests"] += 1
        found = re.fullmatch(rf"/{GPT2.repo}/resolve/{GPT2.revision}/([^/?]+)|/content/([^/?]+)", self.path)
        name = found and (found[1] or found[2])
        if not name or name not in hub.etags:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
        said = {"ETag": f'"{hub.etags[name]}"', "X-Repo-Commit": GPT2.revision, "Accept-Ranges": "bytes"}
        if found and found[1] == BIG:
            size = str((hub.folder / name).stat().st_size)
            where = f"http://localhost:{hub.server_address[1]}/content/{BIG}"
            return self._send(
                302, b"", {**said, "Location": where, "X-Linked-Size": size, "X-Linked-ETag": said["ETag"]}
            )
        return self._content(hub, hub.folder / name, said)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _content(self, hub: Hub, path: Path, headers: dict[str, str]) -> None:
        size = path.stat().st_size
        first, last, status = 0, size - 1, 200
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last, status = int(asked[1]), min(int(asked[2] or size), size - 1), 206
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(last - first + 1)}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        started, sent = time.monotonic(), 0
        with path.open("rb") as file:
            while first + sent <= last:
                piece = min(PIECE, last + 1 - first - sent)
                n = os.sendfile(self.connection.fileno(), file.fileno(), first + sent, piece)
                if not n:
                    self.close_connection = True
                    return
                sent += n
                with hub.lock:
                    hub.stats["body_bytes"] += n
                if hub.rate:
                    time.sleep(max(0.0, sent / hub.rate - (time.monotonic() - started)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rate", type=int, default=0, help="body bytes a second at most")
    arguments = parser.parse_args()
    server = Hub(arguments.folder, arguments.rate)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
