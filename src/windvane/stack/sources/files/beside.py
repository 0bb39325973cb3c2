"""Files that lie beside those of the sources and that no source reads: a new name is easily overlooked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from windvane.domain.batch import Delivery
from windvane.domain.estate import Source
from windvane.domain.ports import Stray
from windvane.stack.sources.files.pattern import root_of
from windvane.stack.sources.files.tree import hidden, holds_data

_NOT_SEEN = frozenset(("windvane.toml", "config.yaml", "external_models.yaml"))


def unclaimed(offered: tuple[tuple[Source, tuple[Delivery, ...]], ...], *, since: float) -> tuple[Stray, ...]:
    """Files that came after `since` (seconds since 1970) into a folder that a source reads from."""
    claimed: dict[Path, set[str]] = {}
    for source, deliveries in offered:
        root = root_of(source.location)
        claimed.setdefault(root, set())
        for delivery in deliveries:
            file = root / _file(delivery.name)
            claimed.setdefault(file.parent, set()).add(file.name)
    return tuple(s for folder in sorted(claimed) for s in _strays(folder, claimed[folder], since))


def _file(delivery: str) -> str:
    """The file of a delivery: of a member of a zip, the zip."""
    packed, mark, _ = delivery.partition(".zip!")
    return f"{packed}.zip" if mark else delivery


def _strays(folder: Path, claimed: Iterable[str], since: float) -> list[Stray]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError:
        return []
    there = [e for e in entries if e.name not in claimed and not hidden(e.name) and e.name not in _NOT_SEEN]
    return [_stray(Path(e.path)) for e in there if e.is_file() and _came(e) > since]


def _came(entry: os.DirEntry[str]) -> float:
    """When a file came: a copy may keep the time of its content, but not that of its entry."""
    try:
        state = entry.stat()
    except OSError:
        return 0.0
    return max(state.st_mtime, state.st_ctime)


def _stray(path: Path) -> Stray:
    if holds_data(path.name) or path.suffix.lower() == ".zip":
        why = "its name is not one that a source reads"
        fix = "add it to a `location` in `windvane.toml` or make it a source there; or take it away"
        return Stray(name=str(path), why=why, fix=fix)
    why = f"its name ends in `{path.suffix}`" if path.suffix else "its name has no ending"
    return Stray(
        name=str(path),
        why=f"{why}: no source reads such files",
        fix="export it as CSV or Parquet under the name of its source, or take it away",
    )
