"""What waits for its counterparts: deliveries and rows that refer to what was not there, tried again when it is."""

from __future__ import annotations

import hashlib
import json

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.decision import Decision
from windvane.domain.entry import Steering
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Estate, Model, Ref, Reference
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import lost, mend
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.bound import BINDING
from windvane.loop.logbook import Logbook
from windvane.sql.alias import columns_of, quote
from windvane.sql.casts import casts

WAITS = "waits:"  # how the reason of a withheld row begins that waits for its counterpart
_RULES = frozenset({"orphans", "references"})
_GAPS = frozenset({"freshness"})


def deliveries(crew: Crew) -> tuple[tuple[Decision, tuple[Batch, ...]], ...]:
    """Questions about deliveries that broke nothing but references, came after days that were missing, or under names
    that were not known, when what they refer to, what came before them, or what is known has changed since."""
    book, estate = Logbook(crew.ledger), crew.folder.read()
    found = []
    for decision in book.waiting():
        admitted = tuple(c.batch for c in book.plans[decision.plan].changes if isinstance(c, Admit))
        landed = tuple(book.landed[b.id] for b in admitted if b.id in book.landed)
        if landed and len(landed) == len(admitted) and _waited_for(crew, estate, decision, landed[0]):
            found.append((decision, landed))
    return tuple(found)


def contradicted(crew: Crew) -> tuple[tuple[Decision, Batch], ...]:
    """Questions about one delivery that broke nothing but what binds it to another table, which may come corrected.

    What the rows of the other table broke for themselves is not about it either: none of them could be read.
    """
    book = Logbook(crew.ledger)
    found = []
    for decision in book.waiting():
        admitted = [c.batch.id for c in book.plans[decision.plan].changes if isinstance(c, Admit)]
        batch = book.landed.get(admitted[0]) if len(admitted) == 1 else None
        if batch is not None and _speaks_of_others(_broken(book, decision), batch):
            found.append((decision, batch))
    return tuple(found)


def _speaks_of_others(broken: list[tuple[str, str]], batch: Batch) -> bool:
    """Whether all that broke binds the delivery to another table, or is that table's own affair."""
    named = [(at, rule) for at, rule in broken if rule]
    whole = len(named) == len(broken) or not batch.quarantined  # rows of others were too many to withhold
    return bool(named) and whole and all(rule in BINDING or at != batch.source for at, rule in named)


def came(crew: Crew, decision: Decision, *, plan: str) -> None:
    """The delivery that a question was about came in by itself: nobody has to answer any more."""
    said = Steering(act="reject", about=decision.id, because="its counterparts are there: it came in by itself")
    crew.write(f"superseded:{decision.id}", said, actor="windvane", step="sense", because=(f"decision:{plan}",))


def rows(crew: Crew) -> tuple[Plan, ...]:
    """Plans that let withheld rows in whose counterparts are there now."""
    book, estate = Logbook(crew.ledger), crew.folder.read()
    aside = {w.batch for p in book.plans.values() for w in p.withhold if w.reason.startswith(WAITS)}
    found = []
    for fate, batch in book.fates.values():
        if fate != "visible" or batch.id not in aside or not batch.quarantine_path or not _moved(crew, estate, batch):
            continue
        ready = _ready(crew, estate, batch)
        if ready:
            plan = mend.prepare(crew, mend.Wish(batch=batch.id, act="replay", rows=ready)).plan
            found.append(replace(plan, proposer="ingester", rationale="What the rows refer to is there now."))
    return tuple(found)


def _waited_for(crew: Crew, estate: Estate, decision: Decision, batch: Batch) -> bool:
    """Whether what a delivery lacked may be there now: its counterparts, the days before it, names for its columns."""
    book = Logbook(crew.ledger)
    return (
        (_only(book, decision, _RULES) and _moved(crew, estate, batch))
        or (_only(book, decision, _GAPS) and _more(crew, batch))
        or _read_now(crew, estate, decision, batch)
    )


