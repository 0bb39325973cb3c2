"""Lines of the ledger, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from windvane.app.cli.screen import Line
from windvane.app.reports import ChainReport
from windvane.app.story.log import LogLine
from windvane.app.story.words import count, moment

_ROLES = {"gate": "head", "steer": "ask", "promote": "good"}


def log(lines: Iterable[LogLine]) -> Iterator[Line]:
    """Number, time (UTC), step, actor, what, and the lines it follows from."""
    for line in lines:
        because = f"  <- {', '.join(map(str, line.because))}" if line.because else ""
        head = f"{line.seq:>5}  {moment(line.time)}  {line.step:<8}  {line.actor:<10}"
        yield Line(f"{head}  {line.says}{because}", _ROLES.get(line.step, ""))


def chain(report: ChainReport) -> Iterator[Line]:
    """How many lines hold, and what is wrong with the rest."""
    if not report.faults:
        yield Line(f"the ledger is whole: {count(report.lines, 'line')}, each follows from the one before", "good")
        return
    yield Line(
        f"the ledger is broken at line {report.broken:,}: {report.holds:,} of {report.lines:,} lines hold", "bad"
    )
    yield from (Line(f"  {fault}", "bad") for fault in report.faults[:10])
    yield Line("  fix: restore `.windvane/ledger.sqlite` from a backup; the data are not touched", "dim")
