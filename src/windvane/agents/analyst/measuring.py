"""Finds what a sentence measures: columns, rows of tables, shares, labels, or a whole wide table."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.agents.analyst.catalog import Catalog
from windvane.agents.analyst.matching import (
    AHEAD,
    ENOUGH,
    Match,
    best_of,
    counted_in_units,
    entities,
    flags,
    measures,
    rows_of,
    score_table,
)
from windvane.agents.analyst.patterns import Said
from windvane.agents.analyst.phrases import Phrases
from windvane.agents.analyst.vocabulary import MEANING_WORDS, alike, singular

_OF_PRICES = ("return", "volatility")
_SHARES = ("rate", "share", "percentage", "ratio", "proportion", "%")
_UNUSED = 0.1
_NUMBERS_WANTED = ("metric", "forecast", "nowcast")


def what_is_measured(said: Said, phrases: Phrases, catalog: Catalog) -> list[tuple[str, Match]]:
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
    for kept, loss in shortened(words, catalog):
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


def shortened(words: tuple[str, ...], catalog: Catalog) -> Iterator[tuple[tuple[str, ...], float]]:
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
            told = left_out - tables - foreign  # words that name something here and are not used
            yield kept, 0.02 * len(left_out & tables) + 0.06 * len(left_out & foreign) + _UNUSED * len(told)


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
    every = [m for words in spoken for short, _ in shortened(words, catalog) for m in entities(short, catalog, near="")]
    found = [m for m in best_of(every) if m.score >= 0.7]
    return [(m.label.partition(".")[0], Match(label="", score=m.score, concept=m.concept)) for m in found]


def _priced(label: str, catalog: Catalog) -> bool:
    table, _, name = label.partition(".")
    columns = catalog.table(table).measures() if name == "*" else [catalog.column(label)]
    return all(c is not None and c.meaning in ("price", "index_level") for c in columns)


def _boolean(match: Match, catalog: Catalog) -> bool:
    column = catalog.column(match.label)
    return column is not None and column.boolean
