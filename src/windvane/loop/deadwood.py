"""Finds what an estate may do without: sources and models that no product rests on, checks that say what others say.

Pure. What a person wrote counts as needed, and so does what a check of a needed relation compares with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

from windvane.domain.batch import Batch
from windvane.domain.change import Change, Put, Retire, Withdraw
from windvane.domain.estate import Check, Contract, Estate, Metric, Model, Product, Ref, Source, ref_of
from windvane.domain.record import replace
from windvane.sql.house import tokens_of
from windvane.sql.lineage import reads, tables, upstream

K = TypeVar("K", Check, Contract, Metric, Model, Product, Source)
_SRC = "src."


class Deadwood(NamedTuple):
    """What could go, as changes: a title, and why nothing seems to need it."""

    title: str
    evidence: tuple[str, ...]
    changes: tuple[Change, ...]


def deadwood(estate: Estate, visible: Iterable[Batch], *, theirs: frozenset[str]) -> tuple[Deadwood, ...]:
    """Candidates, each to be tried on its own. `theirs`: models that a person wrote; `visible`: admitted batches.

    While a goal is served by no product no source or model is one: it may be needed for that.
    """
    served = {p.goal.sentence for p in _all(estate, Product)}
    batches = tuple(visible)
    found = [*_checks(estate)]
    if served and set(estate.goals) <= served:
        found += [_retired(estate, group, batches) for group in _groups(estate, needed(estate, theirs))]
    return tuple(found)


def about(changes: tuple[Change, ...]) -> frozenset[str]:
    """What changes are about, whatever rows have come since: assets that they retire, or put with less in them."""
    retired = {str(c.ref) for c in changes if isinstance(c, Retire)}
    return frozenset(retired | {c.asset.fingerprint() for c in changes if isinstance(c, Put)})


def needed(estate: Estate, theirs: frozenset[str]) -> frozenset[str]:
    """Relations (`src.*` for sources) that products, metrics, a person's models, or checks on any of these rest on."""
    models = {m.name: m.text for m in _all(estate, Model)}
    contracts = {c.relation: c for c in _all(estate, Contract)}
    waiting = [*_wanted(estate), *theirs]
    found: set[str] = set()
    while waiting:
        relation = waiting.pop()
        if relation not in found:
            found.add(relation)
            waiting += upstream(models, relation)
            waiting += _compared(contracts.get(relation))
    return frozenset(found)


def _wanted(estate: Estate) -> Iterator[str]:
    for product in _all(estate, Product):
        yield product.relation
        if product.inputs is not None:
            yield product.inputs.relation
            yield from (d.relation for d in product.inputs.drivers)
    yield from (m.relation for m in _all(estate, Metric))


def _compared(contract: Contract | None) -> Iterator[str]:
    if contract is None:
        return
    yield from (r.to for r in contract.references)
    for check in contract.checks:
        yield from _read_by(check.sql)


@lru_cache(maxsize=1024)
def _read_by(sql: str) -> tuple[str, ...]:
    """Relations that a check reads, without windvane's own; parsed once while one thing after the other is tried."""
    return tuple(t for t in tables(sql) if not t.startswith("windvane."))


def _groups(estate: Estate, used: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Relations that nothing needs, those together that are made from each other; sources first in each."""
    models = {m.name: m.text for m in _all(estate, Model)}
    sources = {f"{_SRC}{s.name}" for s in _all(estate, Source)}
    dead = (sources | set(models)) - used
    near: dict[str, set[str]] = {name: set() for name in dead}
    for name in dead & set(models):
        for parent in set(reads(models[name])) & dead:
            near[name].add(parent)
            near[parent].add(name)
    groups = []
    while near:
        group = _reached(near, min(near))
        groups.append(tuple(sorted(group, key=lambda n: (len(upstream(models, n)), n))))
        near = {n: others for n, others in near.items() if n not in group}
    return tuple(groups)


def _reached(near: dict[str, set[str]], start: str) -> set[str]:
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += near[name]
    return seen


def _retired(estate: Estate, group: tuple[str, ...], visible: tuple[Batch, ...]) -> Deadwood:
    sources = tuple(n.removeprefix(_SRC) for n in group if n.startswith(_SRC))
    models = tuple(n for n in group if not n.startswith(_SRC))
    refs = [Ref(kind="model", name=n) for n in reversed(models)]
    refs += [ref_of(a) for a in estate.assets if isinstance(a, Contract | Check) and a.relation in models]
    refs += [Ref(kind="source", name=n) for n in sources]
    rows = tuple(Withdraw(batch=b) for b in visible if b.source in sources)
    named = [f"source {n}" for n in sources] or [n for n in models[-1:]]
    beside = len(models) if sources else len(models) - 1
    also = f" and {beside} {'model' if beside == 1 else 'models'}" if beside else ""
    evidence = (
        f"no product, metric or check rests on {', '.join((*sources, *models))}",
        *(f"{c.batch.accepted:,} rows of `{c.batch.delivery}` are hidden; the bytes are kept" for c in rows),
    )
    return Deadwood(f"Retire {', '.join(named)}{also}", evidence, (*rows, *(Retire(ref=r) for r in refs)))


def _checks(estate: Estate) -> Iterator[Deadwood]:
    """Per contract, the checks that ask in the same words as another one that is at least as severe."""
    for contract in _all(estate, Contract):
        kept: dict[tuple[str, ...], Check] = {}
        for check in sorted(contract.checks, key=lambda c: c.severity != "block"):
            kept.setdefault(_asked(check), check)
        stay = tuple(c for c in contract.checks if kept[_asked(c)] is c)
        gone = tuple(c for c in contract.checks if kept[_asked(c)] is not c)
        if gone:
            names = ", ".join(c.name for c in gone)
            evidence = tuple(f"`{c.name}` asks what `{kept[_asked(c)].name}` asks" for c in gone)
            yield Deadwood(f"Retire {names}", evidence, (Put(asset=replace(contract, checks=stay)),))


def _asked(check: Check) -> tuple[str, ...]:
    """What a check asks, however it is spaced; words as they are, because letters of a literal matter."""
    return tuple(t.text for t in tokens_of(check.sql))


def _all(estate: Estate, kind: type[K]) -> tuple[K, ...]:
    return tuple(a for a in estate.assets if isinstance(a, kind))
