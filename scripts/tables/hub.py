"""The hub, through ``huggingface_hub``: what a file is, and only the bytes of it that are wanted.

Address, token, proxies and offline mode are ``huggingface_hub``'s own.  What it has no function for is to fetch a part of
a file: its ``hf_hub_download`` takes whole files, and its ``parse_safetensors_file_metadata`` reads the whole body if a
server ignores ``Range``.  So the ranges are asked for here, with its client, its headers and its error classes.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from scripts.tables.cache import Say, say_on_stderr
from scripts.tables.pinned import FilePin, Pins
from scripts.tables.safetensors_file import LONGEST_HEADER, PREFIX, Span, header_length, parse_header
from scripts.tables.values import TablesError

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
FIRST_LOOK = 16_384  # bytes; GPT-2's header fits, so one request is enough
PROGRESS = 65_536  # a try that got so many bytes was worth it: the count of tries starts again
RETRIED = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)


class HubUnreachableError(TablesError):
    """There is no hub to ask: no network, a firewall, offline mode.  ``auto`` then takes TinyGPT."""


class _AgainError(Exception):
    """This try failed; another one may not."""

    def __init__(self, why: str, after: float | None = None, *, connected: bool = True):
        super().__init__(why)
        self.after = after  # seconds that the server asks to wait
        self.connected = connected


@dataclass(frozen=True)
class Patience:
    """How long to wait for what."""

    pauses: Sequence[float] = (1, 2, 4, 8, 16)  # seconds between tries that got nothing
    unreached: int = 2  # pauses spent on a server that cannot even be connected to
    longest: float = 300  # seconds that a server may ask to wait
    probe: float | None = None  # seconds after which a hub that says nothing is taken for unreachable
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Remote:
    """A file on the hub."""

    name: str
    url: str
    size: int
    etag: str  # for a large file its sha256


@dataclass
class Hub:
    """One repository at one revision.

    Every method raises ``HubUnreachableError`` if there is nothing to connect to, and ``TablesError`` if the hub goes on failing
    after the last try; both name the address.
    """

    pins: Pins
    patience: Patience = field(default_factory=Patience)
    say: Say = say_on_stderr

    @property
    def endpoint(self) -> str:
        """The address that ``HF_ENDPOINT`` names, or the public hub's."""
        from huggingface_hub import constants

        return constants.ENDPOINT

    def url(self, name: str) -> str:
        """Address of a file at the pinned revision."""
        from huggingface_hub import hf_hub_url

        return hf_hub_url(self.pins.repo, name, revision=self.pins.revision)

    def describe(self, name: str) -> Remote:
        """Size and ETag of a file: one HEAD request.  The first to be asked, so it is what finds the hub unreachable."""
        if self.patience.probe is None:
            return self._retrying(name, lambda: self._head(name))
        probe = self.patience.probe
        first = _within(probe, lambda: self._try(lambda: self._head(name)))
        if first is None:
            raise HubUnreachableError(f"{self.endpoint} did not answer within {probe:g} s")
        if isinstance(first, Remote):
            return first
        if not first.connected:
            raise HubUnreachableError(f"{self.endpoint} cannot be reached: {first}")
        return self._retrying(name, lambda: self._head(name), failed=first)

    def _try(self, call: Callable[[], T]) -> T | _AgainError:
        try:
            return call()
        except _AgainError as e:
            return e

    def _head(self, name: str) -> Remote:
        from huggingface_hub import constants, get_hf_file_metadata

        url = self.url(name)
        with self._errors(url):
            found = get_hf_file_metadata(url, timeout=constants.HF_HUB_ETAG_TIMEOUT)
        if not (found.commit_hash and found.etag and found.size is not None):
            raise HubUnreachableError(
                f"{url} answers, but not as a hub does (no commit, ETag or size): "
                "perhaps a login page of the network, or HF_ENDPOINT names another server"
            )
        return Remote(name, url, found.size, found.etag)

    def header(self, remote: Remote) -> dict[str, Span]:
        """The tensors of a remote safetensors file; reads its header and at most 16 kB more."""
        raw = self.span(remote, 0, min(FIRST_LOOK, remote.size))
        length = header_length(raw, remote.url, remote.size)
        if PREFIX + length > len(raw):
            raw += self.span(remote, len(raw), PREFIX + length)
        return parse_header(raw[PREFIX : PREFIX + length], remote.url, remote.size)

    def span(self, remote: Remote, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end`` of a file, at most a megabyte or so."""
        assert end - start <= LONGEST_HEADER + PREFIX
        return self._retrying(remote.name, lambda: b"".join(self.stream(remote, start, end)))

    def whole(self, pin: FilePin) -> bytes:
        """A small file, whole.  Stops reading where it becomes longer than it should be."""

        def get() -> bytes:
            url, got = self.url(pin.name), bytearray()
            with self._response(url, {}) as response:
                for chunk in response.iter_bytes():
                    got += chunk
                    if len(got) > pin.size:
                        break
            return bytes(got)

        return self._retrying(pin.name, get)

    def copy(
        self, remote: Remote, start: int, end: int, take: Callable[[bytes], None], kept: Callable[[], str]
    ) -> None:
        """Give bytes ``start`` to ``end`` of a file to ``take``, in order, going on where a connection was cut.

        Args:
            remote: the file.
            start: first byte wanted.
            end: the byte after the last.
            take: is given each piece once.
            kept: what an error should say of the bytes that are here already.
        """
        at, tag = start, ""

        def once() -> None:
            nonlocal at, tag
            begun = at
            for piece in self.stream(remote, at, end, lambda etag: check(etag)):
                take(piece)
                at += len(piece)
                if at - begun >= PROGRESS:
                    tries.forget()

        def check(etag: str) -> None:
            nonlocal tag
            if tag and etag != tag:
                raise TablesError(f"{remote.url} changed while it was fetched. Run the command again.")
            tag = etag

        tries = _Tries(self, remote.name, kept)
        while at < end:
            try:
                once()
            except _AgainError as e:
                tries.failed(e)

    def stream(
        self, remote: Remote, start: int, end: int, seen: Callable[[str], None] = lambda etag: None
    ) -> Iterator[bytes]:
        """One request for bytes ``start`` to ``end``; yields them, or raises ``_AgainError`` where it breaks off.

        A server that ignores ``Range`` sends the file from its start: what is before is read and thrown away.
        """
        wanted = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
        with self._response(remote.url, wanted) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise TablesError(f"{remote.url} is sent compressed, though its plain bytes were asked for")
            seen(response.headers.get("ETag", ""))
            at = 0
            if response.status_code == 206:
                said = response.headers.get("Content-Range", "")
                if not said.startswith(f"bytes {start}-") or said.rpartition("/")[2] not in (
                    "*",
                    str(remote.size),
                ):
                    raise _AgainError(
                        f"asked for bytes {start}-{end - 1} of {remote.size}, was sent {said!r}"
                    )
                at = start
            for chunk in response.iter_raw():
                piece = chunk[max(0, start - at) : max(0, end - at)]
                at += len(chunk)
                if piece:
                    yield piece
                if at >= end:
                    return
            raise _AgainError(f"the body ended {end - max(at, start):,} bytes early")

    @contextmanager
    def _response(self, url: str, headers: dict[str, str]) -> Iterator[httpx2.Response]:
        from huggingface_hub import constants, get_session
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

        # The client follows redirects, and drops the token where one leads to another origin.  Its own default is to
        # wait for ever, so the time limit has to be given.
        limit = float(constants.HF_HUB_DOWNLOAD_TIMEOUT)
        with (
            self._errors(url),
            get_session().stream(
                "GET", url, headers=build_hf_headers(headers=headers), timeout=limit
            ) as response,
        ):
            hf_raise_for_status(response)
            yield response

    @contextmanager
    def _errors(self, url: str) -> Iterator[None]:
        import httpx2
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

        try:
            yield
        except OfflineModeIsEnabled:
            raise HubUnreachableError(f"{self.endpoint} is not asked: HF_HUB_OFFLINE is set") from None
        except HfHubHTTPError as e:
            status = e.response.status_code
            if status in RETRIED:
                raise _AgainError(f"HTTP {status}", _asked_to_wait(e.response)) from e
            hints = {
                401: " (is HF_TOKEN a valid token? this repository is public and needs none)",
                403: " (HF_TOKEN without leave, or a filter on the way)",
                404: " (does HF_ENDPOINT name a hub that has this repository?)",
            }
            raise TablesError(f"{url} answers HTTP {status}{hints.get(status, '')}") from e
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as e:
            raise _AgainError(str(e) or type(e).__name__, connected=False) from e
        except httpx2.TimeoutException as e:
            raise _AgainError("it stopped answering") from e
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as e:
            raise _AgainError(f"connection cut ({e or type(e).__name__})") from e
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as e:
            raise TablesError(f"{url} cannot be asked for: {e}. Is HF_ENDPOINT an address?") from e

    def _retrying(self, what: str, call: Callable[[], T], failed: _AgainError | None = None) -> T:
        tries = _Tries(self, what, lambda: "nothing of it is kept")
        if failed:
            tries.failed(failed)
        while True:
            try:
                return call()
            except _AgainError as e:
                tries.failed(e)


class _Tries:
    """Counts tries that got nothing, and waits longer after each."""

    def __init__(self, hub: Hub, what: str, kept: Callable[[], str]):
        self.hub, self.what, self.kept, self.count, self.reached = hub, what, kept, 0, False

    def forget(self) -> None:
        self.count, self.reached = 0, True

    def failed(self, why: _AgainError) -> None:
        patience = self.hub.patience
        self.reached |= why.connected
        allowed = len(patience.pauses) if self.reached else min(patience.unreached, len(patience.pauses))
        where = f"{self.what} from {self.hub.endpoint}"
        if not self.reached and self.count >= allowed:
            raise HubUnreachableError(f"{self.hub.endpoint} cannot be reached: {why}")
        if self.count >= allowed:
            raise TablesError(f"{where}: {why}, and so {self.count + 1} times in a row; {self.kept()}.")
        if why.after is not None and why.after > patience.longest:
            raise TablesError(f"{where}: {why}, come back in {why.after:,.0f} s; {self.kept()}.")
        pause = patience.pauses[self.count]
        pause = pause * random.uniform(1, 1.25) if why.after is None else max(why.after, pause)
        self.count += 1
        self.hub.say(f"{where}: {why}; trying again in {pause:.0f} s ({self.count} of {allowed})")
        patience.sleep(pause)


def _asked_to_wait(response: httpx2.Response) -> float | None:
    """Seconds, from ``Retry-After`` (a count or a date) or the hub's own rate-limit header."""
    from email.utils import parsedate_to_datetime

    from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

    said = response.headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    if said:
        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except ValueError:
            pass
    limit = parse_ratelimit_headers(response.headers) if response.status_code == 429 else None
    return float(limit.reset_in_seconds) if limit and limit.remaining == 0 else None


def _within(seconds: float, call: Callable[[], T]) -> T | None:
    """What ``call`` returns or raises, or None after ``seconds``.

    A thread, because neither a name server that keeps silent nor a host with eight silent addresses is held to the
    client's own time limit.
    """
    result: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            result.append(call())
        except BaseException as e:
            raised.append(e)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    return result[0] if result else None
