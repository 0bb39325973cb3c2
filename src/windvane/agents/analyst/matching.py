"""How well words of a sentence name a column or a table of the catalog; every score is from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable

from windvane.agents.analyst.catalog import Catalog, CatalogColumn, CatalogTable
from windvane.agents.analyst.sentence import parts
from windvane.agents.analyst.vocabulary import EXTENSIVE, INTENSIVE, MEANING_WORDS, NEUTRAL, alike, root, singular
from windvane.domain.record import Record

ENOUGH = 0.55  # a match below is none
AHEAD = 0.08  # the best match is taken without asking when it leads by this much
_SAME_WORD = 0.95
_BY_MEANING = 0.75
_BY_TABLE = 0.55
_NEAR = (0.09, 0.04)  # for columns of the table itself and of those it refers to; further away there is no bonus
_ROLE = 0.03  # what a role in a name costs: `country` is the `billing country` of a table that has no other one


class Match(Record):
    """A label of the catalog that a phrase may mean."""

    label: str
    score: float
    concept: str  # labels of one concept are the same thing: the key of a table, what refers to it, and its name


def best_of(matches: Iterable[Match]) -> tuple[Match, ...]:
    """The best matches that are not clearly behind, one per concept, best first; empty when none is good enough."""
    ranked = sorted(matches, key=lambda m: (-m.score, m.label))
    firsts = {m.concept: m for m in reversed(ranked)}
    kept = [m for m in ranked if m is firsts[m.concept] and m.score >= ENOUGH]
    return tuple(m for m in kept if m.score > kept[0].score - AHEAD)


def score_column(words: tuple[str, ...], column: CatalogColumn) -> float:
    """How well `words` name `column`: by its name, less by its meaning, least by its table."""
    own, table = parts(column.name), parts(column.table)
    meant = tuple(MEANING_WORDS.get(column.meaning, "").split())
    sure = tuple(max(_best(w, own), _BY_MEANING * _best(w, meant), _BY_TABLE * _best(w, table)) for w in words)
    if not words or max(_best(w, own) + _best(w, meant) for w in words) == 0:
        return 0.0
    telling = [p for p in own if singular(p) not in NEUTRAL and p not in parts(column.unit)] or list(own)
    by_meaning = any(_best(w, meant) >= 0.85 for w in words)
    told = sum(1 for p in telling if _best(p, words) or _best(p, table) or (by_meaning and _best(p, meant)))
    return sum(sure) / len(sure) * (0.75 + 0.25 * told / len(telling))


def score_table(words: tuple[str, ...], table: CatalogTable) -> float:
    """How well `words` name `table`."""
    own = [p for p in parts(table.name) if p not in ("data", "table", "all", "fact", "dim", "raw", "list", "csv")]
    own = own or list(parts(table.name))
    if not words:
        return 0.0
    sure = sum(_best(w, own) for w in words) / len(words)
    return sure * (0.75 + 0.25 * sum(1 for p in own if _best(p, words)) / len(own))


def measures(words: tuple[str, ...], catalog: Catalog) -> tuple[Match, ...]:
    """Every column that can be measured, with its score; copies of tables are left out."""
    columns = (c for t in catalog.originals() for c in t.measures())
    return tuple(Match(label=c.label, score=score_column(words, c), concept=c.label) for c in columns)


def flags(words: tuple[str, ...], catalog: Catalog) -> tuple[Match, ...]:
    """Every column that is yes or no or one of a few categories, with its score: what can be a label or a share."""
    columns = [c for t in catalog.originals() for c in t.columns if c.boolean or c.values or c.meaning == "category"]
    return tuple(Match(label=c.label, score=score_column(words, c), concept=c.label) for c in columns)


def rows_of(words: tuple[str, ...], catalog: Catalog) -> tuple[Match, ...]:
    """Every table with its score, as the label under which its rows are counted."""
    return tuple(
        Match(label=row_label(t), score=0.97 * score_table(words, t), concept=row_label(t)) for t in catalog.originals()
    )


def entities(words: tuple[str, ...], catalog: Catalog, *, near: str) -> tuple[Match, ...]:
    """What `words` may mean as the thing one row or series is about, seen from the table `near`."""
    reached = catalog.distances(near) if near else {}
    found = []
    for table in catalog.originals():
        if near and table.name not in reached:
            continue
        bonus = dict(enumerate(_NEAR)).get(reached[table.name], 0.0) if near else 0.0
        named = score_table(words, table)
        label = _seen_from(table, catalog, near)
        if named and label != f"{table.name}.{table.time_column}":
            found.append(Match(label=label, score=0.97 * named + bonus, concept=table.name))
        for column in table.columns:
            score = score_column(words, column) if _nameable(column, table) else 0.0
            if score and near and _in_a_role(words, column, table):
                score = max(score, 1.0 - _ROLE)
            if score:
                concept = _concept(column, table)
                slack = 0.02 if concept != column.label and column.name not in table.key else 0.0
                found.append(Match(label=column.label, score=score + bonus - slack, concept=concept))
    return tuple(_settled(m, found, catalog, near) for m in found if not _shadowed(m, found, reached))


def counted_in_units(words: tuple[str, ...], table: CatalogTable) -> bool:
    """Whether the last word names a number of `table` itself: the prices of `prices` are no rows but values."""
    meant = (w for c in table.measures() for w in MEANING_WORDS.get(c.meaning, "").split())
    return bool(words) and _best(words[-1], meant) >= 0.85


def row_label(table: CatalogTable) -> str:
    """The label under which rows of a table are counted: its key when that is one column, else `table.*`."""
    return f"{table.name}.{table.key[0]}" if len(table.key) == 1 and not table.wide() else f"{table.name}.*"


def adds_up(column: CatalogColumn) -> bool | None:
    """Whether its values may be added over time and things; `None` when nobody can know from name and meaning."""
    if column.meaning in ("amount", "quantity"):
        return True
    if column.meaning in ("price", "rate", "percentage", "index_level"):
        return False
    for told in (parts(column.name), parts(column.unit)):
        words = {form for p in told for form in (p, singular(p), root(p))}
        words |= {w for p in told for w in EXTENSIVE | INTENSIVE if len(p) > 1 and alike(p, w) >= 0.95}
        if words & EXTENSIVE:
            return True
        if words & INTENSIVE:
            return False
    return None


def _best(word: str, names: Iterable[str]) -> float:
    return max((alike(word, n) for n in names), default=0.0)


def _nameable(column: CatalogColumn, table: CatalogTable) -> bool:
    linked = any(link.column == column.name for link in table.links)
    if linked or column.name in table.key or column.values or column.meaning == "identifier":
        return column.name != table.time_column
    fluid = column.type.startswith(("double", "decimal", "date", "timestamp"))
    return column.name != table.time_column and not fluid and column.meaning not in ("price", "amount", "rate")


def _shadowed(match: Match, found: list[Match], reached: dict[str, int]) -> bool:
    """Whether a nearer table has a column of the same name: a customer's country is not that of the sales person."""
    if match.concept != match.label or not reached:
        return False
    home, _, name = match.label.partition(".")
    nearer = (m.label.partition(".") for m in found if m.concept == m.label and m.score > match.score)
    return any(parts(n) == parts(name) and reached[t] < reached[home] for t, _, n in nearer)


