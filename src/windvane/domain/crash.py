"""Named points around every durable write, at which a test can kill the process as a power cut would.

`WINDVANE_CRASH_AT=<n>` kills at the n-th point passed, `WINDVANE_CRASH_AT=<name>:<k>` at the k-th passing of
that name, both counted from 1. `WINDVANE_CRASH_LOG=<file>` appends the name of each point passed, one a line.
Without either variable a point costs one comparison. The idea is the debug triggers of dbos-transact-py.
"""

from __future__ import annotations

import os
import signal
import threading

AT = "WINDVANE_CRASH_AT"
LOG = "WINDVANE_CRASH_LOG"


class _Trap:
    """Counts the points passed, writes them down, and kills at the chosen one."""

    def __init__(self, at: str, log: str) -> None:
        name, _, nth = at.rpartition(":")
        self._name = name
        self._nth = int(nth) if nth else 0
        self._log = log
        self._passed = 0
        self._lock = threading.Lock()

    def passing(self, name: str) -> None:
        with self._lock:
            if self._log:
                descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
                os.write(descriptor, f"{name}\n".encode())
                os.close(descriptor)
            if self._name in ("", name):
                self._passed += 1
                if self._passed == self._nth:
                    os.kill(os.getpid(), signal.SIGKILL)


_trap: _Trap | None = None


def arm() -> None:
    """Read the two variables and count from zero. Done once at import; a forked child that sets them calls it again.

    Raises `ValueError` when `WINDVANE_CRASH_AT` is neither a number nor `<name>:<number>`.
    """
    global _trap
    at, log = os.environ.get(AT, ""), os.environ.get(LOG, "")
    _trap = _Trap(at, log) if at or log else None


def point(name: str) -> None:
    """Mark a place before or after a durable write, like `ledger.append.before`."""
    if _trap is not None:
        _trap.passing(name)


arm()
