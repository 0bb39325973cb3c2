"""Which files an estate has and what is in them, by size and times first, by hash only where those differ."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from windvane.domain.errors import Unhealthy

HEADINGS = ("windvane.toml", "config.yaml", "external_models.yaml")
FOLDERS = ("models", "contracts", "products", "metrics", "policies", "audits", "tests", "macros", "seeds")
_KEY = "folder.stats"
# A file changed twice within one tick of the file system's clock keeps its times: a young file is hashed again.
_TICK_NS = 50_000_000


class Memory(Protocol):
    """Keeps texts between two commands; the ledger does."""

    def remember(self, key: str, text: str) -> None:
        """Keep `text` under `key`."""
        ...

    def recall(self, key: str) -> str | None:
        """What was kept last."""
        ...


class _Seen(msgspec.Struct, array_like=True):
    """The hash of a file, the stat it had, and when it was read."""

    digest: str
    stat: tuple[int, int, int, int]
    at: int

    def holds(self, stat: tuple[int, int, int, int]) -> bool:
        return self.stat == stat and self.at - max(stat[1], stat[2]) > _TICK_NS


class Scan:
    """Hashes of the files of an estate folder, read again only when a file's stat differs from the one known."""

    def __init__(self, root: Path, memory: Memory) -> None:
        self._root = root
        self._memory = memory
        kept = memory.recall(_KEY)
        self._seen = msgspec.json.decode(kept, type=dict[str, _Seen]) if kept else {}

    def files(self) -> dict[str, str]:
        """Path (relative, with `/`) to SHA-256 of every file of the estate. Raises `Unhealthy` (`estate.name`)."""
        found: dict[str, _Seen] = {}
        for path in sorted(self._paths()):
            file = self._root / path
            try:
                status = file.stat()
                stat = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
                known = self._seen.get(path)
                if known is None or not known.holds(stat):
                    known = _Seen(hashlib.sha256(file.read_bytes()).hexdigest(), stat, time.time_ns())
            except FileNotFoundError:  # taken away while we looked
                continue
            found[path] = known
        if found != self._seen:
            self._seen = found
            self._memory.remember(_KEY, msgspec.json.encode(found).decode())
        return {path: seen.digest for path, seen in found.items()}

    def _paths(self) -> Iterator[str]:
        for name in HEADINGS:
            if (self._root / name).is_file():
                yield name
        for folder in FOLDERS:
            for place, below, names in os.walk(self._root / folder):
                below[:] = [d for d in below if not is_hidden(d)]
                inside = Path(place).relative_to(self._root).as_posix()
                yield from (_named(f"{inside}/{n}") for n in names if not is_hidden(n))


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is no part of an estate: drafts, caches, what a desktop leaves behind."""
    return name.startswith((".", "__"))


def _named(path: str) -> str:
    if not path.isascii() and path.encode(errors="replace").decode() != path:
        shown = path.encode(errors="backslashreplace").decode()
        fix = "rename the file"
        raise Unhealthy(f"cannot use `{shown}`", code="estate.name", why="its name is not UTF-8", fix=fix)
    return path


def fingerprint(files: dict[str, str]) -> str:
    """One text for the content of all files, 64 hexadecimal digits."""
    lines = "".join(f"{digest} {path}\n" for path, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
