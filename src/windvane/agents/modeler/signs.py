"""What may tell cases from the rest: the columns of a row, differences and products of its numbers, and what happened
to its keys in the days before.
"""

from __future__ import annotations

import re
from itertools import combinations

from windvane.agents.modeler.catalog import Catalog, Place, catalog, is_number
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Column, Contract, Product, Ref
from windvane.domain.estimate import Inputs, Keyed, Labels
from windvane.domain.naming import identifier
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.estimation.recipes import with_features
from windvane.stack.transform.asof import features_of
from windvane.stack.transform.estimates import revised
from windvane.stack.transform.header import literal

_SPANS = (1, 7, 30)
_FEW = 6  # values of a category that become columns
_MOST_KEYS, _MOST_MEANS = 4, 24
_MOST_PAIRED = 6  # numbers of a row of which each two are put together
_REPEATED = 3  # rows of one key, on average, from which its past says something
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def signs(scene: Scene) -> tuple[Plan, ...]:
    """Plans for a class that falls short: the row's own columns, then its keys' past as well; nothing that is there."""
    incident = scene.incident
    product = scene.estate.find(Ref(kind="product", name=incident.signals[0].subject)) if incident else None
    if not isinstance(product, Product) or product.inputs is None or product.inputs.labels is None:
        return ()
    known = catalog(scene.estate, scene.findings)
    fact = known.contracts.get(product.inputs.relation)
    if fact is None:
        return ()
    inputs, labels = product.inputs, product.inputs.labels
    columns = _columns(known, fact, inputs)
    keyed = _keyed(scene, fact, inputs, columns)
    paired = (*columns, *_paired(fact, columns))
    wider = {
        "its own columns": replace(labels, columns=columns),
        "its own columns, their differences and products": replace(labels, columns=paired),
        "its own columns and what happened to its keys before": replace(labels, columns=columns, keyed=keyed),
    }
    first = {made.fingerprint(): words for words, made in reversed(wider.items())}
    return tuple(
        _plan(scene, product, made, words)
        for words, made in wider.items()
        if first[made.fingerprint()] == words and made.columns and not _there(labels, made)
    )


def _there(labels: Labels, made: Labels) -> bool:
    """Whether a version has all that a plan would add."""
    return {*made.columns, *made.keyed} <= {*labels.columns, *labels.keyed}


def _paired(fact: Contract, columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Each two numbers of a row, put together: what no tree says in few steps. None where there are many numbers."""
    units = {c.name: c.unit for c in fact.columns}
    numbers = [name for name, sql in columns if name == sql]
    if len(numbers) > _MOST_PAIRED:
        return ()
    taken = {c.name for c in fact.columns} | {name for name, _ in columns}
    found: list[tuple[str, str]] = []
    for one, other in combinations(numbers, 2):
        alike = units[one] == units[other] or not (units[one] and units[other])
        made = [("less", "-")] if alike else []
        for word, sign in (*made, ("times", "*")):
            name = identifier(f"{one}_{word}_{other}", taken)
            taken.add(name)
            found.append((name, f"CAST({one} AS DOUBLE) {sign} {other}"))
    return tuple(found)


def _plan(scene: Scene, product: Product, labels: Labels, told: str) -> Plan:
    assert product.inputs is not None and product.recipe is not None and scene.incident is not None
    inputs = replace(product.inputs, labels=labels)
    recipe = with_features(product.recipe, inputs, features_of(inputs))
    return Plan(
        incident=scene.incident.id,
        proposer="modeler",
        title=f"Tell {product.relation} from {told}",
        base=scene.estate.fingerprint(),
        changes=revised(product, inputs, recipe),
        rationale=f"{len(recipe.features)} values of each row, all known when it is decided about",
        cause="missing_drivers",
        serves=f"version of {product.name}",
        cost=2.0,
    )


def _columns(known: Catalog, fact: Contract, inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """Numbers, yes or no, and categories of few values, as numbers; not keys, times and the label."""
    assert inputs.labels is not None
    label = set(_WORD.findall(inputs.labels.truth.split("'")[0]))
    out = {*fact.key, *inputs.entities, inputs.time} | label
    found: list[tuple[str, str]] = []
    taken = {c.name for c in fact.columns} | {"moment", "happened", "cases"}
    for column in (c for c in fact.columns if c.name not in out and c.classification == "open"):
        if is_number(column) and column.meaning != "identifier":
            found.append((column.name, column.name))
        elif column.type == "boolean":
            found.append((column.name, f"CASE WHEN {column.name} THEN 1 WHEN NOT {column.name} THEN 0 END"))
        else:
            values = known.values_of(Place(fact.relation, column.name))
            for value in values if 1 < len(values) <= _FEW else ():
                name = identifier(f"{column.name}_{value}", taken)
                taken.add(name)
                found.append((name, f"CASE WHEN {column.name} = {literal(value)} THEN 1 ELSE 0 END"))
    return tuple(found)


def _keyed(scene: Scene, fact: Contract, inputs: Inputs, columns: tuple[tuple[str, str], ...]) -> tuple[Keyed, ...]:
    assert inputs.labels is not None
    numbers = [name for name, sql in columns if name == sql]
    if inputs.labels.events:
        spans = [d for d in _SPANS if d > 1]
        return tuple(
            Keyed(name=f"{n}_{d}", key=inputs.entities[0], of="mean", days=d, column=n)
            for n in numbers[:_MOST_MEANS]
            for d in spans
        )
    made: list[Keyed] = []
    for key in _keys(scene, fact, inputs):
        made += [Keyed(name=f"{key}_rows_{d}", key=key, of="rows", days=d) for d in _SPANS]
        made += [Keyed(name=f"{key}_cases_{d}", key=key, of="cases", days=d) for d in _SPANS]
        made += [Keyed(name=f"{key}_{n}_{_SPANS[-1]}", key=key, of="mean", days=_SPANS[-1], column=n)
                 for n in numbers[:2]]  # fmt: skip
    return tuple(made)


def _keys(scene: Scene, fact: Contract, inputs: Inputs) -> tuple[str, ...]:
    """Columns whose values come again and again, but are not a few categories."""
    texts = [c.name for c in fact.columns if _may_be_key(c) and c.name not in (*fact.key, *inputs.entities)]
    if scene.reader is None or not texts:
        return ()
    counts = ", ".join(f"COUNT(DISTINCT {name})" for name in texts)
    try:
        rows, *distinct = scene.reader.rows(f"SELECT COUNT(*), {counts} FROM {fact.relation}")[0]
    except WindvaneError:
        return ()
    many = [(n, int(str(d))) for n, d in zip(texts, distinct, strict=True)]
    return tuple(n for n, d in many if _FEW < d <= int(str(rows)) / _REPEATED)[:_MOST_KEYS]


def _may_be_key(column: Column) -> bool:
    return column.classification == "open" and (column.type == "varchar" or column.meaning == "identifier")
