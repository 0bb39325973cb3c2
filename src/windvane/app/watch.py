"""Runs the loop again and again, on schedule and when files arrive: a light parent that starts one process a pass."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from windvane.adapters.heading import read_heading
from windvane.domain.errors import WindvaneError
from windvane.domain.event import Emit, Event

POLL_S = 2.0  # how often local files are looked at between passes
LONGEST_WAIT_S = 3600.0  # between tries after passing trouble, however often it came


@dataclass
class Tally:
    """What a watch has done."""

    passes: int = 0
    failed: int = 0
    last_exit: int = 0
    began: float = field(default_factory=time.monotonic)


class Watch:
    """One estate, watched until told to stop. Each pass is a process of its own: nothing that leaks or dies stays."""

    def __init__(self, estate: Path, *, every_s: float, emit: Emit, options: tuple[str, ...] = ()) -> None:
        self._estate = estate
        self._options = options  # of `windvane run`, for each pass
        self._every = every_s
        self._emit = emit
        self._stopping = False
        self._child: subprocess.Popen[bytes] | None = None
        self.tally = Tally()

    def until(self, enough: Callable[[Tally], bool] = lambda _: False) -> Tally:
        """Run passes until `enough`, SIGINT or SIGTERM; a pass in progress may finish its step first."""
        with self._signals():
            waited_for = "start"
            while not self._stopping:
                known = self._arrivals()  # before the pass: a file that comes while it runs is not overlooked
                self._pass(waited_for)
                if enough(self.tally):
                    break
                waited_for = self._wait(known)
        return self.tally

    def _pass(self, why: str) -> None:
        self._say(f"a pass begins: {why}")
        command = [sys.executable, "-m", "windvane", "run", "--estate", str(self._estate), *self._options]
        self._child = subprocess.Popen(command)
        code = self._child.wait()
        self._child = None
        self.tally.passes += 1
        self.tally.last_exit = code
        passing = code == 75 or code < 0
        self.tally.failed = self.tally.failed + 1 if passing or code in (1, 2) else 0
        told = f"killed by signal {-code}; the next pass finishes what it had begun" if code < 0 else f"exit {code}"
        self._say(f"the pass ended: {told}", level="warn" if self.tally.failed else "info")

    def _wait(self, known: str) -> str:
        """Until the next pass is due or a file arrived that stopped growing; says which."""
        until = time.monotonic() + self._pause()
        seen = self._arrivals()
        while not self._stopping and time.monotonic() < until:
            time.sleep(min(POLL_S, max(0.0, until - time.monotonic())))
            now = self._arrivals()
            if now != known and now == seen:
                return "files arrived"
            seen = now
        return "on schedule"

    def _pause(self) -> float:
        """Longer after each failure in a row: half the schedule, doubled each time, at most an hour or the schedule."""
        if not self.tally.failed:
            return self._every
        return min(self._every, max(POLL_S, self._every / 2) * 2.0 ** (self.tally.failed - 1), LONGEST_WAIT_S)

    def _arrivals(self) -> str:
        """Changes when a local file below one of the sources comes, goes, grows or is touched."""
        try:
            heading = read_heading(self._estate)
        except WindvaneError as error:
            return error.message
        marks = hashlib.sha256()
        for name in sorted({_folder(self._estate, s.location) for s in heading.sources if "://" not in s.location}):
            for path in _files(Path(name)):
                try:
                    stat = path.stat()
                except OSError:
                    continue
                marks.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode(errors="surrogateescape"))
        return marks.hexdigest()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {s: signal.signal(s, self._stop) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        self._stopping = True
        if self._child is not None:
            self._child.send_signal(signal.SIGINT)

    def _say(self, text: str, level: str = "info") -> None:
        at = time.monotonic() - self.tally.began
        self._emit(Event(at=at, step="watch", text=text, level=level))


def seconds(text: str) -> float:
    """`90s`, `5m`, `2h`, `1d` as seconds; a bare number is seconds. Raises `ValueError`."""
    number, unit = (text[:-1], text[-1]) if text and text[-1].isalpha() else (text, "s")
    factor = {"s": 1, "m": 60, "h": 3600, "d": 86_400}.get(unit.lower())
    if factor is None or float(number) * factor < 1:
        raise ValueError(text)
    return float(number) * factor


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
