"""Puts goals together from phrases: every reading that is not clearly behind the best one becomes a draft."""

from __future__ import annotations

from itertools import product
from typing import Literal

from windvane.agents.analyst.catalog import Catalog, CatalogColumn, CatalogTable
from windvane.agents.analyst.matching import (
    AHEAD,
    ENOUGH,
    Match,
    adds_up,
    best_of,
    entities,
    measures,
    row_label,
    rows_of,
)
from windvane.agents.analyst.measuring import shortened, what_is_measured
from windvane.agents.analyst.patterns import Said
from windvane.agents.analyst.phrases import Phrases
from windvane.domain.record import Record, replace

_OF_PRICES = ("return", "volatility")
_PER_SERIES = ("", "last", "return", "volatility")  # aggregates that say nothing across several series


class Draft(Record):
    """A measure with its aggregate and entities; `table` is where the measure lies, `score` from 0 to 1."""

    table: str
    measure: str
    aggregate: str
    entities: tuple[str, ...]
    score: float


class Drafting(Record):
    """All drafts not clearly behind, best first, and what could not be placed."""

    drafts: tuple[Draft, ...] = ()
    no_measure: tuple[str, ...] = ()  # words that should name a measure and name nothing
    no_entity: tuple[str, ...] = ()  # words that should name what it is about and name nothing reachable
    measured: tuple[str, ...] = ()  # what was to be measured by it
    elsewhere: tuple[Draft, ...] = ()  # counts of the same things where other tables refer to them


def draft(said: Said, phrases: Phrases, catalog: Catalog) -> Drafting:
    """Every reading of the phrases in the catalog that is not clearly behind the best one."""
    found = what_is_measured(said, phrases, catalog)
    if not found:
        words = next(iter(phrases.measures), next((w for _, w in phrases.context), ()))
        return Drafting(no_measure=words)
    drafts, lost = _about_all(said, phrases, catalog, found)
    elsewhere, _ = _about_all(said, phrases, catalog, [r for _, m in found for r in _referring(m, catalog)])
    if not drafts and not elsewhere:
        return Drafting(no_entity=lost, measured=tuple(dict.fromkeys(m.label for _, m in found)))
    return Drafting(drafts=_nearest(drafts or elsewhere), elsewhere=_nearest(elsewhere))


def settle(said: Said, phrases: Phrases, catalog: Catalog) -> None:
    """Decide what stands after `by` and, for what is unusual, after `with`: a measure, or what it is about."""
    before = list(phrases.measures)
    measured: list[tuple[str, ...]] = []
    for words in phrases.orders:
        number = max((m.score for m in measures(words, catalog)), default=0.0)
        thing = max((m.score for m in entities(words, catalog, near="")), default=0.0)
        ranked = said.kind == "segmentation" or any(c.startswith(("top", "bottom")) for c in said.constraints)
        (measured if number >= ENOUGH and (ranked or thing < ENOUGH) else phrases.entities).append(words)
    if said.kind in ("anomaly", "table"):
        carried = [(p, w) for p, w in phrases.context if p == "with" and _countable_head(w, said, catalog)]
        measured += [w for _, w in carried]
        phrases.context = [c for c in phrases.context if c not in carried]
    if not phrases.measures and phrases.claims and said.kind != "classification":
        phrases.measures.append(phrases.claims.pop(0))
    numbers = [w for w in before if any(m.score >= ENOUGH for m in measures(w, catalog))]
    if said.aggregate in _OF_PRICES and said.kind == "segmentation":
        phrases.measures, phrases.entities = numbers, [*phrases.entities, *(w for w in before if w not in numbers)]
    elif measured and said.kind != "classification":
        phrases.entities += [w for w in before if w not in numbers]
        phrases.measures = measured + numbers


def _countable_head(words: tuple[str, ...], said: Said, catalog: Catalog) -> bool:
    rows = rows_of(words, catalog) if said.aggregate == "count" else ()
    return any(m.score >= ENOUGH for m in (*measures(words, catalog), *rows))


def _about_all(
    said: Said, phrases: Phrases, catalog: Catalog, found: list[tuple[str, Match]]
) -> tuple[list[Draft], tuple[str, ...]]:
    drafts: list[Draft] = []
    lost: tuple[str, ...] = ()
    for table, match in found:
        about = _entities(said, phrases, catalog, table)
        if isinstance(about, Drafting):
            lost = about.no_entity
            continue
        for chosen in about:
            drafts += _finished(said, catalog, table, match, chosen)
    return drafts, lost


def _nearest(drafts: list[Draft]) -> tuple[Draft, ...]:
    best = max((d.score for d in drafts), default=0.0)
    kept = {(d.measure, d.aggregate, d.entities): d for d in sorted(drafts, key=lambda d: d.score)}
    near = [d for d in kept.values() if d.score > best - AHEAD]
    return tuple(sorted(near, key=lambda d: (-d.score, d.measure, d.aggregate, d.entities)))


