"""Runs work in forked children that are killed at a chosen point, and again without the kill: nothing may differ.

Import what is heavy in the parent before: a child then starts in milliseconds. Nothing that has threads (DuckDB,
DBOS, SQLMesh) may be open in the parent when it forks, so `run` and `check` open and close what they need.
"""

from __future__ import annotations

import gc
import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from windvane.domain import crash

KILLED = -signal.SIGKILL
_LIMIT_S = 120  # a child that hangs ends here


def child(work: Callable[[], None], *, at: str = "", log: str = "") -> int:
    """Run `work` in a forked child armed with `at` and `log`; 0 when it ended, `KILLED` when a point killed it.

    Raises `AssertionError` with the child's traceback when `work` raised, or when it died otherwise.
    """
    with tempfile.TemporaryFile() as report:
        pid = os.fork()
        if pid == 0:
            _in_child(work, at=at, log=log, report=report.fileno())
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (0, KILLED) or (code == KILLED and not at):
            report.seek(0)
            raise AssertionError(f"the child ended with {code} (at={at!r})\n{report.read().decode(errors='replace')}")
    return code


def _in_child(work: Callable[[], None], *, at: str, log: str, report: int) -> None:
    code = 1
    try:
        gc.freeze()  # what other tests forgot to close stays: its threads are not here, closing it aborts
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_LIMIT_S)
        os.environ[crash.AT], os.environ[crash.LOG] = at, log
        crash.arm()
        work()
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it was, the parent says so
        os.write(report, traceback.format_exc().encode())
    finally:
        os._exit(code)  # no teardown of the parent's tests in here


def points(run: Callable[[], None], fresh: Callable[[], None]) -> tuple[str, ...]:
    """The names of all points that one undisturbed run passes, in order."""
    fresh()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "points"
        child(run, log=str(log))
        return tuple(log.read_text().split()) if log.exists() else ()


def sweep(run: Callable[[], None], check: Callable[[int], None], fresh: Callable[[], None], every: int = 1) -> int:
    """Kill `run` at its 1st, (1+every)th, ... point until it ends unharmed; how many times it was killed.

    Each time: `fresh` sets the stage in the parent, `run` is killed, `run` goes on to its end in a new process,
    and `check(n)` looks at what there is, in a process of its own. The last round has no kill and is checked too.
    """
    kills, n = 0, 1
    while True:
        fresh()
        ended = child(run, at=str(n)) == 0
        if not ended:
            kills += 1
            child(run)
        child(lambda n=n: check(n))
        if ended:
            return kills
        n += every
