"""The deterministic reading of a sentence: one goal with its confidence, several to choose from, or what is missing."""

from __future__ import annotations

from itertools import product

from windvane.agents.analyst import kinds
from windvane.agents.analyst.catalog import Catalog, CatalogTable
from windvane.agents.analyst.drafting import Draft, Drafting, draft, settle
from windvane.agents.analyst.filters import Filter, read_filters, unknown_value
from windvane.agents.analyst.matching import ENOUGH, flags, measures
from windvane.agents.analyst.measuring import known_word
from windvane.agents.analyst.patterns import Said, read_aggregate, read_kind, read_phrases
from windvane.agents.analyst.phrases import Phrases, divide
from windvane.agents.analyst.sentence import GRAMMAR, Sentence, parts
from windvane.agents.analyst.series import series
from windvane.agents.analyst.serving import (
    counts_itself,
    no_entity,
    no_filter,
    no_label,
    no_measure,
    no_time,
    steps,
    too_fine,
    unsupported,
)
from windvane.agents.analyst.vocabulary import singular
from windvane.domain.errors import NeedsPerson
from windvane.domain.goal import Goal, Grain
from windvane.domain.record import Record, replace

MOST_OPTIONS = 5
_UNREAD = 0.08  # confidence lost for each word that names nothing
_TIMED = ("last ", "since ", "before ", "in ", "this ", "between ", "rolling ", "time ", "every ", "business ")


class Reading(Record):
    """Goals that fit, best first: one when the sentence is clear. `unread` are words that name nothing."""

    goals: tuple[Goal, ...] = ()
    confidence: float = 0.0
    said: Goal | None = None  # only what set phrases say, for a language model to complete
    unread: tuple[str, ...] = ()
    why: str = ""


def read(sentence: str, catalog: Catalog) -> tuple[Reading, NeedsPerson | None]:
    """The goals that `sentence` may mean; the error says what is missing when the data can serve none of them."""
    names = frozenset(p for t in catalog.tables for n in (t.name, *(c.name for c in t.columns)) for p in parts(n))
    values = {p for t in catalog.tables for c in t.columns for v in c.values for p in parts(v)}
    words = Sentence(sentence, names | values)
    workload = kinds.read_workload(words)
    said = read_phrases(words)
    said.constraints += workload
    kinds.read_scored(words, said)
    filters = list(read_filters(words, catalog))
    read_kind(words, said)
    held = frozenset({*names, *(singular(n) for n in names)})
    read_aggregate(words, said, keep=_kept(catalog, held))
    phrases = divide(words.text, names=held)
    said.kind = said.kind or "metric"
    if said.aggregate in ("return", "volatility") and not _priced(catalog) and said.aggregate == "return":
        phrases.measures.insert(0, ("return",))
        said.aggregate = ""
    goal = _bare(sentence, said)
    if said.aggregate == "unsupported":
        return Reading(said=_bare(sentence, said)), unsupported()
    kinds.told_by_label(said, phrases, catalog)
    own = kinds.drafts(said, phrases, filters, catalog)
    settle(said, phrases, catalog)
    drafting = Drafting(drafts=own) if own else _drafting(said, phrases, catalog)
    if not drafting.drafts and (known := series(said, phrases, catalog)):
        drafting = Drafting(drafts=known)
    goal = _bare(sentence, said)
    if not drafting.drafts:
        return Reading(said=goal), _missing(said, drafting, catalog)
    filters += _capitalised(words, phrases, catalog)
    return _goals(goal, said, drafting, _Rest(filters=tuple(filters), unread=_unread(phrases, catalog)), catalog)


class _Rest(Record):
    filters: tuple[Filter, ...] = ()
    unread: tuple[str, ...] = ()


