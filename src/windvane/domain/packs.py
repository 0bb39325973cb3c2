"""Many small text files are read as a few packs: copies of their rows, a whole number of files in each, made on demand.

Text files never change, so a pack follows from the paths in it: whoever needs one makes it, and it may be deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

SIZE = 64  # files in a pack
_SMALL = 1 << 20  # bytes of a file that is worth packing


def packed(files: Sequence[Path], write: Callable[[Sequence[Path], Path], None]) -> tuple[Path, ...]:
    """What to read instead of `files` to see the same rows, in order of the files.

    `write(members, target)` makes the one Parquet file `target` with the rows of all `members`; it is called for packs
    that are not there, with a temporary name. Raises what `write` raises.
    """
    if len(files) < SIZE:
        return tuple(files)
    found: list[Path] = []
    for start in range(0, len(files), SIZE):
        members = tuple(files[start : start + SIZE])
        found += [_pack(members, write)] if _worth(members) else members
    return tuple(found)


def _worth(members: Sequence[Path]) -> bool:
    return len(members) == SIZE and all(m.stat().st_size <= _SMALL for m in members)


def _pack(members: Sequence[Path], write: Callable[[Sequence[Path], Path], None]) -> Path:
    named = hashlib.sha256("\n".join(m.name for m in members).encode()).hexdigest()[:24]
    target = members[0].parent.parent / "packs" / f"{named}.parquet"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".part")
        try:
            write(members, draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return target


def select(files: Sequence[Path]) -> str:
    """SQL of DuckDB over text files, each row with every column that one of them has."""
    listed = ", ".join("'" + str(f).replace("'", "''") + "'" for f in files)
    return f"read_parquet([{listed}], union_by_name := true)"


def copy(files: Sequence[Path], target: Path) -> str:
    """SQL of DuckDB that writes the rows of text files into one file."""
    place = str(target).replace("'", "''")
    return f"COPY (SELECT * FROM {select(files)}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)"
