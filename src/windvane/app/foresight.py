"""Says what a change would do before it is done: the same loop plays it on a copy, and the prediction is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from windvane.adapters.heading import read_heading, write_heading
from windvane.app import reading, running, steering
from windvane.app.foretold import keep
from windvane.app.reports import Foreseen, Foresight, RunReport
from windvane.app.story import lookup
from windvane.domain.errors import Usage
from windvane.domain.estate import Source
from windvane.domain.event import Event
from windvane.domain.manifest import MANIFEST, Manifest
from windvane.domain.record import decode, replace

Seen = dict[str, tuple[int, int]]
_IMMUTABLE = ("raw", "published")
_LEFT = ("spill", "logs", "lock", "project", "fetched")


def of_decision(estate: Path, decision: str) -> Foresight:
    """What approving a waiting decision would do."""
    made = lookup.decision(reading.book(estate), decision)
    with _copy(estate) as there:
        before, began = _seen(there), time.process_time()
        report = steering.approve(there, made.id, because="only a forecast", option="", emit=_quiet)
        found = _difference(made.plan, made.title, before, _seen(there), cpu_s=time.process_time() - began)
    return keep(estate, replace(found, outcome="promoted", detail=report.title))


def of_file(estate: Path, file: Path) -> Foresight:
    """What delivering `file` would do. Raises `Usage` (`forecast.source`) when no source would read it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with _copy(estate) as there:
        source, place = _place(estate, there, file)
        running.run(there, emit=_quiet)  # what has arrived meanwhile is no part of the change
        before, began = _seen(there), time.process_time()
        place.unlink(missing_ok=True)  # a link to the file that is there: it would come again with other bytes
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
        report = running.run(there, emit=_quiet)
        cpu_s, title = time.process_time() - began, f"`{file.name}` into {source}"
        found = _difference(digest, title, before, _seen(there), cpu_s=cpu_s)
    outcome, detail = _outcome(report)
    return keep(estate, replace(found, outcome=outcome, detail=detail, rows_read=report.rows_read))


@contextmanager
def _copy(estate: Path) -> Iterator[Path]:
    """The estate beside itself: what never changes is linked, the rest copied; thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix=".windvane-forecast-", dir=estate.resolve().parent) as folder:
        there = Path(folder) / estate.resolve().name
        shutil.copytree(estate, there, ignore=_ignored(estate), copy_function=_link_or_copy)
        heading = read_heading(there)
        sources = tuple(_mirrored(s, there) for s in heading.sources)
        write_heading(there, replace(heading, alerts=(), llm=None, sources=sources))
        yield there


def _ignored(estate: Path) -> Callable[[str, list[str]], list[str]]:
    private = str(estate / ".windvane")
    return lambda folder, names: [n for n in names if folder == private and n in _LEFT]


def _link_or_copy(source: str, target: str) -> str:
    immutable = any(f"/.windvane/{part}/" in source for part in _IMMUTABLE) and not source.endswith(".json")
    try:
        if immutable:
            os.link(source, target)
            return target
    except OSError:
        pass
    shutil.copy2(source, target)
    return target


def _mirrored(source: Source, there: Path) -> Source:
    """A source of files over links to its files, so that a file can be added beside them."""
    if source.connector != "files":
        return source
    from windvane.stack.sources.files.pattern import escape, matching, root_of

    root = root_of(source.location)
    mirror = there.parent / "files" / source.name
    mirror.mkdir(parents=True)
    for found in matching(source.location):
        name = found.name.partition(".zip!")[0] + (".zip" if ".zip!" in found.name else "")
        link = mirror / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(root / name)
    return replace(source, location=source.location.replace(escape(str(root)), escape(str(mirror))))


def _place(estate: Path, there: Path, file: Path) -> tuple[str, Path]:
    """The source that would read `file`, and where it lies in the copy then."""
    from windvane.stack.sources.files.pattern import matches, matching, root_of

    for source in read_heading(estate).sources:
        if source.connector != "files":
            continue
        root = root_of(source.location)
        for folder in sorted({root, *((root / f.name).parent for f in matching(source.location))}):
            if matches(str(folder / file.name), source.location):
                return source.name, there.parent / "files" / source.name / folder.relative_to(root) / file.name
    raise Usage(
        f"no source would read `{file.name}`",
        code="forecast.source",
        why="its name fits the pattern of no source in `windvane.toml`",
        fix="give it the name under which it would be delivered",
    )


def _seen(there: Path) -> Seen:
    """Rows and bytes of each published relation."""
    path = there / ".windvane" / "published" / MANIFEST
    manifest = decode(path.read_bytes(), Manifest) if path.exists() else Manifest(release="", at="")
    return {r.name: (r.rows, sum(f.size for f in r.files)) for r in manifest.relations}


def _difference(about: str, title: str, before: Seen, after: Seen, *, cpu_s: float) -> Foresight:
    names = sorted({*before, *after})
    zero = (0, 0)
    return Foresight(
        about=about,
        title=title,
        relations=tuple(
            Foreseen(
                relation=n,
                rows_before=before.get(n, zero)[0],
                rows_after=after.get(n, zero)[0],
                bytes_before=before.get(n, zero)[1],
                bytes_after=after.get(n, zero)[1],
            )
            for n in names
            if before.get(n) != after.get(n)
        ),
        untouched=sum(before.get(n) == after.get(n) for n in names),
        cpu_s=round(cpu_s, 2),
    )


def _outcome(report: RunReport) -> tuple[str, str]:
    """What the loop did with it, in one word, and its reasons."""
    for word, items in (("held", report.held), ("healed", report.healed), ("promoted", report.releases)):
        if items:
            return word, "; ".join(f"{i.title}: {i.detail}" if i.detail else i.title for i in items)
    return "nothing", "it says nothing new"


def _quiet(event: Event) -> None:
    """Say nothing."""
