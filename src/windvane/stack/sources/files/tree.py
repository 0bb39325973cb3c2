"""Walks folders, and looks into zips, for files that may hold data; reads no content."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from windvane.domain.errors import Unreadable
from windvane.stack.landing.container import members

DATA = (".csv", ".tsv", ".psv", ".ssv", ".txt", ".dat", ".json", ".ndjson", ".jsonl", ".parquet")
_ESTATE = frozenset(
    ("models", "audits", "tests", "contracts", "products", "metrics", "policies", "seeds", "macros", "logs")
)
_ESTATE_FILES = frozenset(("windvane.toml", "config.yaml", "external_models.yaml"))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or a member of a zip: its path, and `logical`, the path that it would have unpacked."""

    path: Path
    logical: str  # absolute, with `/`
    name: str  # relative to the folder that was asked for; `a.zip!b.csv` for a member
    size: int
    modified_ns: int
    member: str = ""

    @property
    def natural(self) -> tuple[tuple[int, str], ...]:
        """Sorts names with their numbers as numbers."""
        parts = re.split(r"(\d+)", self.name)
        return tuple((int(p), p) if p.isdigit() else (-1, p) for p in parts)


def holds_data(name: str) -> bool:
    """Whether the name is one of a data file, packed or not."""
    return plain_name(name).lower().endswith(DATA)


def plain_name(name: str) -> str:
    """The name of a file when its gz packing is taken off."""
    return name[:-3] if name.lower().endswith(".gz") else name


def hidden(name: str) -> bool:
    """Whether a file or folder is not meant to be seen."""
    return name.startswith((".", "~$")) or name in ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")


def walk(root: Path) -> Iterator[Found]:
    """All files below `root`, sorted, without hidden ones and without estates of windvane."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        if "windvane.toml" in files:
            if here != root:
                folders[:] = []
                continue
            folders[:] = [f for f in folders if f not in _ESTATE]
            files = [f for f in files if f not in _ESTATE_FILES]
        folders[:] = sorted(f for f in folders if not hidden(f))
        for name in sorted(f for f in files if not hidden(f)):
            yield from looked_at(here / name, root)


def looked_at(path: Path, root: Path) -> Iterator[Found]:
    """A file as it is found below `root`; for a zip, each of its members."""
    try:
        state = path.stat()
    except OSError:  # gone meanwhile, or a link to nowhere
        return
    name = os.path.relpath(path, root).replace(os.sep, "/")
    one = Found(
        path=path, logical=plain_name(path.as_posix()), name=name, size=state.st_size, modified_ns=state.st_mtime_ns
    )
    if not name.lower().endswith(".zip"):
        yield one
        return
    try:
        inside = members(path)
    except Unreadable:  # landing says why
        yield msgspec.structs.replace(one, logical=f"{path.as_posix()[:-4]}")
        return
    for info in inside:
        logical = f"{path.parent.as_posix()}/{info.filename}"
        if len(inside) == 1:
            stem = path.as_posix()[:-4]
            logical = stem if holds_data(stem) else stem + Path(info.filename).suffix
        yield msgspec.structs.replace(
            one, logical=plain_name(logical), name=f"{name}!{info.filename}", size=info.file_size, member=info.filename
        )
