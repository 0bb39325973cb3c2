"""Lists of products and of quarantined rows."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import columns
from windvane.app.reports import HeldReport
from windvane.app.story.holdings import ProductLine, QuarantineLine
from windvane.app.story.words import count, moment, share


def products(found: tuple[ProductLine, ...]) -> Iterator[Line]:
    """Name, kind, relation, release and goal."""
    if not found:
        yield Line("no product yet; windvane run builds what the goals ask for")
    rows = [(p.name, p.kind, p.relation, f"{p.release}, {moment(p.released_at)} UTC: {_goal(p)}") for p in found]
    yield from columns(rows, indent="")


def _goal(line: ProductLine) -> str:
    return f"{line.goal} ({line.standing})" if line.standing else line.goal


def quarantine(found: tuple[QuarantineLine, ...]) -> Iterator[Line]:
    """Batch, delivery, rows and where they are kept with their reasons."""
    if not found:
        yield Line("no row is quarantined")
        return
    yield from columns([(q.batch, q.delivery, _rows(q), q.path) for q in found], indent="")
    yield Line(
        f"{count(sum(q.rows for q in found), 'row')} in all; each keeps its reason and its text as delivered", "dim"
    )
    yield Line(f"windvane quarantine {found[-1].batch} shows them", "dim")


def _rows(line: QuarantineLine) -> str:
    closed = f", {line.closed:,} closed" if line.closed else ""
    return f"{line.rows:,} ({share(line.share)}){closed}"


def held(report: HeldReport) -> Iterator[Line]:
    """One line a row: where it stands, why it is held, its cells; then the account, and what can be done."""
    if not report.rows:
        yield Line("no row is withheld there")
    batch = ""
    for row in report.rows:
        if row.batch != batch:
            yield Line(f"{row.batch}  {row.delivery}", "head")
            batch = row.batch
        place = f"row {row.row:,}" + (f", line {row.line:,}" if row.line else "")
        cells = ", ".join(f"{name}={'(none)' if value is None else value}" for name, value in row.cells)
        yield Line(f"  {place}: {row.reason}", "warn")
        yield Line(f"    {cells or row.raw}")
    if report.total > len(report.rows):
        yield Line(f"{report.total:,} rows are held, the first {len(report.rows):,} are shown: --limit N", "dim")
    if report.masked:
        yield Line(f"masked, they look personal: {', '.join(report.masked)}; --show-personal shows them", "dim")
    yield from (Line(account, "dim") for account in report.accounts)
