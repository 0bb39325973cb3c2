"""Which estimated products need work upstream: their goal is missed, they drift, or what is in reach has grown."""

from __future__ import annotations

from windvane.domain.estate import Contract, Estate, Product
from windvane.domain.incident import Incident
from windvane.loop import versions
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def estimated(estate: Estate) -> tuple[Product, ...]:
    """The products that are estimated."""
    found = (a for a in estate.assets if isinstance(a, Product))
    return tuple(p for p in found if p.inputs is not None and p.recipe is not None)


def due(crew: Crew) -> tuple[str, ...]:
    """Products that miss their goal and whose cascade has not come to its end."""
    book = Logbook(crew.ledger)
    estate = crew.folder.read()
    return tuple(p.name for p in estimated(estate) if _due(book, p, reach(estate)))


def segmented(product: Product | None) -> bool:
    """Whether a product is segments: there is no target that something upstream could help to meet."""
    return product is not None and product.inputs is not None and product.inputs.quantity == "segment"


def open_ended(product: Product) -> bool:
    """Whether nothing is demanded and what costs nothing is hardly what was meant: a class, or what is unusual."""
    return not product.goal.targets and product.kind in ("classification", "anomaly")


def reach(estate: Estate) -> tuple[str, ...]:
    """What proposals can join: core relations."""
    found = (a.relation for a in estate.assets if isinstance(a, Contract))
    return tuple(sorted(r for r in found if r.startswith("core.")))


def _due(book: Logbook, product: Product, within: tuple[str, ...]) -> bool:
    from windvane.loop.estimating import version_of

    scored = book.scores.get((product.name, version_of(product), "development"))
    if scored is None or versions.taken_back(book, product.name):
        return False
    if drifting(book, product.name) is not None or segmented(product):
        return drifting(book, product.name) is not None
    last = next((r for r in reversed(book.rounds) if r.product == product.name), None)
    if last is None:
        return bool(product.goal.targets) or open_ended(product)
    if not last.end:
        return True
    rests = last.version == scored.version or versions.restored(book, product.name) == scored.version
    rests = rests and not (last.reach and set(within) - set(last.reach))
    return bool(product.goal.targets) and not rests and not scored.met


def drifting(book: Logbook, name: str) -> Incident | None:
    """The incident of a product that does worse than it did, until a cascade about it has come to its end."""
    ended = {r.incident for r in book.rounds if r.end}
    found = (i for i in book.incidents.values() if i.signals[0].kind == "drift" and i.signals[0].subject == name)
    return next((i for i in found if i.id not in ended), None)
