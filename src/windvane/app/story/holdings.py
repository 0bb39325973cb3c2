"""What the ledger knows of products and of quarantined rows."""

from __future__ import annotations

from windvane.app.story import words
from windvane.app.story.book import Book
from windvane.app.story.fulfilment import fulfilments
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, Retire
from windvane.domain.entry import Entry
from windvane.domain.estate import Product
from windvane.domain.record import Record


class ProductLine(Record, tag="product_line"):
    """A product as it was last promoted."""

    name: str
    kind: str
    relation: str
    goal: str  # the sentence
    means: str  # the goal as it was typed
    metrics: tuple[str, ...] = ()
    decision: str = ""
    release: str = ""  # the last one that published its relation
    released_at: str = ""
    standing: str = ""  # of an estimated product: whether its goal is met, once the work on it ended


class QuarantineLine(Record, tag="quarantine_line"):
    """One batch with rows that were not accepted."""

    batch: str
    source: str
    delivery: str
    rows: int
    share: float  # of the rows read, 0..1
    at: str
    path: str  # Parquet with _batch, _row, reason, raw; relative to the estate
    closed: int = 0  # of these rows: closed by a person as known losses


def products(book: Book) -> tuple[ProductLine, ...]:
    """Products of promoted plans that were not retired since."""
    found: dict[str, tuple[str, Product]] = {}
    for decision in book.decisions.values():
        plan = book.plans.get(decision.plan)
        if plan is None or decision.id not in book.releases:
            continue
        for change in plan.changes:
            if isinstance(change, Put) and isinstance(change.asset, Product):
                found[change.asset.name] = (decision.id, change.asset)
            elif isinstance(change, Retire) and change.ref.kind == "product":
                found.pop(change.ref.name, None)
    known = {f.product: f.standing for f in fulfilments(book)}
    return tuple(_line(book, d, p, standing=known.get(p.name, "")) for d, p in found.values())


def quarantine(book: Book) -> tuple[QuarantineLine, ...]:
    """Batches with quarantined rows, oldest first, as readers see them or as they would come in."""
    return tuple(
        QuarantineLine(
            batch=b.id,
            source=b.source,
            delivery=b.delivery,
            rows=b.quarantined,
            share=b.quarantined / b.rows_read,
            at=entry.time,
            path=b.quarantine_path,
            closed=b.closed,
        )
        for entry, b in _screened(book)
        if b.quarantined
    )


def _screened(book: Book) -> list[tuple[Entry, Batch]]:
    """Each batch by its last promoted admission, else by the last plan that would admit it, else as it was landed."""
    known = {landed.batch.id: landed.batch for _, landed in book.landed}
    known |= {c.batch.id: c.batch for p in book.plans.values() for c in p.changes if isinstance(c, Admit)}
    for decision in book.decisions.values():
        plan = book.plans.get(decision.plan)
        if plan is not None and decision.verdict.outcome == "promote":
            known |= {c.batch.id: c.batch for c in plan.changes if isinstance(c, Admit)}
    return [(entry, known[landed.batch.id]) for entry, landed in book.landed]


def _line(book: Book, decision: str, product: Product, *, standing: str) -> ProductLine:
    published = [d for d, r in book.releases.items() if product.relation in r.relations] or [decision]
    release = book.releases[published[-1]]
    return ProductLine(
        name=product.name,
        kind=product.kind,
        relation=product.relation,
        goal=product.goal.sentence,
        means=words.goal(product.goal),
        metrics=product.metrics,
        decision=decision,
        release=release.id,
        released_at=book.released_at[release.decision].time,
        standing=standing,
    )
