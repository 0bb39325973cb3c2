"""A person's own estate as the ground of a drill: what it accepted, read without touching anything."""

from __future__ import annotations

from pathlib import Path

from windvane.adapters.heading import read_heading, write_heading
from windvane.adapters.ledger import Ledger
from windvane.adapters.warehouses.scratch import Scratch
from windvane.app import running
from windvane.app.drill.base import ESTATE, FILES, Base, opened_again
from windvane.app.drill.given import Given, cut, write
from windvane.domain.batch import Batch
from windvane.domain.errors import Usage
from windvane.domain.estate import Source
from windvane.domain.event import Event
from windvane.domain.heading import Heading
from windvane.domain.record import replace
from windvane.domain.table import Table
from windvane.loop.logbook import Logbook

NEWEST = 40  # deliveries of a source that are taken over
PIECES = 12  # that a source is cut into when none came in several deliveries
_FEWEST = 5  # deliveries from which a next one can be told from noise


def given_of(estate: Path) -> Given:
    """The deliveries that were accepted, the newest of each source that goes on being the day to break.

    Raises `Usage`: `drill.nothing` when nothing was accepted yet, `drill.short` when there is too little to cut.
    """
    tables = _accepted(estate)
    if not tables:
        raise Usage(
            "there is nothing to drill on", code="drill.nothing", why="no delivery was accepted", fix="windvane run"
        )
    going = {s for s, found in tables.items() if len(found) >= _FEWEST}
    if not going:
        tables, going = _in_pieces(tables)
    history = tuple(t for s, found in tables.items() for t in (found[:-1] if s in going else found))
    goals = read_heading(estate).goals
    return Given(
        name=estate.resolve().name,
        goal=goals[0].sentence if goals else "",
        history=history,
        arriving=tuple(tables[s][-1] for s in sorted(going)),
    )


def build_own(given: Given, estate: Path, root: Path) -> Base:
    """An estate with the goals and rules of the person's, on the history of `given`, in `root`. Raises `Failed`."""
    write(given, root / FILES)
    (root / ESTATE).mkdir(parents=True)
    write_heading(root / ESTATE, _moved(read_heading(estate), given, root / FILES))
    running.run(root / ESTATE, emit=_quiet)
    return opened_again(given, root)


def _quiet(event: Event) -> None:
    """Say nothing."""


def _moved(heading: Heading, given: Given, files: Path) -> Heading:
    """The same goals and rules over files in `files`; no language model is asked, or it would be paid for."""
    last = {t.source: t for t in given.history}
    sources = tuple(
        Source(name=s.name, connector="files", location=f"{files}/{s.name}_[0-9]*.csv", columns=last[s.name].columns)
        for s in heading.sources
        if s.name in last
    )
    return replace(heading, sources=sources, llm=None)


def _accepted(estate: Path) -> dict[str, list[Table]]:
    """Rows of text by source, those of deliveries that have the columns of the newest one."""
    ledger = Ledger(estate / ".windvane" / "ledger.sqlite")
    try:
        visible = Logbook(ledger).visible()
    finally:
        ledger.close()
    engine = Scratch()
    found: dict[str, list[Table]] = {}
    try:
        for source in sorted({b.source for b in visible}):
            mine = [b for b in visible if b.source == source and b.accepted]
            alike = [b for b in mine if set(b.columns) == set(mine[-1].columns)][-NEWEST:]
            found[source] = [_table(engine, estate, b, mine[-1].columns, n) for n, b in enumerate(alike, 1)]
    finally:
        engine.close()
    return {source: tables for source, tables in found.items() if tables}


def _table(engine: Scratch, estate: Path, batch: Batch, columns: tuple[str, ...], number: int) -> Table:
    named = ", ".join('"' + c.replace('"', '""') + '"' for c in columns)
    rows = engine.rows(f"SELECT {named} FROM read_parquet(?) ORDER BY _row", (str(estate / batch.path),))
    texts = tuple(tuple("" if v is None else str(v) for v in row) for row in rows)
    return Table(source=batch.source, file=f"{batch.source}_{number:03d}.csv", columns=columns, rows=texts)


def _in_pieces(tables: dict[str, list[Table]]) -> tuple[dict[str, list[Table]], set[str]]:
    """The source with the most rows, cut into days by the order of its rows."""
    source, found = max(tables.items(), key=lambda item: sum(len(t.rows) for t in item[1]))
    rows = [row for t in found for row in t.rows]
    if len(rows) < 10 * PIECES:
        raise Usage(
            "the estate is too small for a drill",
            code="drill.short",
            why=f"{len(rows):,} rows in {source}, {10 * PIECES} are needed",
            fix="wait for more deliveries",
        )
    return tables | {source: list(cut(source, rows, found[-1].columns, days=PIECES))}, {source}
