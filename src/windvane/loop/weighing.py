"""Which columns of a source readers count with: another value there for a row known before moves what they saw."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from windvane.domain.batch import Cast
from windvane.domain.estate import Contract, Estate, Model, Product
from windvane.sql.alias import CARRIED, columns_of
from windvane.sql.lineage import origins
from windvane.sql.parse import query_tree, split
from windvane.stack.landing.comparing import number

_PLACES = frozenset({"latitude", "longitude", "identifier", "ordinal"})  # numbers that nobody adds up


def weighing(estate: Estate, source: str, made: Iterable[Cast]) -> frozenset[str]:
    """Names of the casts that weigh: numbers that add up, and whatever a product rests on by name."""
    meant = _meanings(estate, source)
    wanted = used(estate, source)
    return frozenset(
        c.name for c in made if (number(c.type) and meant.get(c.name) not in _PLACES) or columns_of(c.text) & wanted
    )


def _meanings(estate: Estate, source: str) -> dict[str, str]:
    """What the contract says that the columns of a source mean."""
    contract = next(
        (a for a in estate.of(Contract) if isinstance(a, Contract) and a.relation.partition(".")[2] == source), None
    )
    return {c.name: c.meaning for c in contract.columns} if contract else {}


def used(estate: Estate, source: str) -> frozenset[str]:
    """Delivered columns of a source that the columns of products are made of."""
    models = tuple((a.name, a.text) for a in estate.of(Model) if isinstance(a, Model))
    products = [a.relation for a in estate.of(Product) if isinstance(a, Product)]
    return frozenset(c for relation in products for r, c in _rests_on(models, relation) if r == f"src.{source}")


@lru_cache(maxsize=16)  # the same models are asked about for every delivery
def _rests_on(models: tuple[tuple[str, str], ...], relation: str) -> frozenset[tuple[str, str]]:
    """(relation, column) that no model makes and that the columns of `relation` rest on."""
    texts = dict(models)
    if relation not in texts:
        return frozenset()
    names = query_tree(split(texts[relation])[1]).named_selects
    return frozenset(o for n in names if n not in CARRIED for o in origins(texts, relation, n))