def _read_now(crew: Crew, estate: Estate, decision: Decision, batch: Batch) -> bool:
    """Whether the columns that a delivery lacked are known under the names it has, since another one proved it."""
    book = Logbook(crew.ledger)
    incident = book.incidents.get(decision.incident)
    model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
    if incident is None or not isinstance(model, Model) or {s.kind for s in incident.signals} != {"schema_drift"}:
        return False
    mark = hashlib.sha256(model.text.encode()).hexdigest()[:16]
    if lost.lost(book, model, batch) or crew.ledger.recall(f"late:{batch.id}") == mark:
        return False
    crew.ledger.remember(f"late:{batch.id}", mark)
    return True


def _only(book: Logbook, decision: Decision, rules: frozenset[str]) -> bool:
    """Whether no check but those of some rules broke, and nothing was withheld."""
    broken = _broken(book, decision)
    return bool(broken) and all(rule in rules for _, rule in broken)


def _broken(book: Logbook, decision: Decision) -> list[tuple[str, str]]:
    """(table, rule) of the checks that broke; both empty for a signal that is of no check."""
    incident = book.incidents.get(decision.incident)
    names = [s.expected.strip("`").partition("` ")[0].split(".") for s in incident.signals] if incident else []
    return [(n[1], n[2]) if len(n) > 2 else ("", "") for n in names]


def _more(crew: Crew, batch: Batch) -> bool:
    """Whether other deliveries of its source came in since a batch was last asked about."""
    return _other(crew, batch, {batch.source})


def _references(estate: Estate, source: str) -> tuple[Reference, ...]:
    found = (
        c
        for c in estate.of(Contract)
        if isinstance(c, Contract) and c.relation in (f"core.{source}", f"staging.{source}")
    )
    return tuple(r for c in found for r in c.references if r.match_share >= 1.0)


def _moved(crew: Crew, estate: Estate, batch: Batch) -> bool:
    """Whether what a batch refers to changed since it was last asked; remembered, so that it is asked once."""
    return _other(crew, batch, {r.to.partition(".")[2] for r in _references(estate, batch.source)})


def _other(crew: Crew, batch: Batch, parents: set[str]) -> bool:
    there = sorted(b.path for b in Logbook(crew.ledger).visible() if b.source in parents)
    mark = hashlib.sha256("\n".join(there).encode()).hexdigest()[:16]
    if not parents or crew.ledger.recall(f"late:{batch.id}") == mark:
        return False
    crew.ledger.remember(f"late:{batch.id}", mark)
    return True


def _ready(crew: Crew, estate: Estate, batch: Batch) -> tuple[int, ...]:
    """Withheld rows whose every counterpart is there."""
    model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
    if not isinstance(model, Model):
        return ()
    path = str(crew.root / batch.quarantine_path)
    held = crew.scratch().rows(f"SELECT _row, raw FROM read_parquet(?) WHERE reason LIKE '{WAITS}%'", [path])
    read = {c.name: next(iter(columns_of(c.text)), "") for c in casts(model.text)}
    waiting = {int(str(n)): json.loads(str(raw)) for n, raw in held}
    for reference in _references(estate, batch.source):
        columns = [read.get(c, "") for c in reference.columns]
        there = _keys(crew, reference)
        waiting = {n: r for n, r in waiting.items() if _named(r, columns) is None or _named(r, columns) in there}
    return tuple(sorted(waiting))


def _named(row: dict[str, str | None], columns: list[str]) -> tuple[str, ...] | None:
    cells = tuple(row.get(c) for c in columns)
    return None if any(not c for c in cells) else tuple(str(c) for c in cells)


def _keys(crew: Crew, reference: Reference) -> set[tuple[str, ...]]:
    listed = ", ".join(quote(c) for c in reference.to_columns)
    try:
        found = crew.warehouse().reader().rows(f"SELECT DISTINCT {listed} FROM {reference.to}")
    except WindvaneError:
        return set()
    return {tuple(str(v) for v in r) for r in found}
