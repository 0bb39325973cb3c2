"""Decision times for deciding and, apart from them, sealed ones that are opened once, when the result is reported."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from windvane.domain.errors import Usage
from windvane.domain.record import Record

SEALED_SHARE = 0.25  # of the decision times, when nobody says which


class Window(Record):
    """Decision times as positions `first` <= i < `stop`; `begins`, `ends`: the first and the last time, ISO 8601."""

    first: int
    stop: int
    begins: str = ""
    ends: str = ""

    def __len__(self) -> int:
        return self.stop - self.first

    @property
    def steps(self) -> slice:
        """The positions as a slice."""
        return slice(self.first, self.stop)


class Windows(Record):
    """The two windows: they do not overlap, and the sealed one is the later one unless a person says otherwise."""

    develop: Window
    sealed: Window


class Seal(Record):
    """The sealed window of one product; `opened` is the decision for which it was looked into, empty before."""

    product: str
    window: Window
    opened: str = ""

    def open(self, decision: str) -> Seal:
        """The seal, opened for `decision`, which may read again. Raises `Usage` (`sealed.opened`) for another one."""
        if self.opened and self.opened != decision:
            raise Usage(
                f"the sealed window of `{self.product}` was opened before",
                code="sealed.opened",
                why=f"`{self.opened}` looked into {self.window.begins} to {self.window.ends}",
                fix="wait for newer decision times: only those can still tell",
            )
        return Seal(product=self.product, window=self.window, opened=decision)


class Deciding(Record):
    """Decision times of a product in use that decide after a drift: `begins` to `ends`, both included, ISO 8601.

    `about`: what drifted, `accuracy` or `coverage`; `incident`: its number; `version`: the one that drifted.
    """

    product: str
    version: str
    incident: str
    begins: str
    ends: str
    about: str = "accuracy"


def split(times: Sequence[datetime], *, decide: str = "", report: str = "", overlap: int = 0) -> Windows:
    """The windows of `times` (ascending). `decide` and `report` say `FROM:TO`, both included, as years, months or days.

    Without `report` the last quarter is sealed, or what follows `decide`; without `decide` all before `report` decides.
    `overlap`: how many steps one target reaches ahead; so many are left out where the sealed window begins.
    Raises `Usage` (`windows.*`) when a window is empty or the two overlap.
    """
    count = len(times)
    cut = count - int(count * SEALED_SHARE)
    early = _between(times, decide) if decide else None
    late = _between(times, report) if report else (early[1] if early else cut, count)
    early = early or (0, late[0])
    if early[0] < late[1] and late[0] < early[1]:
        raise Usage(
            "the decision times for deciding and those for reporting overlap",
            code="windows.overlap",
            why=f"`{decide}` and `{report}` share {min(early[1], late[1]) - max(early[0], late[0])} decision times",
            fix="choose spans that do not share a decision time",
        )
    if early[0] < late[0]:
        early = (early[0], min(early[1], late[0] - overlap))
    return Windows(develop=_window(times, early, decide), sealed=_window(times, late, report))


def _window(times: Sequence[datetime], span: tuple[int, int], said: str) -> Window:
    first, stop = span
    if first >= stop:
        raise Usage(
            "there is no decision time in the window",
            code="windows.empty",
            why=f"`{said or 'all'}` of {len(times)} decision times, {_shown(times)}",
            fix="choose a span inside them, or wait for more",
        )
    return Window(first=first, stop=stop, begins=times[first].isoformat(), ends=times[stop - 1].isoformat())


def _shown(times: Sequence[datetime]) -> str:
    return f"{times[0].isoformat()} to {times[-1].isoformat()}" if times else "none at all"


def _between(times: Sequence[datetime], span: str) -> tuple[int, int]:
    first, colon, last = span.partition(":")
    try:
        begin, end = _day(first), _day(last if colon else first)
    except ValueError:
        raise Usage(
            f"`{span}` is no span of time",
            code="windows.span",
            why="a span is `FROM:TO`, both included, each a year, a month or a day",
            fix="write it like `2005:2010` or `2005-03:2010-12-24`",
        ) from None
    return bisect_left(times, begin[0]), bisect_right(times, end[1])


def _day(text: str) -> tuple[datetime, datetime]:
    """The first and the last moment of a year, a month or a day."""
    parts = [int(p) for p in text.strip().split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    begin = datetime(year, month, day)
    if len(parts) == 1:
        after = datetime(year + 1, 1, 1)
    elif len(parts) == 2:
        after = datetime(year + month // 12, month % 12 + 1, 1)
    else:
        after = begin + timedelta(days=1)
    return begin, after - timedelta(microseconds=1)
