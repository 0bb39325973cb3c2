"""Whether there is anything to do at all, decided from stamps of files before anything heavy is imported."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from windvane import __version__
from windvane.adapters.heading import read_heading
from windvane.app.folder import Folder
from windvane.domain.errors import Usage, WindvaneError
from windvane.domain.heading import Heading
from windvane.domain.manifest import MANIFEST
from windvane.domain.ports import Ledger
from windvane.domain.record import canonical, replace
from windvane.loop import missing, strays
from windvane.loop.crew import Crew
from windvane.loop.logbook import paused

_KEY = "rest"
_LEFT = "warehouse.left"


@dataclass(frozen=True)
class Outside:
    """What others can change while a run goes on: deliveries, goals and rules, files of the estate, their word."""

    deliveries: str
    rules: Heading
    edits: frozenset[str]
    word: int  # the last line that a person caused


def nothing_new(crew: Crew, heading: Heading, *, unfinished: tuple[str, ...]) -> bool:
    """Whether the last run ended well and nothing changed since."""
    if unfinished or not _untouched(crew.root, crew.ledger):
        return False
    known = crew.ledger.recall(_KEY)
    return bool(known) and known == _stamp(crew, heading)


def leave(root: Path, ledger: Ledger) -> None:
    """Remember how the warehouse was left, when it is closed: whoever opens it to write changes its file."""
    ledger.remember(_LEFT, _warehouse(root))


def _untouched(root: Path, ledger: Ledger) -> bool:
    known = ledger.recall(_LEFT)
    return known is None or known == _warehouse(root)


def _warehouse(root: Path) -> str:
    try:
        state = (root / ".windvane" / "warehouse.duckdb").stat()
    except FileNotFoundError:
        return ""
    return f"{state.st_size} {state.st_mtime_ns}"


def outside(crew: Crew, heading: Heading) -> Outside:
    """Taken when a run begins, so that its end can tell what came meanwhile."""
    edits = frozenset(asset.fingerprint() for asset in crew.folder.edited())
    rules = replace(read_heading(crew.root), sources=())
    return Outside(_deliveries(crew, heading), rules, edits, _last_word(crew))


def settled(crew: Crew, heading: Heading, *, since: Outside) -> None:
    """A run ended well: the next one has nothing to do unless something changes, or did `since` this one began."""
    stamp = _stamp(crew, heading)
    now = outside(crew, heading)
    same = (now.deliveries, now.rules, now.word) == (since.deliveries, since.rules, since.word)
    stopped = paused(crew.ledger)
    crew.ledger.remember(_KEY, stamp if same and now.edits <= since.edits and not stopped else "")


@contextmanager
def unstirred(crew: Crew, heading: Heading) -> Iterator[None]:
    """Around a person's word: the next run must look, unless it was at rest and the word left nothing to do.

    A kill or an error on the way makes the next run look; what cannot be carried out at all (`Usage`) changes nothing.
    """
    from windvane.loop import sense

    rested = nothing_new(crew, heading, unfinished=())
    known = crew.ledger.recall(_KEY) or ""
    crew.ledger.remember(_KEY, "")
    since = outside(crew, heading)
    try:
        yield
    except Usage:
        crew.ledger.remember(_KEY, known)
        raise
    if rested and sense.calm(crew):
        settled(crew, heading, since=dataclasses.replace(since, word=_last_word(crew)))


def _last_word(crew: Crew) -> int:
    return max((entry.seq for entry in crew.ledger.entries(step="steer")), default=0)


def _stamp(crew: Crew, heading: Heading) -> str:
    """Changes when a delivery, a file of the estate or windvane itself did; empty when that cannot be told."""
    assert isinstance(crew.folder, Folder)
    deliveries = _deliveries(crew, heading)
    published = (crew.root / ".windvane" / "published" / MANIFEST).exists()
    seen = f"{__version__} {deliveries} {crew.folder.fingerprint()} {published}"
    return hashlib.sha256(seen.encode()).hexdigest() if deliveries else ""


def _deliveries(crew: Crew, heading: Heading) -> str:
    """Changes when a source delivers something else; empty when one cannot be asked."""
    try:
        offered = tuple((s, missing.offered(crew, s)) for s in heading.sources)
        beside = strays.names(strays.unclaimed(crew, offered))
    except WindvaneError:
        return ""
    found = [(d.source, d.name, d.size, d.stamp) for _, deliveries in offered for d in deliveries]
    return hashlib.sha256(canonical((found, beside))).hexdigest()
