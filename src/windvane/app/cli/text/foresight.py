"""What a change would do, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import columns
from windvane.app.reports import Foreseen, Foresight
from windvane.app.story.words import count


def foresight(found: Foresight) -> Iterator[Line]:
    """Outcome with its reasons, relations that would change, cost."""
    yield Line(f"{found.title}: would be {found.outcome}", "head")
    yield Line(f"  {found.detail}", "ask" if found.outcome == "held" else "")
    yield from columns([(r.relation, _rows(r), _bytes(r)) for r in found.relations])
    same = count(found.untouched, "other relation") if found.relations else count(found.untouched, "relation")
    yield Line(f"  {same} would stay as it is" if found.untouched == 1 else f"  {same} would stay as they are")
    yield Line(f"  about {found.cpu_s:.1f} CPU s; nothing was changed, and this is kept to be compared", "dim")


def _rows(told: Foreseen) -> str:
    return f"{told.rows_before:,} -> {told.rows_after:,} rows"


def _bytes(told: Foreseen) -> str:
    return f"{told.bytes_before / 1e6:.2f} -> {told.bytes_after / 1e6:.2f} MB"
