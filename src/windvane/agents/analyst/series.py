"""Prices of many things in one table: what `each fund` means where nothing is called just so."""

from __future__ import annotations

from windvane.agents.analyst.catalog import Catalog, CatalogColumn, CatalogTable
from windvane.agents.analyst.drafting import Draft
from windvane.agents.analyst.patterns import Said
from windvane.agents.analyst.phrases import Phrases
from windvane.agents.analyst.sentence import parts
from windvane.agents.analyst.vocabulary import alike, singular

_LEAST, _WORD, _PUBLISHED = 0.62, 0.1, 0.15


def series(said: Said, phrases: Phrases, catalog: Catalog) -> tuple[Draft, ...]:
    """Drafts for returns or volatility of each thing, best first: tables with prices and a column that names them.

    Words of the sentence that a name of the table, or of one of its columns, has in it speak for the table; so does a
    price that is called by the initials of what is said to be published: net asset values, `nav`.
    """
    if said.aggregate not in ("return", "volatility") or said.kind not in ("forecast", "nowcast"):
        return ()
    words = {singular(w) for spoken in (*phrases.entities, *(w for _, w in phrases.context)) for w in spoken}
    found = [draft for table in catalog.originals() for draft in _drafts(said, words, table)]
    best = max((d.score for d in found), default=0.0)
    return tuple(sorted((d for d in found if d.score > best - 0.05), key=lambda d: (-d.score, d.measure)))


def _drafts(said: Said, words: set[str], table: CatalogTable) -> list[Draft]:
    things = tuple(c.label for c in table.columns if c.meaning == "instrument")
    prices = [c for c in table.measures() if c.meaning in ("price", "index_level")]
    if not things or not table.time_column or not prices:
        return []
    named = _named(words, table)
    if words and not named:
        return []
    return [_draft(said, things, named, price) for price in prices]


def _draft(said: Said, things: tuple[str, ...], named: int, price: CatalogColumn) -> Draft:
    initials = "".join(w[0] for w in said.published)
    called = bool(said.published) and (price.name.lower() == initials or _said_so(said.published, price))
    score = min(0.97, _LEAST + _WORD * named + _PUBLISHED * called)
    return Draft(table=price.table, measure=price.label, aggregate=said.aggregate, entities=things, score=score)


def _said_so(words: tuple[str, ...], price: CatalogColumn) -> bool:
    return any(alike(singular(w), p) >= 0.9 for w in words for p in parts(price.name))


def _named(words: set[str], table: CatalogTable) -> int:
    """How many of the words are in the names of the table and its columns."""
    names = {singular(p) for n in (table.name, *(c.name for c in table.columns)) for p in parts(n)}
    return sum(any(alike(w, n) >= 0.9 for n in names) for w in words)
