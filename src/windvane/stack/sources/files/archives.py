"""Files with the columns of a source that its location does not name: in folders beside its own, and below it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Source
from windvane.stack.sources.files.grouping import Arrange, offered
from windvane.stack.sources.files.pattern import matching, root_of
from windvane.stack.sources.files.tree import hidden, holds_data, plain_name

_MOST = 2_000  # files of a folder that are looked at; a larger one is no archive that somebody forgot
_FOLDERS = 50


def archives(source: Source, others: tuple[Source, ...], *, apart: Path, arrange: Arrange) -> tuple[str, ...]:
    """Locations in reach of a source that deliver its table and that no source reads; `apart` is the estate itself."""
    root = root_of(source.location)
    own = {path for s in (source, *others) for path in _delivered(s)}
    found: dict[str, None] = {}
    for folder in _near(root, apart.resolve()):
        found |= dict.fromkeys(_alike(source, folder, own, arrange))
    return tuple(found)


def _delivered(source: Source) -> set[Path]:
    root = root_of(source.location)
    return {(root / one.name.partition("!")[0]).resolve() for one in matching(source.location)}


def _near(root: Path, apart: Path) -> Iterator[Path]:
    """The folder of a source, and those beside it; nothing beside a folder of the root or of a home."""
    yield root
    above = root.resolve().parent
    if above in (Path("/"), Path.home().parent) or above.parent == above:
        return
    beside = sorted(p for p in above.iterdir() if p.is_dir() and not hidden(p.name) and p.resolve() != root.resolve())
    for folder in beside[:_FOLDERS]:
        if not (folder / "windvane.toml").exists() and not apart.is_relative_to(folder.resolve()):
            yield folder


def _alike(source: Source, folder: Path, own: set[Path], arrange: Arrange) -> list[str]:
    files = [p for p in folder.rglob("*") if p.is_file() and holds_data(plain_name(p.name))]
    if not files or len(files) > _MOST or all(p.resolve() in own for p in files):
        return []
    try:
        offers, _ = offered(str(folder), arrange=arrange)
    except WindvaneError:
        return []
    made = []
    for offer in offers:
        base = root_of(offer.source.location)
        strange = [d for d in offer.deliveries if (base / d.name).resolve() not in own]
        if strange and set(offer.source.columns) == set(source.columns):
            made.append(offer.source.location)
    return made
