"""A static host for a built site that compresses as real ones do, and counts what a page asks for."""

from __future__ import annotations

import gzip
import mimetypes
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self, cast
from urllib.parse import unquote, urlsplit

COMPRESSED = ("text/", "application/json", "application/javascript", "application/xml", "image/svg")


@cache
def zipped(path: Path) -> bytes:
    """A file's bytes as gzip sends them."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


def kind(path: Path) -> str:
    """Media type by the file's name."""
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def sent(path: Path) -> bytes:
    """What goes over the wire for a file."""
    return zipped(path) if kind(path).startswith(COMPRESSED) else path.read_bytes()


class Host(ThreadingHTTPServer):
    """Serves ``folder`` on loopback while its block runs.

    Attributes:
        asked: every file that was asked for since ``forget``, once.
    """

    daemon_threads = True

    def __init__(self, folder: Path):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder = folder
        self.asked: dict[Path, int] = {}

    @property
    def address(self) -> str:
        """With the slash at its end."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def forget(self) -> None:
        """Count from here on."""
        self.asked = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        host = cast(Host, self.server)
        path = host.folder / unquote(urlsplit(self.path).path).lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file() or ".." in path.parts:
            body, status, headers = b"not found", 404, {"Content-Type": "text/plain"}
        else:
            body, status = sent(path), 200
            host.asked[path] = len(body)
            media = kind(path)
            headers = {
                "Content-Type": media + "; charset=utf-8" * media.startswith("text/"),
                "Cache-Control": "max-age=600",
            }
            if media.startswith(COMPRESSED):
                headers["Content-Encoding"] = "gzip"
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)
