"""Goals that the data can serve, for whoever asked for one that they cannot: each is read before it is offered."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.agents.analyst.catalog import Catalog, CatalogColumn, CatalogTable
from windvane.agents.analyst.reading import read
from windvane.domain.errors import NeedsPerson

_MOST = 3
_LOOKED_AT = 24  # candidates that are read at most: some milliseconds each
_LEVELS = ("price", "rate", "percentage", "index_level")  # sums of these say nothing
_COARSER = {"minute": "hour", "hour": "day", "day": "month", "business_day": "month", "week": "quarter"}


def with_suggestions(refusal: NeedsPerson, sentence: str, catalog: Catalog) -> NeedsPerson:
    """The refusal with two or three goals that this catalog can serve; as it is where there are none."""
    found = suggestions(catalog, near=sentence)
    if not found:
        return refusal
    told = ", ".join(f"`{goal}`" for goal in found)
    return NeedsPerson(refusal.message, code=refusal.code, why=refusal.why, fix=f"{refusal.fix}; you could ask: {told}")


def suggestions(catalog: Catalog, *, near: str = "") -> tuple[str, ...]:
    """Up to three goals over measures and entities that exist; those that share words with `near` come first."""
    words = {w.strip(".,?!").casefold() for w in near.split()}
    sorted_by_words = sorted(
        dict.fromkeys(_candidates(catalog)), key=lambda goal: -len(words & set(goal.casefold().split()))
    )
    found: list[str] = []
    for goal in sorted_by_words[:_LOOKED_AT]:
        if len(found) < _MOST and _served(goal, catalog):
            found.append(goal)
    return tuple(found)


def _served(goal: str, catalog: Catalog) -> bool:
    """Whether the goal has exactly one reading, and the data serve it."""
    reading, problem = read(goal, catalog)
    return problem is None and len(reading.goals) == 1


def _candidates(catalog: Catalog) -> Iterator[str]:
    """One of each table in turn, so that the first few speak of different things."""
    lists = [list(_of(table, catalog)) for table in catalog.originals()]
    for place in range(max((len(x) for x in lists), default=0)):
        yield from (goals[place] for goals in lists if place < len(goals))


def _of(table: CatalogTable, catalog: Catalog) -> Iterator[str]:
    steps = [_COARSER.get(table.cadence, "month")] if table.time_column else []
    abouts = [*_entities(table, catalog), *steps]
    for column in table.measures()[:3]:
        yield from (f"{_measured(column)} per {about}" for about in abouts[:3])
        if len(abouts) > 1:
            yield f"{_measured(column)} per {abouts[0]} and {abouts[-1]}"
    yield from (f"Number of {_words(table.name)} per {about}" for about in abouts[:2])


def _measured(column: CatalogColumn) -> str:
    return f"{'Average' if column.meaning in _LEVELS else 'Total'} {_words(column.name)}"


def _entities(table: CatalogTable, catalog: Catalog) -> list[str]:
    """What its rows can be told apart by: tables that it refers to, its categories, parts of its key."""
    linked = [_words(link.to).removesuffix("s") for link in table.links if link.to in {t.name for t in catalog.tables}]
    named = [_words(c.name) for c in table.columns if c.values or (c.name in table.key and len(table.key) > 1)]
    return [n for n in dict.fromkeys([*linked, *named]) if n != _words(table.time_column)]


def _words(name: str) -> str:
    return name.replace("_", " ")