def _drafting(said: Said, phrases: Phrases, catalog: Catalog) -> Drafting:
    """As read; a prediction of what is no number is a classification."""
    if said.kind == "forecast" and not said.horizon and not said.grains:
        flagged = any(m.score >= 0.75 for words in phrases.measures for w in words for m in flags((w,), catalog))
        numbers = any(m.score >= ENOUGH for words in phrases.measures for m in measures(words, catalog))
        if flagged and not numbers:
            said.kind = "classification"
    return draft(said, phrases, catalog)


def _goals(
    bare: Goal, said: Said, drafting: Drafting, rest: _Rest, catalog: Catalog
) -> tuple[Reading, NeedsPerson | None]:
    """Every draft with every meaning of the filters and grains, as far as the data can serve it."""
    goals, problem = _served(bare, said, drafting.drafts, rest, catalog)
    if not goals:
        goals, _ = _served(bare, said, drafting.elsewhere, rest, catalog)
    if not goals:
        return Reading(said=bare), problem
    unique = tuple(dict.fromkeys(goals))
    sure = max(d.score for d in drafting.drafts) - _UNREAD * len(rest.unread)
    reading = Reading(
        goals=unique[:MOST_OPTIONS],
        confidence=round(max(0.05, min(sure, 0.99)) / len(unique), 3),
        said=bare,
        unread=rest.unread,
        why=_why(unique),
    )
    return reading, None


def _served(
    bare: Goal, said: Said, drafts: tuple[Draft, ...], rest: _Rest, catalog: Catalog
) -> tuple[list[Goal], NeedsPerson | None]:
    goals: list[Goal] = []
    problem: NeedsPerson | None = None
    grains = tuple(dict.fromkeys(said.grains)) or ("",)
    for one in drafts:
        chosen = _chosen_filters(rest.filters, one, catalog)
        if isinstance(chosen, Filter):
            problem = problem or no_filter(chosen, catalog)
            continue
        for grain, constraints in product(grains, chosen):
            made = _goal(bare, said, one, grain)
            made = replace(made, constraints=(*constraints, *made.constraints))
            trouble = _trouble(made, one, catalog)
            if trouble is None:
                goals.append(_stepped(made, said, catalog.table(one.table)))
            problem = problem or trouble
    return goals, problem


def _bare(sentence: str, said: Said) -> Goal:
    return Goal(
        sentence=sentence,
        kind=said.kind or "metric",
        grain=said.grains[0] if said.grains else "",
        horizon=said.horizon,
        targets=tuple(said.targets),
        constraints=tuple(dict.fromkeys(said.constraints)),
    )


def _goal(bare: Goal, said: Said, one: Draft, grain: Grain) -> Goal:
    kind = bare.kind
    if kind == "metric" and not one.measure:
        kind = "table"
    if kind == "forecast" and not said.horizon and not said.grains and one.aggregate == "" and not one.measure:
        kind = "table"
    return replace(bare, kind=kind, measure=one.measure, aggregate=one.aggregate, entities=one.entities, grain=grain)


def _stepped(goal: Goal, said: Said, table: CatalogTable) -> Goal:
    """`goal` with its grain and its horizon in the same unit."""
    business = table.cadence == "business_day" or "business days" in goal.constraints
    cadence: Grain = "day" if table.cadence == "business_day" else _grain_of(table.cadence)
    ahead = goal.kind in ("forecast", "nowcast", "classification")
    grain = goal.grain or said.horizon_unit or (cadence if ahead and goal.kind != "classification" else "")
    if not ahead:
        return replace(goal, grain=goal.grain, horizon=0)
    horizon = steps(goal.horizon, said.horizon_unit or grain, grain, per_day=5 if business else 7)
    return replace(goal, grain=grain, horizon=horizon or (1 if goal.kind == "forecast" else 0))


def _grain_of(cadence: str) -> Grain:
    match cadence:
        case "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year":
            return cadence
        case _:
            return "day" if cadence == "irregular" else ""