def _referring(match: Match, catalog: Catalog) -> list[tuple[str, Match]]:
    """Where other tables refer to the rows that `match` counts: customers of orders, where customers have no time."""
    counted = next((t for t in catalog.originals() if match.label == row_label(t)), None)
    if counted is None:
        return []
    links = ((t, link) for t in catalog.originals() for link in t.links if link.to == counted.name)
    return [
        (t.name, Match(label=f"{t.name}.{link.column}", score=match.score, concept=match.concept)) for t, link in links
    ]


def _entities(
    said: Said, phrases: Phrases, catalog: Catalog, table: str
) -> list[tuple[tuple[str, ...], float]] | Drafting:
    """Alternatives of (entities, mean score) as seen from `table`, or the words that name nothing there."""
    options: list[list[tuple[str, float]]] = []
    for words, needed in _about(said, phrases):
        found = best_of(
            replace(m, score=m.score - loss)
            for short, loss in shortened(words, catalog)
            for m in entities(short, catalog, near=table)
        )
        if found:
            options.append([(m.label, m.score) for m in found])
        elif needed and catalog.table(table).wide():
            options.append([(f"{table}.*", 0.8)])
        elif needed:
            return Drafting(no_entity=words)
    chosen = [tuple(zip(*combination, strict=True)) for combination in product(*options)]
    return [(tuple(dict.fromkeys(c[0])), sum(c[1]) / len(c[1])) if c else ((), 1.0) for c in chosen]


def _about(said: Said, phrases: Phrases) -> list[tuple[tuple[str, ...], bool]]:
    """Phrases that name what the product is about, and whether they must: `per store` must, `for our stores` may."""
    about = [(words, True) for words in phrases.entities]
    if said.kind in ("forecast", "nowcast", "anomaly"):
        about += [(w, False) for p, w in phrases.context if p in ("all", "for") or (p == "of" and w[-1].endswith("s"))]
    return about


def _finished(
    said: Said,
    catalog: Catalog,
    table: str,
    match: Match,
    chosen: tuple[tuple[str, ...], float],
) -> list[Draft]:
    """Drafts with every aggregate that may be meant, and the entities that go without saying."""
    about, sure = chosen
    home = catalog.table(table)
    score = 0.6 * min(match.score, 1.0) + 0.4 * sure
    if match.label == f"{table}.*" and home.wide():
        about = tuple(dict.fromkeys((*about, match.label)))
    made = []
    for aggregate in _aggregates(said, catalog, match, about):
        mine = tuple(e for e in about if e != match.label) if said.kind == "classification" else about
        mine = mine or _implied(said, home, aggregate, match)
        made.append(Draft(table=table, measure=match.label, aggregate=aggregate, entities=mine, score=score))
    return made


def _implied(said: Said, table: CatalogTable, aggregate: str, match: Match) -> tuple[str, ...]:
    if not match.label or said.kind == "classification" or (said.kind == "segmentation"):
        return (row_label(table),)
    series = tuple(f"{table.name}.{k}" for k in table.key if k != table.time_column)
    return series if aggregate in _PER_SERIES and table.time_column in table.key else ()


def _aggregates(said: Said, catalog: Catalog, match: Match, about: tuple[str, ...]) -> tuple[str, ...]:
    """The aggregate that was said or goes without saying; two when nobody can know."""
    if not match.label or said.kind == "classification":
        return ("",)
    table = catalog.table(match.label.partition(".")[0])
    if match.label == row_label(table) and (said.aggregate == "count" or not table.wide()):
        return ("count",)
    if said.aggregate == "share":
        return ("avg",)
    column = catalog.column(match.label) or table.measures()[0]
    if said.aggregate == "count":
        return ("sum",) if adds_up(column) and column in table.measures() else ("count",)
    if said.aggregate:
        return (said.aggregate,)
    series = {f"{table.name}.{k}" for k in table.key if k != table.time_column}
    whole = table.time_column in table.key and (not about or table.wide() or series <= set(about))
    return _usual(said, table, column, "series" if whole else "rows")


def _usual(said: Said, table: CatalogTable, column: CatalogColumn, of: Literal["series", "rows"]) -> tuple[str, ...]:
    """Amounts are summed, prices taken as they are or at the end of the grain, rates averaged; the rest is asked."""
    if said.kind in ("anomaly", "segmentation", "table") and not said.grains:
        return ("",)
    adding = adds_up(column)
    if adding:
        return ("sum",)
    grain = said.grains[0] if said.grains else said.horizon_unit
    cadence = "day" if table.cadence == "business_day" else table.cadence
    if of == "series" and grain in ("", cadence):
        return ("",)
    if column.meaning in ("price", "index_level"):
        return ("last",) if grain and table.time_column in table.key else ("avg",)
    return ("sum", "avg") if adding is None else ("avg",)
