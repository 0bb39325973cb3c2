"""Tries an older delivery before it is let in: landed, read beside production, and admitted only with the version."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from windvane.domain.batch import Batch, Delivery
from windvane.domain.change import Admit, Put
from windvane.domain.entry import Landed
from windvane.domain.errors import Unreadable, WindvaneError
from windvane.domain.estate import Estate, Model, Ref, Source
from windvane.domain.estimate import Inputs
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import propose
from windvane.loop.arrive import known
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.versions import product_of
from windvane.sql.casts import casts
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.transform.estimates import CONNECTOR, revised


class Prepared(NamedTuple):
    """Plans as they can be tried; by fingerprint the inputs that are read for those that bring rows of their own."""

    plans: tuple[Plan, ...]
    reading: Mapping[str, Inputs]


def prepared(crew: Crew, estate: Estate, plans: tuple[Plan, ...]) -> Prepared:
    """The plans; those that widen a source with what it would bring, landed and not visible, or dropped for nothing."""
    made: list[Plan] = []
    reading: dict[str, Inputs] = {}
    for plan in plans:
        source, product = _widened(plan), product_of(plan)
        if source is None or product is None:
            made.append(plan)
            continue
        found = _filled(crew, estate, plan, source)
        if found is not None:
            made.append(found[0])
            reading[found[0].fingerprint()] = found[1]
    return Prepared(tuple(made), reading)


def settled(crew: Crew, plan: Plan) -> None:
    """What a plan that widened a source brought is known from now on: it is not landed again. Idempotent."""
    source = _widened(plan)
    if source is None:
        return
    now = _delivered(crew, source)
    for batch in brought(plan):
        crew.write(f"landed:{batch.id}", Landed(batch=batch), actor="ingester", step="sense")
        if batch.delivery in now:
            crew.ledger.remember(known(now[batch.delivery]), now[batch.delivery].stamp)


def _delivered(crew: Crew, source: Source) -> dict[str, Delivery]:
    """What a source delivers, by name; nothing where it cannot be asked any more."""
    try:
        return {d.name: d for d in crew.connector(source.connector).deliveries(source)}
    except WindvaneError:
        return {}


def brought(plan: Plan) -> tuple[Batch, ...]:
    """The batches that a plan lets in for a source that it widens."""
    source = _widened(plan)
    admits = (c.batch for c in plan.changes if isinstance(c, Admit))
    return tuple(b for b in admits if source is not None and b.source == source.name)


def _widened(plan: Plan) -> Source | None:
    puts = (c.asset for c in plan.changes if isinstance(c, Put))
    return next((a for a in puts if isinstance(a, Source) and a.connector != CONNECTOR), None)


def _filled(crew: Crew, estate: Estate, plan: Plan, source: Source) -> tuple[Plan, Inputs] | None:
    """The plan with the batches of the wider source, and the inputs that read them beside the fact."""
    product = product_of(plan)
    model = estate.find(Ref(kind="model", name=f"staging.{source.name}"))
    assert product is not None and product.inputs is not None
    if not isinstance(model, Model):
        return None
    batches = landed(crew, source)
    full = propose.admit(crew, estate, replace(plan, changes=(Put(asset=source),)), batches) if batches else None
    fresh = tuple(b for b in brought(full) if b.accepted) if full is not None else ()
    reader = crew.warehouse().reader()
    needed = tuple(dict.fromkeys((*product.inputs.entities, product.inputs.time, product.inputs.value)))
    made = {c.name: c for c in casts(model.text)}
    if full is None or not fresh or not set(needed) <= set(made) or product.inputs.where:
        return None
    older = " UNION ALL ".join(
        _read(crew, b, [f"CAST({made[n].text} AS {made[n].type}) AS {n}" for n in needed]) for b in fresh
    )
    columns = ", ".join((*needed, "_seq", "_row"))
    both = f"(SELECT {columns} FROM {product.inputs.relation} UNION ALL SELECT {columns} FROM ({older}) AS older)"
    first, began = (
        str(reader.rows(f"SELECT MIN(CAST({product.inputs.time} AS DATE)) FROM {r} AS r")[0][0])
        for r in (both, product.inputs.relation)
    )
    if first >= began:
        return None
    inputs = replace(product.inputs, since=first)
    rows = sum(b.accepted for b in fresh)
    told = replace(
        full,
        title=f"{plan.title}: {rows:,} rows since {first}",
        changes=(*full.changes, *revised(product, inputs, product.recipe)) if product.recipe else full.changes,
        evidence=(*full.evidence, f"{product.inputs.relation} begins {began}, the archive {first}"),
    )
    return propose.finish(estate, None, replace(told, inverse=())), replace(inputs, relation=both + " AS fact")


def landed(crew: Crew, source: Source) -> tuple[Batch, ...]:
    """What the wider source delivers and nobody has landed, as batches nobody sees; without what cannot be read."""
    connector = crew.connector(source.connector)
    book, store = Logbook(crew.ledger), RawStore(crew.root)
    there = {b.id: b for b in book.landed.values() if b.source == source.name}
    fresh: list[Batch] = []
    with tempfile.TemporaryDirectory(dir=crew.root / ".windvane") as folder:
        for delivery in connector.deliveries(source):
            if crew.ledger.recall(known(delivery)) == delivery.stamp:
                continue
            batch = _one(crew, source, delivery, Path(folder), seq=1 + len(there) + len(fresh), store=store)
            if batch is not None and batch.id not in there:
                fresh.append(replace(batch, landed_at=crew.now()))
    return tuple(fresh)


def _one(crew: Crew, source: Source, delivery: Delivery, folder: Path, *, seq: int, store: RawStore) -> Batch | None:
    try:
        file = crew.connector(source.connector).fetch(source, delivery, into=folder)
        return land(source, delivery, file, store=store, engine=crew.scratch(), seq=seq)
    except Unreadable:
        return None


def _read(crew: Crew, batch: Batch, columns: list[str]) -> str:
    path = str(crew.root / batch.path).replace("'", "''")
    return f"SELECT {', '.join(columns)}, _seq, _row FROM read_parquet('{path}')"
