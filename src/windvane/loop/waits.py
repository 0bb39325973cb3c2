"""Days of which rows wait for a person: what arrives after them is not late, and they are not missing."""

from __future__ import annotations

from datetime import date

from windvane.domain.batch import Batch, Waits
from windvane.domain.change import Admit
from windvane.domain.estate import Model, Ref
from windvane.domain.plan import Plan
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.casts import casts
from windvane.stack.quality.seams import relation_of

_MOST = 50  # newest deliveries that are looked at


def days(crew: Crew, plan: Plan) -> tuple[Waits, ...]:
    """The days of held deliveries of the sources that `plan` lets data in of, in every column that tells a day."""
    coming = [c.batch for c in plan.changes if isinstance(c, Admit)]
    sources, mine = {b.source for b in coming}, {b.id for b in coming}
    held: dict[str, list[Batch]] = {}
    for fate, batch in Logbook(crew.ledger).fates.values():
        if fate == "waiting" and batch.source in sources and batch.id not in mine and batch.accepted:
            held.setdefault(batch.source, []).append(batch)
    found: list[Waits] = []
    for source, batches in sorted(held.items()):
        model = crew.folder.read().find(Ref(kind="model", name=f"staging.{source}"))
        if isinstance(model, Model):
            found += _days(crew, model, tuple(batches[-_MOST:]))
    return tuple(found)


def _days(crew: Crew, model: Model, batches: tuple[Batch, ...]) -> list[Waits]:
    rows_of = relation_of(crew.root, model, batches)
    found = []
    for cast in casts(model.text):
        if cast.type.startswith(("date", "timestamp")):
            name = f'"{cast.name}"'
            rows = crew.scratch().rows(f"SELECT DISTINCT CAST({name} AS DATE) FROM {rows_of} WHERE {name} IS NOT NULL")
            source = batches[0].source
            found += [Waits(source=source, column=cast.name, day=day) for (day,) in rows if isinstance(day, date)]
    return found
