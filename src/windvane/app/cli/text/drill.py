"""The score of a drill."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import section
from windvane.app.drill.drill import DrillReport
from windvane.app.drill.judging import Score
from windvane.app.drill.tally import told
from windvane.app.story.words import count


def drill(report: DrillReport) -> Iterator[Line]:
    """What was not right, the table by class, what could not be played, and all in one line."""
    wrong = [case for case in report.cases if not case.right]
    yield from section("Wrong values shown", [_case(c) for c in wrong if c.corrupted or c.lost], "bad")
    yield from section("Not as it should be", [_case(c) for c in wrong if not c.corrupted and not c.lost], "warn")
    yield from (Line(text) for text in told(report.cases))
    if report.passed:
        names = ", ".join(report.passed)
        yield Line(f"{count(len(report.passed), 'fault')} found nothing to break here: {names}", "dim")
    if report.kept:
        yield Line(f"the copy is in {report.kept}", "dim")
    yield Line(f"Done in {report.seconds:.0f} s with seed {report.seed}; the estate was only read", "dim")
    yield Line(report.summary, "head")


def _case(case: Score) -> str:
    wanted = " or ".join(case.wanted)
    return f"{case.id} {case.fault} on {case.source}: {case.said}; got {case.got}, {wanted} would have been right"


def exit_code(report: DrillReport) -> int:
    """3 when a wrong value was shown or a row was lost, 0 otherwise."""
    return 3 if any(case.corrupted or case.lost or case.harmed for case in report.cases) else 0
