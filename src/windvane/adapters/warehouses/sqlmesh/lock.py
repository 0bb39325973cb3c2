"""One process owns an embedded estate: a lock file that names its pid and is free again when that process is dead."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from windvane.domain import crash
from windvane.domain.errors import TryAgain


class Lock:
    """Holds `.windvane/lock` until `release`; the kernel drops it when the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._file, 32).decode().strip() or "unknown"
            os.close(self._file)
            raise busy(holder) from error
        crash.point("lock.write")
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())
        crash.point("lock.written")

    def release(self) -> None:
        """Give the estate back; the file stays, empty."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1


def busy(holder: str) -> TryAgain:
    """The error for an estate that process `holder` has open."""
    return TryAgain(
        f"the estate is in use by process `{holder}`",
        code="estate.busy",
        why="one process at a time may change an estate; reading commands work meanwhile",
        fix=f"wait until it is done, or stop it with `kill {holder}`",
    )
