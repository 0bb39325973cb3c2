"""What a decision changed, files as unified diffs."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import section
from windvane.app.story.diff import DiffReport, RowsMoved
from windvane.app.story.words import number

_ROLES = {"+": "add", "-": "cut", "@": "dim"}


def diff(report: DiffReport) -> Iterator[Line]:
    """Relations, batches and rows first, then the files."""
    made = f" ({report.release})" if report.release else " (changed nothing yet)"
    yield Line(f"{report.id}  {report.title}{made}", "head")
    yield from section("relations published", report.relations)
    yield from section("batches", report.batches)
    yield from section("computed anew", report.reruns)
    yield from section("rows", [rows(r) for r in report.rows])
    origin = f"from commit {report.commit[:12]}" if report.origin == "commit" else "from the plan"
    if report.files:
        yield Line(f"files, {origin}", "head")
    for file in report.files:
        yield Line(f"  {file.path}", "head")
        yield from (Line(text, _ROLES.get(text[:1], "")) for text in file.diff)


def rows(moved: RowsMoved) -> str:
    """Rows of a relation on both sides, and the difference."""
    was, now = moved.before or 0, moved.after or 0
    return f"{moved.relation}: {number(moved.before)} -> {number(moved.after)} ({now - was:+,.0f})"
