"""Puts goals together from phrases: every reading that is not clearly behind the best one becomes a draft."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from windvane.agents.analyst.catalog import Catalog, CatalogColumn, CatalogTable
from windvane.agents.analyst.matching import (
    AHEAD,
    ENOUGH,
    Match,
    adds_up,
    best_of,
    counted_in_units,
    entities,
    flags,
    measures,
    row_label,
    rows_of,
    score_table,
)
from windvane.agents.analyst.patterns import Said
from windvane.agents.analyst.phrases import Phrases
from windvane.agents.analyst.vocabulary import MEANING_WORDS, alike, singular
from windvane.domain.record import Record

_OF_PRICES = ("return", "volatility")
_SHARES = ("rate", "share", "percentage", "ratio", "proportion", "%")
_NUMBERS_WANTED = ("metric", "forecast", "nowcast")
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
    elsewhere: tuple[Draft, ...] = ()  # counts of the same things where other tables refer to them


def draft(said: Said, phrases: Phrases, catalog: Catalog) -> Drafting:
    """Every reading of the phrases in the catalog that is not clearly behind the best one."""
    found = _measures(said, phrases, catalog)
    if not found:
        words = next(iter(phrases.measures), next((w for _, w in phrases.context), ()))
        return Drafting(no_measure=words)
    drafts, lost = _about_all(said, phrases, catalog, found)
    elsewhere, _ = _about_all(said, phrases, catalog, [r for _, m in found for r in _referring(m, catalog)])
    if not drafts and not elsewhere:
        return Drafting(no_entity=lost)
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


def _measures(said: Said, phrases: Phrases, catalog: Catalog) -> list[tuple[str, Match]]:
    """(table, match) for what is measured; a match with an empty label measures nothing in particular."""
    spoken = phrases.measures or [w for p, w in phrases.context if p in ("of", "in", "for")][:1]
    if said.kind == "classification":
        return _labels(phrases, catalog)
    found = _spoken(said, spoken, phrases, catalog)
    if not found and spoken and spoken[0][-1] in _SHARES and not said.aggregate:
        said.aggregate = "share"  # "readmission rate", where no column is such a rate
        found = _spoken(said, [w[:-1] for w in spoken if w[:-1]], phrases, catalog)
    if not found and said.kind not in _NUMBERS_WANTED:
        found = _tables([*spoken, *phrases.entities], catalog)
    return found


def _spoken(said: Said, spoken: list[tuple[str, ...]], phrases: Phrases, catalog: Catalog) -> list[tuple[str, Match]]:
    """What each phrase measures; two phrases that measure two things are equally meant."""
    found: list[tuple[str, Match]] = []
    for words in spoken or [()]:
        matches = _named(said, words, catalog) if words else _unnamed(said, catalog)
        best = _in_context(matches, phrases, catalog)
        gap = 1.0 - best[0].score if best and len(spoken) > 1 else 0.0
        found += [
            (m.label.partition(".")[0], Match(label=m.label, score=m.score + gap, concept=m.concept)) for m in best
        ]
    return found


def _named(said: Said, words: tuple[str, ...], catalog: Catalog) -> list[Match]:
    """Numbers and rows that `words` name, also when one of the words names a table and the others a column of it."""
    found: list[Match] = []
    for kept, loss in _shortened(words, catalog):
        numbers = _collapsed(measures(kept, catalog), catalog)
        rows = rows_of(kept, catalog) if _countable(said, kept, catalog) else ()
        if said.aggregate == "share":
            singles = [m for part in (kept, *((w,) for w in kept)) for m in flags(part, catalog)]
            numbers, rows = (*numbers, *(m for m in singles if _boolean(m, catalog))), ()
        if said.aggregate in _OF_PRICES:
            numbers, rows = tuple(m for m in numbers if _priced(m.label, catalog)), ()
        found += [Match(label=m.label, score=m.score - loss, concept=m.concept) for m in (*numbers, *rows)]
    if said.aggregate == "count":  # "how many rides start" counts rides
        tables = tuple(w for w in words if any(score_table((w,), t) >= 0.7 for t in catalog.originals()))
        found += [Match(label=m.label, score=m.score - 0.1, concept=m.concept) for m in rows_of(tables, catalog)]
    if not any(m.score >= ENOUGH for m in found) and said.aggregate in _OF_PRICES:
        return _unnamed(said, catalog)
    return found


def _countable(said: Said, words: tuple[str, ...], catalog: Catalog) -> bool:
    """Whether rows may be meant: not for averages and extremes, and not for words of money where there is money."""
    if said.kind in ("anomaly", "segmentation", "table") and said.aggregate != "count":
        return False
    if said.aggregate not in ("", "count", "sum"):
        return False
    if said.aggregate != "count" and singular(words[-1]) == words[-1] and words[-1] != "staff":
        return False  # consumption, weather and revenue are not counted
    named = [t for t in catalog.originals() if score_table(words, t) >= ENOUGH]
    return said.aggregate == "count" or not any(counted_in_units(words, t) for t in named)


def _unnamed(said: Said, catalog: Catalog) -> list[Match]:
    """Every measure there is, all equal, when the sentence names none but must mean one."""
    if said.kind not in _NUMBERS_WANTED and said.aggregate not in _OF_PRICES:
        return []
    every = _collapsed(measures((), catalog), catalog)
    fit = [m for m in every if said.aggregate not in _OF_PRICES or _priced(m.label, catalog)]
    closing = [m for m in fit if "clos" in m.label.lower()]  # of several prices of one day, the closing one
    return [Match(label=m.label, score=0.75 if m in closing else ENOUGH, concept=m.concept) for m in fit]


def _shortened(words: tuple[str, ...], catalog: Catalog) -> Iterator[tuple[tuple[str, ...], float]]:
    """`words`, and `words` without those that name a table or nothing at all, with what leaving them out costs."""
    yield words, 0.0
    tables = {w for w in words if any(score_table((w,), t) >= 0.7 for t in catalog.originals())}
    foreign = {w for w in words if not known_word(w, catalog)}
    others = set(words[:-1]) - {words[-1]}
    if words[-1] in tables:  # "bike rentals" are rentals; "store revenue" is a revenue
        tables = others - foreign
    for left_out in (tables, foreign, tables | foreign, others):
        kept = tuple(w for w in words if w not in left_out)
        if left_out and kept and kept != words:
            yield kept, 0.02 * len(left_out & tables) + 0.06 * len(left_out & foreign)


def known_word(word: str, catalog: Catalog) -> bool:
    """Whether a word has anything to do with a column or a table."""
    columns = (c for t in catalog.originals() for c in t.columns)
    by_meaning = (w for c in columns for w in MEANING_WORDS.get(c.meaning, "").split())
    if any(alike(word, w) >= 0.85 for w in by_meaning):
        return True
    named = (*measures((word,), catalog), *rows_of((word,), catalog), *entities((word,), catalog, near=""))
    return any(m.score > 0.5 for m in named) or any(m.score > 0.5 for m in flags((word,), catalog))


def _collapsed(found: tuple[Match, ...], catalog: Catalog) -> tuple[Match, ...]:
    """Matches with the columns of a wide table as one, `table.*`, unless one of them was named."""
    kept = list(found)
    for table in (t for t in catalog.originals() if t.wide()):
        inside = sorted((m for m in kept if m.label.startswith(f"{table.name}.")), key=lambda m: -m.score)
        if inside and inside[0].score - inside[1].score < AHEAD:
            kept = [m for m in kept if m not in inside]
            kept.append(Match(label=f"{table.name}.*", score=inside[0].score, concept=f"{table.name}.*"))
    return tuple(kept)


def _in_context(matches: list[Match], phrases: Phrases, catalog: Catalog) -> list[Match]:
    """The best of `matches`; those in a table that another phrase names come first."""
    around = [w for _, w in phrases.context]
    beside = [(w,) for words in phrases.measures for w in words]

    def lifted(match: Match) -> Match:
        table = catalog.table(match.label.partition(".")[0])
        named = any(score_table(w, table) >= 0.9 for w in around)
        near = any(score_table(w, table) >= 0.9 for w in beside)
        return Match(label=match.label, score=match.score + 0.1 * named + 0.04 * near, concept=match.concept)

    best: dict[str, Match] = {}
    for match in matches:
        raised = lifted(match)
        if match.score >= ENOUGH and raised.score > best.get(match.label, raised).score - 1e-9:
            best[match.label] = raised
    return list(best_of(best.values()))


def _labels(phrases: Phrases, catalog: Catalog) -> list[tuple[str, Match]]:
    """The column a classification learns: a flag or a category that the claim, or the thing after `by`, names."""
    spoken = [*phrases.claims, *phrases.measures, *phrases.entities, *(w for _, w in phrases.context)]
    single = [(w,) for words in spoken for w in words]
    found = [m for words in [*spoken, *single] for m in flags(words, catalog) if m.score >= 0.7]
    best = {m.label: m for m in sorted(found, key=lambda m: m.score)}
    return [(m.label.partition(".")[0], m) for m in best_of(best.values())]


def _tables(spoken: list[tuple[str, ...]], catalog: Catalog) -> list[tuple[str, Match]]:
    """Tables that the words name, as a match that measures nothing in particular."""
    every = [
        m for words in spoken for short, _ in _shortened(words, catalog) for m in entities(short, catalog, near="")
    ]
    found = [m for m in best_of(every) if m.score >= 0.7]
    return [(m.label.partition(".")[0], Match(label="", score=m.score, concept=m.concept)) for m in found]


def _entities(
    said: Said, phrases: Phrases, catalog: Catalog, table: str
) -> list[tuple[tuple[str, ...], float]] | Drafting:
    """Alternatives of (entities, mean score) as seen from `table`, or the words that name nothing there."""
    options: list[list[tuple[str, float]]] = []
    for words, needed in _about(said, phrases):
        found = best_of(m for short, loss in _shortened(words, catalog) for m in entities(short, catalog, near=table))
        if found:
            options.append([(m.label, min(m.score, 1.0)) for m in found])
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
    column = catalog.column(match.label)
    made = []
    for aggregate in _aggregates(said, home, column, match):
        measured = "" if match.label in about and said.kind == "classification" else match.label
        mine = tuple(e for e in about if e != measured) if said.kind == "classification" else about
        mine = mine or _implied(said, home, aggregate, match)
        made.append(Draft(table=table, measure=measured, aggregate=aggregate, entities=mine, score=score))
    return made


def _implied(said: Said, table: CatalogTable, aggregate: str, match: Match) -> tuple[str, ...]:
    if not match.label or said.kind == "classification" or (said.kind == "segmentation"):
        return (row_label(table),)
    series = tuple(f"{table.name}.{k}" for k in table.key if k != table.time_column)
    return series if aggregate in _PER_SERIES and table.time_column in table.key else ()


def _aggregates(said: Said, table: CatalogTable, column: CatalogColumn | None, match: Match) -> tuple[str, ...]:
    """The aggregate that was said or goes without saying; two when nobody can know."""
    if not match.label or said.kind == "classification":
        return ("",)
    if match.label == row_label(table) and (said.aggregate == "count" or not table.wide()):
        return ("count",)
    if said.aggregate == "share":
        return ("avg",)
    column = column or table.measures()[0]
    if said.aggregate == "count":
        return ("sum",) if adds_up(column) and column in table.measures() else ("count",)
    if said.aggregate:
        return (said.aggregate,)
    return _usual(said, table, column)


def _usual(said: Said, table: CatalogTable, column: CatalogColumn) -> tuple[str, ...]:
    """Amounts are summed, prices taken as they are or at the end of the grain, rates averaged; the rest is asked."""
    if said.kind in ("anomaly", "segmentation", "table") and not said.grains:
        return ("",)
    adding = adds_up(column)
    if adding:
        return ("sum",)
    grain = said.grains[0] if said.grains else said.horizon_unit
    cadence = "day" if table.cadence == "business_day" else table.cadence
    if table.time_column in table.key and table.time_column and grain in ("", cadence):
        return ("",)
    if column.meaning in ("price", "index_level"):
        return ("last",) if grain else ("avg",)
    return ("sum", "avg") if adding is None else ("avg",)


def _priced(label: str, catalog: Catalog) -> bool:
    table, _, name = label.partition(".")
    columns = catalog.table(table).measures() if name == "*" else [catalog.column(label)]
    return all(c is not None and c.meaning in ("price", "index_level") for c in columns)


def _boolean(match: Match, catalog: Catalog) -> bool:
    column = catalog.column(match.label)
    return column is not None and column.boolean