def _in_a_role(words: tuple[str, ...], column: CatalogColumn, table: CatalogTable) -> bool:
    """Whether the name of `column` ends in `words`, and no column of the table has just that name."""
    if any(score_column(words, c) >= 1.0 for c in table.columns if _nameable(c, table)):
        return False
    own = parts(column.name)[-len(words) :]
    return len(own) == len(words) and all(alike(w, o) >= _SAME_WORD for w, o in zip(words, own, strict=True))


def _concept(column: CatalogColumn, table: CatalogTable) -> str:
    """The table whose rows the column names, or the column itself."""
    for link in table.links:
        if link.column == column.name:
            return link.to
    names = column.meaning in ("name", "person_name", "identifier", "email") or parts(column.name)[-1] == "name"
    if table.key == (column.name,) or (len(table.key) == 1 and names):
        return table.name
    return column.label


def _seen_from(table: CatalogTable, catalog: Catalog, near: str) -> str:
    """The label for rows of `table` in `near`: the column there that refers to it, else its key."""
    if near:
        for link in catalog.table(near).links:
            if link.to == table.name:
                return f"{near}.{link.column}"
    return row_label(table)


def _settled(match: Match, found: list[Match], catalog: Catalog, near: str) -> Match:
    """The match with the label that all of its concept share: the column in `near`, else the best one."""
    same = [m for m in found if m.concept == match.concept]
    if any(t.name == match.concept for t in catalog.tables):
        label = _seen_from(catalog.table(match.concept), catalog, near)
        home = catalog.table(match.concept)
        asked = max(same, key=lambda m: m.score)
        own = catalog.column(asked.label)
        itself = max((m.score for m in same if m.label in (label, row_label(home))), default=0.0)
        if own is not None and own.table == home.name and own.name not in home.key and asked.score > itself + 0.1:
            return Match(label=asked.label, score=match.score, concept=match.concept)
        return Match(label=label, score=match.score, concept=match.concept)
    return match
