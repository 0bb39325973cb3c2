"""Runs the loop again and again, on schedule and when files arrive: a light parent that starts one process a pass."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from windvane.app.arrivals import Arrival, Look, look
from windvane.app.standby import Standby
from windvane.domain.event import Emit, Event

ARRIVED = "files arrived"
SHORTEST_WAIT_S = 2.0
LONGEST_WAIT_S = 3600.0  # between tries after passing trouble, however often it came


@dataclass
class Tally:
    """What a watch has done."""

    passes: int = 0
    failed: int = 0
    last_exit: int = 0
    began: float = field(default_factory=time.monotonic)


class Watch:
    """One estate, watched until told to stop. Each pass is a process of its own: nothing that leaks or dies stays.

    The process for the next files is started ahead; a pass on schedule mostly finds nothing and starts light.
    """

    def __init__(self, estate: Path, *, every_s: float, emit: Emit, options: tuple[str, ...] = ()) -> None:
        self._estate = estate
        self._words = ("run", "--estate", str(estate), *options)
        self._standby = Standby(self._words)
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
                known = look(self._estate)  # before the pass: a file that comes while it runs is not overlooked
                self._pass(waited_for)
                if enough(self.tally):
                    break
                waited_for = self._wait(known)
        return self.tally

    def _pass(self, why: str) -> None:
        self._say(f"a pass begins: {why}")
        if why == ARRIVED:
            self._child = self._standby.begin()
        else:
            self._child = subprocess.Popen([sys.executable, "-m", "windvane", *self._words])
        code = self._child.wait()
        self._child = None
        self.tally.passes += 1
        self.tally.last_exit = code
        passing = code == 75 or code < 0
        self.tally.failed = self.tally.failed + 1 if passing or code in (1, 2) else 0
        told = f"killed by signal {-code}; the next pass finishes what it had begun" if code < 0 else f"exit {code}"
        self._say(f"the pass ended: {told}", level="warn" if self.tally.failed else "info")

    def _wait(self, known: Look) -> str:
        """Until the next pass is due, or files came that nobody writes any more; says which."""
        until = time.monotonic() + self._pause()
        arrival = Arrival(self._estate, known)
        if known.folders and not self._stopping:
            self._standby.prepare()
        while not self._stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(arrival.pause_s, left))
            if arrival.whole():
                return ARRIVED
        return "on schedule"

    def _pause(self) -> float:
        """Longer after each failure in a row: half the schedule, doubled each time, at most an hour or the schedule."""
        if not self.tally.failed:
            return self._every
        return min(self._every, max(SHORTEST_WAIT_S, self._every / 2) * 2.0 ** (self.tally.failed - 1), LONGEST_WAIT_S)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {s: signal.signal(s, self._stop) for s in (signal.SIGINT, signal.SIGTERM)}
        before[signal.SIGIO] = signal.signal(signal.SIGIO, signal.SIG_IGN)  # someone opens a file that is looked at
        try:
            yield
        finally:
            self._standby.close()
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
