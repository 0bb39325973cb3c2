"""Asks before a change: shows what would happen, and does nothing without a yes."""

from __future__ import annotations

import sys
from collections.abc import Callable

from windvane.app.cli import screen
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.text import change
from windvane.app.reports import ChangeReport, Preview
from windvane.domain.errors import Usage


def carry_out(preview: Preview, consent: Consent, shape: Shape, work: Callable[[], ChangeReport]) -> int:
    """Show `preview`; do `work` when a person agreed, and show what it did. Raises `Usage` (`consent.missing`)."""
    if consent is Consent.PLAN:
        return answer(preview, shape)
    if consent is Consent.ASK and (shape is Shape.JSON or not screen.interactive()):
        raise Usage(
            "nothing was changed: this needs a yes",
            code="consent.missing",
            why=f"it would: {preview.title}",
            fix=f"{preview.command}, or --plan to see what it would do",
        )
    if shape is Shape.TEXT:
        screen.show(change.preview(preview), to=sys.stderr)
    if consent is Consent.ASK and not agreed("Go ahead?"):
        screen.note("Nothing was changed.")
        return Usage.exit_code
    return answer(work(), shape)


def answer(report: Preview | ChangeReport, shape: Shape) -> int:
    """Write a preview or a report to standard output; exit code 0."""
    if shape is Shape.JSON:
        screen.data(report)
    elif isinstance(report, Preview):
        screen.show(change.preview(report))
    else:
        screen.show(change.report(report))
    return 0


def agreed(question: str) -> bool:
    """Whether a person at the terminal says yes; anything else, and the end of input, is a no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
