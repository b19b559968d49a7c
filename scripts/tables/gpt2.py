"""GPT-2's tables: looked for where they may be, fetched where they are not, and refused if they are not GPT-2's."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scripts.tables import cache, pinned
from scripts.tables.cache import Places, Say, say_on_stderr
from scripts.tables.hub import Hub, Patience, Remote
from scripts.tables.part import Part, journal_of
from scripts.tables.pinned import FilePin, Pins
from scripts.tables.progress import megabytes, progress
from scripts.tables.safetensors_file import Span, make_header, open_table, pick, read_header
from scripts.tables.tokenizer import vocab_from
from scripts.tables.values import Provenance, TablesError

ACCEPT = "EMBEDDINGS_UNVERIFIED"


class RefusedError(TablesError):
    """The tables at hand are not the published ones.  ``auto`` does not go on without a word: it raises this."""


@dataclass(frozen=True)
class Found:
    """Tables that are at hand, not opened yet."""

    model_file: Path
    files: Path  # the folder of vocab.json and merges.txt
    wte: Span
    wpe: Span
    provenance: Provenance


def _nothing(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Finder:
    """Finds the tables of one published model.

    Attributes:
        pins: what its files must be.
        places: the folders it may be in.
        patience: how long to wait for the hub.
        unverified: take tables whose sha256 is not the pinned one, and say so in the provenance.
        say: takes a line for the person at the terminal.
    """

    pins: Pins
    places: Places
    patience: Patience
    unverified: bool = False
    say: Say = say_on_stderr

    @classmethod
    def by_environment(cls) -> Finder:
        """A finder of GPT-2 that does what the environment says."""
        pins = pinned.GPT2
        return cls(pins, Places.of(pins), Patience(), unverified_wanted())

    def find(self, *, rehash: bool = False) -> Found:
        """The tables, fetched if they are nowhere.

        Args:
            rehash: hash the files again, whatever is remembered of them; fetch again what was refused.

        Raises:
            HubUnreachableError: they are nowhere, and there is no hub.
            RefusedError: they are there, or were fetched, and are not GPT-2's.
            TablesError: fetching failed, or they cannot be written.
        """
        found = self.at_hand(rehash=rehash)
        return found or self.fetched(rehash=rehash)

    # -- at hand ------------------------------------------------------------------------------------------------

    def at_hand(self, *, rehash: bool, say: Say | None = None) -> Found | None:
        """The tables, if they can be had without asking the hub."""
        tokenizer = self._tokenizer_folder()
        model = self._model_file(rehash=rehash, say=say or self.say)
        return self._found(model, tokenizer) if tokenizer and model else None

    def _tokenizer_folder(self) -> Path | None:
        pins = (self.pins.vocab, self.pins.merges)
        for folder in (*self.places.snapshots, self.places.own):
            if all(_is(folder / pin.name, pin) for pin in pins):
                return folder
        merges = self._file(self.pins.merges)
        vocab = self._file(self.pins.vocab) or vocab_from(merges or b"")
        return self._keep_tokenizer(merges, vocab) if merges and _matches(vocab, self.pins.vocab) else None

    def _keep_tokenizer(self, merges: bytes, vocab: bytes) -> Path:
        with cache.writable(self.places.own):
            cache.write(self.places.own / self.pins.merges.name, merges)
            cache.write(self.places.own / self.pins.vocab.name, vocab)
        return self.places.own

    def _model_file(self, *, rehash: bool, say: Say = _nothing) -> Path | None:
        """The published tables, or where they are not asked to be the published ones, others."""
        others = []
        for path in (*(folder / self.pins.file.name for folder in self.places.snapshots), self.places.model):
            if not path.is_file():
                continue
            if why := self._why_not(path, rehash=rehash):
                say(f"{why}\n{path} is not used")
            elif self._published(self._examine(path, rehash=False)[1]):
                return path
            else:
                others.append(path)
        if not self.unverified:
            return None
        return others[0] if others else self._accepted_before(rehash=rehash)

    def _why_not(self, path: Path, *, rehash: bool) -> str:
        """Why a file cannot be used; empty if it can."""
        if broken := self._why_broken(path, rehash=rehash):
            return broken
        hashes = self._examine(path, rehash=False)[1]
        return "" if self.unverified or self._published(hashes) else self._why_refused(path, hashes)

    def _accepted_before(self, *, rehash: bool) -> Path | None:
        """Tables that were refused, if the hub gives just these: there is no use in fetching them again."""
        known = self._refusal()
        worth = known.get("certain") or known.get("accepted")
        return self.places.refused if worth and self._still_refused(known, rehash=rehash) else None

    def _still_refused(self, known: dict[str, Any], *, rehash: bool = False) -> bool:
        """Whether the file that was set aside has the bytes that were refused."""
        if self._why_broken(self.places.refused, rehash=rehash):
            return False
        return self._examine(self.places.refused, rehash=False)[1] == known.get("sha256")

    def _examine(self, path: Path, *, rehash: bool) -> tuple[tuple[Span, Span], dict[str, str]]:
        named = self._spans(path)
        hashes = cache.table_hashes(path, named, self.places.stamps, rehash=rehash)
        return (named[self.pins.wte.tensor], named[self.pins.wpe.tensor]), hashes

    def _spans(self, path: Path) -> dict[str, Span]:
        spans = read_header(path)
        return {pin.tensor: pick(spans, pin, str(path)) for pin in (self.pins.wte, self.pins.wpe)}

    def _published(self, hashes: dict[str, str]) -> bool:
        return all(hashes[pin.tensor] == pin.sha256 for pin in (self.pins.wte, self.pins.wpe))

    def _found(self, model: Path, tokenizer: Path) -> Found:
        (wte, wpe), hashes = self._examine(model, rehash=False)
        pins = self.pins
        provenance = Provenance(
            model=pins.model,
            name=pins.name,
            repo=pins.repo,
            revision=pins.revision,
            wte_sha256=hashes[pins.wte.tensor],
            wpe_sha256=hashes[pins.wpe.tensor],
            vocab_sha256=pins.vocab.sha256,
            merges_sha256=pins.merges.sha256,
            verified=self._published(hashes),
        )
        return Found(model, tokenizer, wte, wpe, provenance)

    def _why_broken(self, path: Path, *, rehash: bool = False) -> str:
        try:
            self._examine(path, rehash=rehash)
        except TablesError as e:
            return str(e)
        return ""

    # -- from the hub -------------------------------------------------------------------------------------------

    def fetched(self, *, rehash: bool) -> Found:
        """The tables, from the hub as far as they are not at hand.  Raises as ``find``."""
        hub = Hub(self.pins, self.patience, self.say)
        model = self._model_file(rehash=False)
        if not (model or rehash or self.unverified) and self._known_refusal(hub.endpoint):
            raise RefusedError(self._refused_for_good(hub.endpoint))
        remote = hub.describe(self.pins.file.name)  # first of all: where there is no hub, nothing is written
        with cache.one_at_a_time(self.places.own, self.say):
            if found := self.at_hand(rehash=False, say=_nothing):  # another process was first
                return found
            tokenizer = self._tokenizer_folder() or self._fetch_tokenizer(hub)
            model = self._model_file(rehash=False)
            if not model:
                if self.places.model.exists():
                    with cache.writable(self.places.own):
                        self.places.refusal.unlink(missing_ok=True)
                        self.places.model.replace(self.places.refused)
                    self.say(f"{self.places.model} is set aside as {self.places.refused}, and fetched again")
                model = self._fetch_model(hub, remote)
            return self._found(model, tokenizer)

    def _known_refusal(self, endpoint: str) -> bool:
        known = self._refusal()
        return bool(known.get("certain")) and known.get("endpoint") == endpoint and self._still_refused(known)

    def _fetch_tokenizer(self, hub: Hub) -> Path:
        merges = self._file(self.pins.merges) or self._fetch_file(hub, self.pins.merges)
        vocab = self._file(self.pins.vocab) or vocab_from(merges)
        if not _matches(vocab, self.pins.vocab):
            vocab = self._fetch_file(hub, self.pins.vocab)
        return self._keep_tokenizer(merges, vocab)

    def _file(self, pin: FilePin) -> bytes | None:
        for folder in (*self.places.snapshots, self.places.own):
            if _is(folder / pin.name, pin):
                return (folder / pin.name).read_bytes()
        return None

    def _fetch_file(self, hub: Hub, pin: FilePin) -> bytes:
        for _ in range(2):
            data = hub.whole(pin)
            if _matches(data, pin):
                return data
            aside = self.places.own / f"{pin.name}.refused"
            with cache.writable(self.places.own):
                cache.write(aside, data)
            self.say(
                f"{pin.name} from {hub.endpoint} has sha256 {_sha256(data)}, not {pin.sha256}: set aside as {aside}"
            )
        raise RefusedError(
            f"{pin.name} from {hub.endpoint} is refused: fetched twice, expected sha256 {pin.sha256}, got {_sha256(data)}."
            " Its bytes decide what every ID means, so it is never taken unverified."
        )

    def _fetch_model(self, hub: Hub, remote: Remote) -> Path:
        spans = hub.header(remote)
        wanted = [pick(spans, pin, remote.url) for pin in (self.pins.wte, self.pins.wpe)]
        # The ETag of a large file is its sha256.  If it is the published one and the bytes are not, they were damaged on
        # the way; if it is another, this hub has another file, and whoever takes unverified tables takes that.
        worth_another = not self.unverified or remote.etag == self.pins.file.sha256
        seen: list[dict[str, str]] = []
        while True:
            hashes = self._transfer(hub, remote, wanted)
            if self._published(hashes):
                self.places.refusal.unlink(missing_ok=True)
                return self._keep(self.places.model, hashes)
            self._keep(self.places.refused, hashes)
            again = worth_another and not seen
            record = {
                "endpoint": hub.endpoint,
                "etag": remote.etag,
                "sha256": hashes,
                "certain": hashes in seen or not worth_another,
                "accepted": self.unverified and not again,
            }
            with cache.writable(self.places.own):
                cache.write_json(self.places.refusal, record)
            why = self._why_refused(self.places.refused, hashes)
            if again:
                self.say(f"{why}\nset aside as {self.places.refused}; fetching once more")
                seen.append(hashes)
            elif self.unverified:
                self.say(f"{why}\ntaken nevertheless, because {ACCEPT} is set")
                return self.places.refused
            elif record["certain"]:
                raise RefusedError(self._refused_for_good(hub.endpoint))
            else:
                raise RefusedError(
                    f"{why}\nFetched twice, and wrong in two ways: something between here and {hub.endpoint} damages it."
                    f" Another start tries again.{self._ways_on()}"
                )

    def _transfer(self, hub: Hub, remote: Remote, wanted: Iterable[Span]) -> dict[str, str]:
        """Fetch ``wanted`` into the part file, going on from what it has; the sha256 of each."""
        spans = sorted(wanted, key=lambda span: span.start)
        note = f"two tensors of {self.pins.repo} at {self.pins.revision}"
        plan = {
            "etag": remote.etag,
            "size": remote.size,
            "note": note,
            "spans": [[span.tensor, span.start, span.end] for span in spans],
        }
        title = f"{self.pins.name}'s two tables from {hub.endpoint}"
        with cache.writable(self.places.own):
            part = Part(self.places.part, spans, make_header(spans, note), plan)
        try:
            room = shutil.disk_usage(self.places.own).free
            if room < part.total - part.done:
                raise TablesError(
                    f"not enough room in {self.places.own}: {megabytes(part.total - part.done)} are needed,"
                    f" {megabytes(room)} are free. Make room, or set EMBEDDINGS_CACHE to another folder."
                )
            with progress(title, part.total, part.done, self.say) as advance:

                def take(piece: bytes) -> None:
                    with cache.writable(self.places.own):
                        part.write(piece)
                    advance(len(piece))

                while run := part.missing():
                    hub.copy(remote, *run, take, part.kept)
            with cache.writable(self.places.own):
                part.sync()
        finally:
            part.close()
        return part.sha256()

    def _keep(self, path: Path, hashes: dict[str, str]) -> Path:
        with cache.writable(self.places.own):
            self.places.part.replace(path)
            journal_of(self.places.part).unlink(missing_ok=True)
        cache.remember_hashes(path, self._spans(path), self.places.stamps, hashes)
        return path

    # -- what is said -------------------------------------------------------------------------------------------

    def _refusal(self) -> dict[str, Any]:
        return cache.read_json(self.places.refusal)

    def _refused_for_good(self, endpoint: str) -> str:
        hashes = self._examine(self.places.refused, rehash=False)[1]
        return (
            f"{self._why_refused(self.places.refused, hashes)}\n"
            f"This is what {endpoint} has, so it is not asked again at each start.{self._ways_on()}\n"
            "  python -m scripts fetch        asks again"
        )

    def _ways_on(self) -> str:
        return (
            " Nothing on this machine is at fault; the ways on are\n"
            f'  {ACCEPT}=1       uses these tables, and labels every page "unverified"\n'
            "  EMBEDDINGS_MODEL=tiny          uses TinyGPT, the embedded model"
        )

    def _why_refused(self, path: Path, hashes: dict[str, str]) -> str:
        lines = [f"{path}: refused, its tables are not those published as {self.pins.name}"]
        spans = read_header(path)
        for pin in (self.pins.wte, self.pins.wpe):
            table = open_table(path, pick(spans, pin, str(path)))
            rows = self.pins.rows.get(pin.tensor, ())
            agree = sum(
                bool(abs(table[row.row, : len(row.head)] - row.head).max(initial=0) <= row.tolerance)
                and bool(
                    abs(table[row.row, table.shape[1] - len(row.tail) :] - row.tail).max(initial=0)
                    <= row.tolerance
                )
                for row in rows
            )
            same = "as published" if hashes[pin.tensor] == pin.sha256 else f"expected {pin.sha256}"
            lines.append(f"  {pin.tensor:<10}  sha256 {hashes[pin.tensor]} ({same})")
            lines.append(f"              {agree} of the {len(rows)} rows that others have printed agree")
        return "\n".join(lines)


def unverified_wanted() -> bool:
    """Whether ``EMBEDDINGS_UNVERIFIED`` asks to take tables whose sha256 is not the published one."""
    return os.environ.get(ACCEPT, "").strip().lower() in ("1", "true", "yes", "on")


def no_network(finder: Finder, error: TablesError) -> TablesError:
    """What to say where GPT-2 was asked for by name and there is no hub."""
    pins, places = finder.pins, finder.places
    return TablesError(
        f"{pins.name}'s tables are not at hand, and the hub cannot be asked: {error}\n"
        f"Looked in {places.listed()}.\nThe ways on are\n"
        f"  put {pins.file.name} and {pins.merges.name} of {pins.repo} at revision {pins.revision} into {places.own}\n"
        "  EMBEDDINGS_MODEL=tiny          uses TinyGPT, the embedded model"
    )


def quick(finder: Finder, seconds: float = 6.0) -> Finder:
    """The same, but a hub that does not answer within some seconds counts as unreachable."""
    return replace(finder, patience=replace(finder.patience, probe=seconds, unreached=0))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _matches(data: bytes, pin: FilePin) -> bool:
    return len(data) == pin.size and _sha256(data) == pin.sha256


def _is(path: Path, pin: FilePin) -> bool:
    try:
        return path.stat().st_size == pin.size and cache.sha256_of_file(path) == pin.sha256
    except OSError:
        return False
