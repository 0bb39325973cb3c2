"""Lists of products and of quarantined rows."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import columns
from windvane.app.story.holdings import ProductLine, QuarantineLine
from windvane.app.story.words import count, moment, share


def products(found: tuple[ProductLine, ...]) -> Iterator[Line]:
    """Name, kind, relation, release and goal."""
    if not found:
        yield Line("no product yet; windvane run builds what the goals ask for")
    rows = [(p.name, p.kind, p.relation, f"{p.release}, {moment(p.released_at)} UTC: {p.goal}") for p in found]
    yield from columns(rows, indent="")


def quarantine(found: tuple[QuarantineLine, ...]) -> Iterator[Line]:
    """Batch, delivery, rows and where they are kept with their reasons."""
    if not found:
        yield Line("no row is quarantined")
        return
    yield from columns([(q.batch, q.delivery, f"{q.rows:,} ({share(q.share)})", q.path) for q in found], indent="")
    yield Line(
        f"{count(sum(q.rows for q in found), 'row')} in all; each keeps its reason and its text as delivered", "dim"
    )
