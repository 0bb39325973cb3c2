"""Makes the alternatives for a goal comparable: the same promise, the same measures, another way to join."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.agents.modeler.beside import Beside, candidates, mentioned
from windvane.agents.modeler.catalog import Catalog, is_number, table_of
from windvane.agents.modeler.detail import Detail, Variant, detail, detail_name
from windvane.agents.modeler.evidence import checks, probes
from windvane.agents.modeler.limits import limits
from windvane.agents.modeler.subject import Subject, subject
from windvane.agents.modeler.summary import Summary, summary
from windvane.domain.change import Change, Put
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Metric, Model, Product
from windvane.domain.goal import Goal
from windvane.domain.naming import identifier
from windvane.domain.plan import Effect, Plan
from windvane.domain.ports import Scene

CPU_S_PER_MILLION_ROWS = 1.0  # measured: joins, windows and writing, one thread
CPU_S_PER_MODEL = 0.05
_DONE = {
    "sum": "adds up {}", "avg": "averages {}", "count": "counts {}", "min": "takes the lowest {}",
    "max": "takes the highest {}", "stddev": "takes the standard deviation of {}", "last": "takes the last {}",
    "return": "takes the change of {} from one period to the next",
    "volatility": "takes the standard deviation of the returns of {}",
}  # fmt: skip
_BY_TIME = {
    "last known": ["a value of another table is the last one known on that day, never a later one"],
    "same day": ["a value of another table is the one of the same day"],
    "not": [],
}
_ESTIMATED = ("forecast", "nowcast", "classification", "segmentation", "anomaly")


@dataclass(frozen=True)
class _Draft:
    """One variant, built."""

    variant: Variant
    detail: Detail
    summary: Summary | None

    @property
    def relation(self) -> str:
        """What the product reads."""
        return (self.summary.contract if self.summary else self.detail.contract).relation


def alternatives(scene: Scene, goal: Goal, known: Catalog) -> tuple[Plan, ...]:
    """Plans for one goal, the likeliest first. Raises `Unservable`."""
    about = subject(goal, known)
    bounds = limits(goal.constraints, known, cadence=about.fact.cadence)
    beside = _beside(scene, goal, known, about)
    drafts: list[_Draft] = []
    for variant in _variants(about, beside):
        made = detail(about, known, beside=beside, limits=bounds, variant=variant, name=detail_name(about))
        if (free := _free(made, scene)) != made.model.name:
            made = detail(about, known, beside=beside, limits=bounds, variant=variant, name=table_of(free))
        taken = {table_of(made.model.name), *_others(scene, goal)}
        short = summary(about, goal, made, bounds, taken=taken) if about.summed_up or bounds.rolling else None
        drafts.append(_Draft(variant, made, short))
    joined = [set(d.detail.joined) for d in drafts]
    shared = tuple(c for c in drafts[-1].detail.joined if all(c in names for names in joined))
    rows = _rows(scene, drafts[0].detail)
    return tuple(_plan(scene, goal, draft, about=about, shared=shared, rows=rows) for draft in drafts)


def _beside(scene: Scene, goal: Goal, known: Catalog, about: Subject) -> tuple[Beside, ...]:
    """Tables to join by time: those the goal names, and for details all the few there are."""
    if not about.fact.time_column:
        return ()
    taken = {about.fact.relation, *(t.relation for t in about.tables)}
    found = candidates(known, scene.estate, about.fact, taken=taken, sentence=goal.sentence)
    return mentioned(found, goal.sentence) if about.summed_up and goal.kind not in _ESTIMATED else found


def _variants(about: Subject, beside: tuple[Beside, ...]) -> tuple[Variant, ...]:
    if beside:
        return Variant("LEFT", "last known"), Variant("LEFT", "same day"), Variant("INNER", "same day")
    return (Variant("LEFT", "not"), Variant("INNER", "not")) if about.tables else (Variant("LEFT", "not"),)


def _others(scene: Scene, goal: Goal) -> set[str]:
    """Names of what serves other goals."""
    return {p.name for p in scene.estate.of(Product) if isinstance(p, Product) and p.goal != goal}


def _free(made: Detail, scene: Scene) -> str:
    """The name of a mart; another one when a different mart has it already."""
    there = {m.name: m.text for m in scene.estate.of(Model) if isinstance(m, Model) and m.layer == "mart"}
    if there.get(made.model.name, made.model.text) == made.model.text:
        return made.model.name
    return f"mart.{identifier(table_of(made.model.name), {table_of(n) for n in there})}"


def _rows(scene: Scene, made: Detail) -> float | None:
    """How many rows the detail mart must have, counted in production; nothing when that cannot be known."""
    if scene.reader is None or not made.own_rows:
        return None
    try:
        value = scene.reader.rows(made.own_rows)[0][0]
    except WindvaneError:
        return None
    return float(value) if isinstance(value, int) else None


def _plan(
    scene: Scene, goal: Goal, draft: _Draft, *, about: Subject, shared: tuple[str, ...], rows: float | None
) -> Plan:
    made = draft.detail
    guess = rows if rows is not None else float(sum(b.accepted for b in scene.history))
    joins = len(about.tables) + len(made.dates)
    predicted = [Effect(measure=f"rows {made.contract.relation}", expected=rows)] if rows is not None else []
    if made.own_rows:
        predicted.append(Effect(measure=f"rows off the fact {made.contract.relation}", expected=0.0))
    return Plan(
        incident=scene.incident.id if scene.incident else "",
        proposer="modeler",
        title=f"{draft.relation}: {_how(draft.variant)}",
        base=scene.estate.fingerprint(),
        changes=_changes(goal, draft, about),
        rationale=_rationale(goal, draft, about),
        evidence=tuple(f"{t.reference.to}: {t.reference.match_share:.1%} of the values match" for t in about.tables),
        predicted=tuple(predicted),
        probes=probes(
            made,
            draft.summary,
            shared=shared,
            measure=about.measure_name if about.measure and is_number(about.measure) else "",
        ),
        acceptance=checks(made, draft.summary),
        assumptions=_assumptions(draft, about),
        identifiable=not made.unbuilt,
        options=("build it without", "do not build it") if made.unbuilt else (),
        cost=round(CPU_S_PER_MODEL * (1 + bool(draft.summary)) + guess / 1e6 * CPU_S_PER_MILLION_ROWS * (1 + joins), 3),
        serves=f"mart {table_of(draft.relation)}",
    )


def _how(variant: Variant) -> str:
    by_time = {"last known": ", last known value by time", "same day": ", value of the same day", "not": ""}
    kept = "every row" if variant.references == "LEFT" else "only rows with a partner"
    return kept + by_time[variant.by_time]


def _changes(goal: Goal, draft: _Draft, about: Subject) -> tuple[Change, ...]:
    found: list[Change] = [Put(asset=draft.detail.model), Put(asset=draft.detail.contract)]
    if draft.summary is not None:
        found += [Put(asset=draft.summary.model), Put(asset=draft.summary.contract)]
    metric = _metric(goal, draft, about)
    if metric is not None:
        found.append(Put(asset=metric))
    name = table_of(draft.relation)
    product = Product(
        name=name,
        kind=goal.kind,
        relation=draft.relation,
        goal=goal,
        description=goal.sentence,
        metrics=(metric.name,) if metric else (),
    )
    return (*found, Put(asset=product))


def _metric(goal: Goal, draft: _Draft, about: Subject) -> Metric | None:
    """The governed measure: over the detail mart where it can be computed from any of its rows."""
    made, short = draft.detail, draft.summary
    measured = _measured(draft, about)
    if measured is None:
        return None
    name, expression = measured
    source = made.contract if short is None or short.expression else short.contract
    there = {c.name for c in source.columns}
    asked = [made.names[e] for e in about.entities if made.names.get(e) in there]
    entities = asked or [k for k in source.key if k != source.time_column]
    table = table_of(draft.relation)
    return Metric(
        name=table if name in table else f"{table}_{name}",
        relation=source.relation,
        expression=expression,
        dimensions=tuple(dict.fromkeys([*entities, *([source.time_column] if source.time_column else [])])),
        grain=goal.grain or source.cadence,
        unit=about.measure.unit if about.measure and not about.returns else "",
        description=goal.sentence,
    )


def _measured(draft: _Draft, about: Subject) -> tuple[str, str] | None:
    """(name, expression) of the measure; nothing when rows are only shown."""
    if draft.summary is not None:
        return draft.summary.value, draft.summary.expression or f"AVG({draft.summary.value})"
    over = draft.detail.returns or about.measure_name
    if not over or about.measure is None or not is_number(about.measure):
        return None
    return over, f"{'SUM' if about.measure.meaning in ('amount', 'quantity') else 'AVG'}({over})"


def _rationale(goal: Goal, draft: _Draft, about: Subject) -> str:
    made, fact = draft.detail, about.fact.relation
    lines = [f"`{goal.sentence}` is about the rows of {fact}"]
    lines += [
        f"{t.relation} is joined on its key ({' and '.join(t.reference.columns)}), so no row is doubled"
        for t in about.tables
    ]
    if about.tables:
        kept = "kept" if draft.variant.references == "LEFT" else "left out"
        lines.append(f"rows without a partner in a joined table are {kept}")
    lines += _BY_TIME[draft.variant.by_time]
    if not about.fact.key:
        lines.append(f"{fact} has no sure key: nothing is joined on one and rows are not put in order")
    if draft.summary is not None:
        given = "as asked" if goal.aggregate else f"because it is a {_meaning(about)}"
        done = _DONE.get(about.aggregate, f"takes the {about.aggregate} of").format(about.measure_name or "rows")
        lines.append(f"{draft.summary.contract.relation} {done}, {given}")
    hidden = [c.name for c in about.fact.columns if c.classification != "open" and c.name not in made.names.values()]
    if hidden:
        lines.append(f"left out because they may be personal: {', '.join(hidden)}")
    if goal.kind in _ESTIMATED:
        lines.append(f"this is the input of the {goal.kind} at its grain; the estimator comes on top of it")
    if made.unbuilt:
        lines.append(f"not built: {'; '.join(made.unbuilt)}")
    return "\n".join(lines)


def _meaning(about: Subject) -> str:
    return (about.measure.meaning if about.measure else "") or "value that neither adds up nor is a level"


def _assumptions(draft: _Draft, about: Subject) -> tuple[str, ...]:
    found = [f"each {' and '.join(t.reference.columns)} stays at most one row of {t.relation}" for t in about.tables]
    if draft.variant.by_time == "same day":
        found.append("a value of a day is known on that day")
    if draft.variant.by_time == "last known":
        found.append("a value holds until the next one is known")
    return (*found, *(f"asked for and not built: {text}" for text in draft.detail.unbuilt))
