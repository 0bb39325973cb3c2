"""Readings that one kind of product alone has: cases that a table of events tells, segments by what was done, days
that are scored; and what alarms cost or how many can be looked at.
"""

from __future__ import annotations

from windvane.agents.analyst.catalog import Catalog, CatalogTable
from windvane.agents.analyst.drafting import Draft
from windvane.agents.analyst.filters import Filter
from windvane.agents.analyst.matching import ENOUGH, best_of, entities, flags, measures, row_label, score_table
from windvane.agents.analyst.patterns import GRAINS, Said
from windvane.agents.analyst.phrases import Phrases
from windvane.agents.analyst.sentence import Sentence

_SURE = 0.7
_LOOKED = (
    r"(?:investigat(?:e|ing)|review(?:ing)?|check(?:ing)?|inspect(?:ing)?|examin(?:e|ing)|handl(?:e|ing)|visit(?:ing)?"
    r"|call(?:ing)?|contact(?:ing)?|look(?:ing)? at|rais(?:e|ing)|alerts?|alarms?|cases?)"
)
_COST = r"(?P<n>\d+(?:\.\d+)?)(?: [a-z]+)?"
_MISS = r"(?:a |each |every |1 )?(?:missed (?:case|failure|fraud|\w+)|miss)"
_ALARM = r"(?:a |each |every |1 )?(?:false alarm|false positive|alarm|alert|investigation|inspection|check)"
_PERIODS = r"(?:a|per|each|every) (?P<unit>day|week|month)"


def read_workload(sentence: Sentence) -> tuple[str, ...]:
    """Take out what alarms may cost, as constraints: `at most 100 per day`, `a miss costs 50`, `an alarm costs 2`."""
    found = []
    few = r"(?:at most|up to|no more than|max(?:imum)?(?: of)?)"
    looked = rf"(?:(?:and|to|while|with|we can|can) )*(?:{_LOOKED} )?{few} (?P<n>\d+)(?: {_LOOKED}| [a-z]+)? {_PERIODS}"
    for m in sentence.take(rf"(?=.*{_LOOKED}){looked}"):
        found.append(f"at most {m['n']} per {m['unit']}")
    for words, what in ((_MISS, "a miss"), (_ALARM, "an alarm")):
        for m in sentence.take(rf"(?:(?:where|when|and|if) )?{words} costs? {_COST}"):
            found.append(f"{what} costs {m['n']}")
    return tuple(found)


def read_scored(sentence: Sentence, said: Said) -> None:
    """`score each day of ...` asks for one score a day of what follows."""
    for m in sentence.take(r"(?:score|rate|mark|judge) (?:each|every) ([a-z]+) (?:of|for)(?: the)?", leave=" "):
        if m[1] in GRAINS:
            said.grains.append(GRAINS[m[1]])
    if sentence.text.startswith(("score |", "rate |", "mark |")):  # `score each day for anomalies`
        sentence.text = sentence.text.partition("|")[2].strip()


def told_by_label(said: Said, phrases: Phrases, catalog: Catalog) -> None:
    """What is odd by its name, such as fraud, is a class where a column says which rows were."""
    if said.kind != "anomaly":
        return
    words = [w for spoken in (*phrases.measures, *phrases.claims) for w in spoken]
    if any(m.score >= _SURE and _yes_or_no(m.label, catalog) for w in words for m in flags((w,), catalog)):
        said.kind = "classification"


def drafts(said: Said, phrases: Phrases, filters: list[Filter], catalog: Catalog) -> tuple[Draft, ...]:
    """The readings that only the kind of the product explains; none where the ordinary reading is to be asked."""
    match said.kind:
        case "classification":
            return _by_events(phrases, catalog)
        case "segmentation":
            return _by_behaviour(phrases, catalog)
        case "anomaly":
            return _unnamed(phrases, filters, catalog)
        case _:
            return ()


def _by_events(phrases: Phrases, catalog: Catalog) -> tuple[Draft, ...]:
    """Machines that fail, where failures are rows of a table with a time: the measure is `failures.*`."""
    words = [w for spoken in (*phrases.claims, *phrases.measures) for w in spoken]
    if any(m.score >= _SURE and _yes_or_no(m.label, catalog) for w in words for m in flags((w,), catalog)):
        return ()
    found = []
    for table in (t for t in catalog.originals() if t.time_column):
        named = [w for w in words if score_table((w,), table) >= _SURE]
        about = _thing([w for w in words if w not in named], table, catalog)
        if named and about:
            found.append(Draft(table=table.name, measure=f"{table.name}.*", aggregate="", entities=(about,), score=0.9))
    return tuple(found)


def _by_behaviour(phrases: Phrases, catalog: Catalog) -> tuple[Draft, ...]:
    """Customers by purchases, where purchases are rows of a table with a time that names the customer."""
    found = []
    by = [w for spoken in phrases.orders for w in spoken]
    if any(m.score >= ENOUGH for w in by for m in measures((w,), catalog)):
        return ()
    about = [w for spoken in phrases.measures for w in spoken]
    for table in (t for t in catalog.originals() if t.time_column and any(score_table((w,), t) >= _SURE for w in by)):
        thing = _thing(about, table, catalog)
        if thing and thing != row_label(table):
            found.append(Draft(table=table.name, measure=f"{table.name}.*", aggregate="", entities=(thing,), score=0.9))
    return tuple(found)


def _thing(words: list[str], table: CatalogTable, catalog: Catalog) -> str:
    """The column of a table that says which thing a row is about; empty when the words name none or several."""
    every = [m for w in words for m in entities((w,), catalog, near=table.name) if m.label.startswith(f"{table.name}.")]
    found = [m for m in best_of(every) if m.score >= _SURE]
    return found[0].label if len({m.label for m in found}) == 1 else ""


def _unnamed(phrases: Phrases, filters: list[Filter], catalog: Catalog) -> tuple[Draft, ...]:
    """Where no quantity is named: each one of the table that a filter names, or of all tables with a time."""
    if phrases.measures or phrases.context or phrases.entities or phrases.orders:
        return ()
    near = {t for f in filters for t, _ in f.ways}
    tables = [t for t in catalog.originals() if t.time_column and (t.name in near or not near)]
    return tuple(
        Draft(table=t.name, measure=c.label, aggregate="", entities=_series(t), score=0.8)
        for t in tables
        for c in t.measures()
    )


def _series(table: CatalogTable) -> tuple[str, ...]:
    return tuple(f"{table.name}.{k}" for k in table.key if k != table.time_column)


def _yes_or_no(label: str, catalog: Catalog) -> bool:
    """Whether a column says yes or no, whatever letters it has for that."""
    column = catalog.column(label)
    return column is not None and (column.boolean or len(column.values) == 2)
