"""Notices local files that come, and tells when nobody writes them any more; looks at names, sizes and times only."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from windvane.adapters.heading import read_heading
from windvane.domain.errors import WindvaneError

CLOSED_S = 0.5  # a delivery is whole when it did not change for so long and no process has it open to write,
UNKNOWN_S = 2.0  # or for so long where the system cannot say who writes,
OPEN_S = 30.0  # or for so long although one has: a log that is kept open for ever is a delivery too
BUSY = 0.02  # share of a core that looking may take
LEAST_S, MOST_S = 0.2, 2.0  # between two looks


@dataclass(frozen=True)
class Look:
    """Size and time of every file below the local sources; `trouble` when the heading cannot be read."""

    files: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    folders: int = 0  # that were looked into
    trouble: str = ""

    def other(self, before: Look) -> tuple[str, ...]:
        """The files that are there now and were not so before."""
        return tuple(path for path, state in self.files.items() if before.files.get(path) != state)


def look(estate: Path) -> Look:
    """What lies below the local sources of an estate now."""
    try:
        heading = read_heading(estate)
    except WindvaneError as error:
        return Look(trouble=error.message)
    found: dict[str, tuple[int, int]] = {}
    folders = {_folder(estate, s.location) for s in heading.sources if "://" not in s.location}
    for name in sorted(folders):
        for path in _files(Path(name)):
            try:
                stat = path.stat()
            except OSError:
                continue
            found[str(path)] = (stat.st_size, stat.st_mtime_ns)
    return Look(found, len(folders))


class Arrival:
    """Waits for something that was not `known`."""

    def __init__(self, estate: Path, known: Look) -> None:
        self._estate = estate
        self._known = known
        self._seen = known
        self._since = time.monotonic()
        self.pause_s = LEAST_S  # until the next look is worth its cost

    def whole(self) -> bool:
        """Look once: whether files came, went or changed, and nothing moved since for long enough."""
        began = time.monotonic()
        now = look(self._estate)
        self.pause_s = min(MOST_S, max(LEAST_S, (time.monotonic() - began) / BUSY))
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        if now == self._known:
            return False
        quiet = time.monotonic() - self._since
        return quiet >= CLOSED_S and quiet >= max((needed(p) for p in now.other(self._known)), default=CLOSED_S)


def needed(path: str) -> float:
    """For how many seconds a file must not have changed to be whole.

    A read lease is refused by the kernel while any process has the file open to write; it is given back at once.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return UNKNOWN_S
    try:
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except AttributeError:  # no Linux
        return UNKNOWN_S
    except OSError as error:
        return OPEN_S if error.errno == errno.EAGAIN else UNKNOWN_S
    else:
        return CLOSED_S
    finally:
        os.close(opened)


def _folder(estate: Path, location: str) -> str:
    """The folder in which the files of a location lie: what stands before its first wildcard."""
    first = location.partition("|")[0]
    fixed: list[str] = []
    for part in Path(first).parts:
        if set("*?[{") & set(part):
            break
        fixed.append(part)
    path = estate.joinpath(*fixed)
    return str(path if path.is_dir() else path.parent)


def _files(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        yield from (Path(base) / name for name in names if not name.startswith("."))