def _trouble(goal: Goal, one: Draft, catalog: Catalog) -> NeedsPerson | None:
    alone = catalog.table(one.table)
    if goal.aggregate == "count" and not goal.grain and _counts_itself(goal, alone):
        return counts_itself(alone)
    timed = goal.kind in ("forecast", "nowcast") or goal.grain or goal.aggregate in ("return", "volatility")
    if timed or goal.horizon or any(c.startswith(_TIMED) for c in goal.constraints):
        table = catalog.time_of(one.table)
        if table is None:
            return no_time(goal, one.table, catalog)
        if goal.grain and goal.kind != "classification":
            return too_fine(goal.grain, table)
    return None


def _counts_itself(goal: Goal, table: CatalogTable) -> bool:
    """Whether every group is exactly one row: the rows of a table are counted for each value of its key."""
    key = tuple(f"{table.name}.{k}" for k in table.key)
    return len(key) == 1 and goal.measure in (*key, f"{table.name}.*") and key[0] in goal.entities


def _chosen_filters(filters: tuple[Filter, ...], one: Draft, catalog: Catalog) -> list[tuple[str, ...]] | Filter:
    """Combinations of the meanings of all filters as seen from the table of the draft, or a filter without any."""
    reached = catalog.reachable(one.table)
    options = []
    for filter_ in filters:
        near = [c for t, c in filter_.ways if t == one.table] or [c for t, c in filter_.ways if t in reached]
        if not near:
            return filter_
        options.append(near)
    return [c for c in product(*options) if not _contradicts(c)]


def _contradicts(constraints: tuple[str, ...]) -> bool:
    """Whether one column is to be equal to two values."""
    equal = [c.partition(" = ")[0] for c in constraints if " = " in c]
    return len(equal) != len(set(equal))


def _capitalised(words: Sentence, phrases: Phrases, catalog: Catalog) -> list[Filter]:
    """Names with a capital letter that stand where a value stands and are not known: which column holds them?"""
    spelled = [w for w in words.spelled if w.isalpha() and w not in GRAMMAR]
    if len(spelled) * 2 > len(words.text.split()) + 2:  # a Title Of A Page says nothing by its capital letters
        return []
    found = []
    for preposition, phrase in phrases.context:
        if preposition not in ("in", "for", "from", "at", "of", "on", "with"):
            continue
        strange = [w for w in phrase if w in words.spelled and not known_word(w, catalog)]
        if strange:
            found.append(unknown_value(" ".join(words.spelled[w] for w in strange), catalog))
    return found


def _unread(phrases: Phrases, catalog: Catalog) -> tuple[str, ...]:
    every = (*phrases.measures, *phrases.entities, *phrases.claims, *(w for _, w in phrases.context))
    return tuple(dict.fromkeys(w for words in every for w in words if not known_word(w, catalog)))


def _kept(catalog: Catalog, names: frozenset[str]) -> frozenset[str]:
    """Words of aggregates that are names here: `returns` where a table or an unpriced column is called so."""
    if _priced(catalog):
        names = names - {"return", "returns", "volatility", "performance"}
    return names - {"average", "avg", "mean", "total", "max", "min", "maximum", "minimum", "current", "latest", "last"}


def _priced(catalog: Catalog) -> bool:
    return any(c.meaning in ("price", "index_level") for t in catalog.originals() for c in t.measures())


def _missing(said: Said, drafting: Drafting, catalog: Catalog) -> NeedsPerson:
    if drafting.no_entity:
        return no_entity(drafting.no_entity, drafting.measured, catalog)
    if said.kind == "classification":
        return no_label(catalog)
    return no_measure(drafting.no_measure, said.aggregate, catalog)


def _why(goals: tuple[Goal, ...]) -> str:
    """In what the readings differ."""
    parts_of = {
        "what is measured": len({g.measure for g in goals}),
        "how it is added up": len({g.aggregate for g in goals}),
        "what it is about": len({g.entities for g in goals}),
        "the step of time": len({g.grain for g in goals}),
        "which rows count": len({g.constraints for g in goals}),
    }
    return " and ".join(name for name, several in parts_of.items() if several > 1)
