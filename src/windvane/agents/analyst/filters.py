"""Constraints that name values: categories, numbers compared with columns, and words that look like a value."""

from __future__ import annotations

import re

from windvane.agents.analyst.catalog import Catalog, CatalogColumn
from windvane.agents.analyst.matching import ENOUGH, score_column, score_table
from windvane.agents.analyst.sentence import GRAMMAR, Sentence, parts, plain
from windvane.agents.analyst.vocabulary import SILENT, alike
from windvane.domain.record import Record

_NOT = r"(?:(?P<no>excluding|exclude|except(?: for)?|without|not(?: in)?|other than|non|ignoring) )?"
_BEFORE = r"(?:(?:in|for|from|at|of|with|where|only|on|the|is|are|equals?|=|to|named|called) )*"
_MORE = (
    r"(?:is |are )?(?:above|over|more than|greater than|higher than|larger than|longer than|older than|at least|>=|>)"
)
_LESS = (
    r"(?:is |are )?(?:below|under|less than|lower than|smaller than|shorter than|younger than|fewer than|at most|<=|<)"
)
_ALSO = {"older": "age", "younger": "age", "longer": "duration", "shorter": "duration"}
PLACES = ("country", "city", "name", "instrument", "organisation", "person_name")


class Filter(Record):
    """A constraint that stands in a sentence; several `ways` when it may be meant of several columns."""

    words: str
    ways: tuple[tuple[str, str], ...]  # (table, constraint)


def read_filters(sentence: Sentence, catalog: Catalog) -> tuple[Filter, ...]:
    """Take values of categories, and numbers compared with columns, out of `sentence`."""
    found = [*_compared(sentence, catalog), *_quoted(sentence, catalog)]
    for value, columns in _values(catalog).items():
        if not _meant(value, sentence, catalog):
            continue
        named = "|".join(sorted({re.escape(p) for c in columns for p in parts(c.name)}))
        pattern = rf"{_NOT}{_BEFORE}(?:(?P<col>{named}) (?:(?:is|of|=|equals) )?)?{_form(value)}"
        if sentence.has(rf"(?:per|each|every|by) {_form(value)}"):
            continue
        for m in sentence.take(pattern, leave=" "):
            meant = [c for c in columns if m["col"] in parts(c.name)] if m["col"] else columns
            ways = ((c.table, _equation(c, value, "<>" if m["no"] else "=")) for c in meant)
            found.append(Filter(words=value, ways=tuple(ways)))
    return tuple(found)


def unknown_value(word: str, catalog: Catalog, *, kinds: tuple[str, ...] = PLACES) -> Filter:
    """A word that looks like a value that the catalog does not list: the columns it may stand in, likeliest first."""
    texts = [c for t in catalog.originals() for c in t.columns if not c.values and c.meaning in kinds]
    texts.sort(key=lambda c: (kinds.index(c.meaning), c.label))
    return Filter(words=word, ways=tuple((c.table, f"{c.label} = {_text(word)}") for c in texts[:5]))


def _values(catalog: Catalog) -> dict[str, list[CatalogColumn]]:
    """Values of all categories in the words of a sentence, longest first, with the columns that have them."""
    found: dict[str, list[CatalogColumn]] = {}
    for table in catalog.originals():
        for column in table.columns:
            for value in column.values:
                found.setdefault(plain(value), []).append(column)
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def _form(value: str) -> str:
    """A pattern of a value, in the plural too: three mugs are of the product Mug."""
    return re.escape(value) + ("s?" if value.isalpha() and len(value) > 2 else "")


def _meant(value: str, sentence: Sentence, catalog: Catalog) -> bool:
    """Whether `value` is meant as a value where it stands: not a number, a plain word, or the name of a column."""
    words = value.split()
    if not words or not re.search(r"[^\W\d_]", value) or not sentence.has(_form(value)):
        return False
    if not sentence.has(re.escape(value)) and _names_something(value, catalog):
        return False
    spelled = all(w in sentence.spelled for w in words)
    if len(value) <= 2:
        return spelled and all(sentence.spelled[w].isupper() for w in words)
    if len(words) > 1 or spelled:
        return True
    return value not in GRAMMAR | SILENT and not _names_something(value, catalog)


def _names_something(word: str, catalog: Catalog) -> bool:
    tables = (p for t in catalog.tables for p in parts(t.name))
    columns = (p for t in catalog.tables for c in t.columns if not c.boolean for p in parts(c.name))
    return any(alike(word, p) >= 0.95 for p in (*tables, *columns))


def _equation(column: CatalogColumn, value: str, op: str) -> str:
    spelled = next(v for v in column.values if plain(v) == value)
    return f"{column.label} {op} {_text(spelled)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(sentence: Sentence, catalog: Catalog) -> list[Filter]:
    found = []
    for mark, value in sentence.quoted.items():
        for m in sentence.take(rf"{_NOT}{_BEFORE}{mark}", leave=" "):
            columns = _values(catalog).get(plain(value), [])
            ways = tuple((c.table, _equation(c, plain(value), "<>" if m["no"] else "=")) for c in columns)
            found.append(
                Filter(words=value, ways=ways) if ways else unknown_value(value, catalog, kinds=(*PLACES, "identifier"))
            )
    return found


def _compared(sentence: Sentence, catalog: Catalog) -> list[Filter]:
    found = []
    pattern = (
        rf"(?:(?:with|where|of|whose) )?(?:an? |the )?(?P<what>[a-z]+(?: [a-z]+)?) (?P<op>{_MORE}|{_LESS}) "
        r"(?P<n>\d+(?:\.\d+)?)(?: (?P<u>%|(?!(?:per|for|by|in|on|at|and|each|every|of|over|with)\b)[a-z]+))?"
    )
    for m in re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", sentence.text):
        op = _operator(m["op"])
        words = tuple(w for w in m["what"].split() if w not in SILENT | GRAMMAR)
        hint = next((_ALSO[w] for w in m["op"].split() if w in _ALSO), "")
        columns = _comparable(words, hint, catalog)
        ways = tuple((c.table, f"{c.label} {op} {m['n']}") for c in columns[:5])
        if ways:
            found.append(Filter(words=m[0], ways=ways))
            is_table = any(score_table(words, t) >= 0.7 for t in catalog.tables)
            left = m[0][: m.start("op") - m.start()] if is_table else " | "
            sentence.text = " ".join(sentence.text.replace(m[0], left, 1).split())
    return found


def _operator(words: str) -> str:
    equal = "at least" in words or "at most" in words or "=" in words
    return (">" if re.fullmatch(_MORE, words) else "<") + ("=" if equal else "")


def _comparable(words: tuple[str, ...], hint: str, catalog: Catalog) -> list[CatalogColumn]:
    """Numeric columns that a comparison may be about: those the words name, else those of the table they name."""
    numeric = [c for t in catalog.originals() for c in t.measures()]
    wanted = (hint,) if hint else words
    named = sorted(((score_column(wanted, c), c.label, c) for c in numeric), key=lambda s: (-s[0], s[1]))
    good = [c for score, _, c in named if score >= max(ENOUGH, named[0][0] - 0.05)]
    if good or hint:
        return good
    inside = [c for t in catalog.originals() if score_table(words, t) >= 0.7 for c in t.measures()]
    amounts = [c for c in inside if c.meaning in ("amount", "price")]
    return amounts if len(amounts) == 1 else inside
