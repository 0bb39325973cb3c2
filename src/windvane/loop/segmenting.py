"""Segments of things: made where they come out again, told in words, and looked at as months come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from windvane.domain.change import Change, Put, apply
from windvane.domain.entry import Cascaded, Diagnosed, Scored
from windvane.domain.estate import Estate, Product
from windvane.domain.estimate import Recipe, Score
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.record import canonical, replace
from windvane.loop import propose, versions
from windvane.loop.crew import Crew
from windvane.loop.estimating import Case, admission, case_of, landed, one_thread, version_of
from windvane.stack.estimation.clusters import STABLE, Segments, drift, gaps
from windvane.stack.estimation.estimators import segments as estimator
from windvane.stack.evidence.wealth import Wealth
from windvane.stack.transform.asof import features_of

if TYPE_CHECKING:
    from windvane.stack.estimation.panel import Array

_Naive = tuple[tuple[str, tuple[Score, ...]], ...]
_Measured = tuple[tuple[Score, ...], _Naive]
_AGAIN = 0.5  # of the months between making segments and a look in vain: so many more before the next look
SHIFTED = 0.25  # population stability index of the shares from which membership has moved a lot


def first(crew: Crew, estate: Estate, incident: Incident, draft: Plan) -> Plan:
    """The plan with its segments: as many as come out again, one where none do; said beside what costs nothing."""
    product = versions.product_of(draft)
    assert product is not None and product.inputs is not None
    with one_thread():
        case = case_of(crew, product.name, product.inputs, product.goal)
        recipe = recipe_of(case)
        made = estimator.made_of(case.panel, recipe)
        scores, naive = _scores(case, recipe, made), _naive(case, recipe)
    crew.say("trial", f"{case.panel.steps} months, {len(case.panel.entities):,} things; what costs nothing:")
    for title, found in naive:
        crew.say("trial", f"  {title}: {_told(found)}", subject=product.name)
    crew.say("trial", f"segments: {len(made.words)}, {_told(scores)}", subject=product.name)
    words = tuple(f"segment {n}: {text}" for n, text in enumerate(made.words))
    for text in words:
        crew.say("trial", f"  {text}", subject=product.name)
    told = replace(product, recipe=recipe, description="; ".join((product.goal.sentence, *words)))
    _record(crew, case, told, (scores, naive), words)
    return completed(crew, estate, incident, replace(draft, evidence=words), case, told)


def recipe_of(case: Case) -> Recipe:
    """Segments of the last decision time."""
    seconds = float(case.panel.decided[-1].astype("datetime64[s]").astype(np.int64))
    return Recipe(
        estimator="segments",
        features=features_of(case.inputs),
        coverage=0.0,
        parameters=((estimator.MADE_AT, seconds),),
    )


def _scores(case: Case, recipe: Recipe, made: Segments) -> tuple[Score, ...]:
    """How well they come out again, and how wide the gaps between them are."""
    values = values_of(case, estimator.step_of(case.panel, recipe))
    wide = gaps(made, values) if len(made.words) > 1 else 0.0
    return (
        Score(measure="stability", value=made.stability if len(made.words) > 1 else 0.0, n=len(values)),
        Score(measure="silhouette", value=wide, n=len(values)),
    )


def _naive(case: Case, recipe: Recipe) -> _Naive:
    """All things together, and thirds by how often they did something."""
    values = values_of(case, estimator.step_of(case.panel, recipe))
    cuts = np.quantile(values[:, len(values[0]) - 1], [1 / 3, 2 / 3])
    thirds = np.searchsorted(cuts, values[:, -1])
    wide = gaps(estimator.made_of(case.panel, recipe), values, labels=thirds) if len(set(thirds)) > 1 else 0.0
    together = (Score(measure="silhouette", value=0.0, n=len(values)),)
    name = list(case.panel.features)[-1].replace("_", " ")
    return (
        ("all together", together),
        (f"thirds by {name}", (Score(measure="silhouette", value=wide, n=len(values)),)),
    )


def values_of(case: Case, step: int) -> Array:
    """Features (N, p) of a step, of things that have all of them."""
    values = estimator.values_at(case.panel, step)
    found: Array = values[np.isfinite(values).all(axis=1)]
    return found


def recorded(crew: Crew, case: Case, product: Product) -> Cascaded:
    """Put on record how well segments that were made anew did, what they are, and whether the goal is met."""
    assert product.recipe is not None
    made = estimator.made_of(case.panel, product.recipe)
    words = tuple(f"segment {n}: {text}" for n, text in enumerate(made.words))
    measured = _scores(case, product.recipe, made), _naive(case, product.recipe)
    return _record(crew, case, product, measured, words)


def product_in(plan: Plan) -> Product:
    """The product that a plan of segments puts."""
    found = versions.product_of(plan)
    assert found is not None
    return found


def _record(crew: Crew, case: Case, product: Product, measured: _Measured, words: tuple[str, ...]) -> Cascaded:
    """Scores, and how the work on the goal ended: segments are all or nothing, there is nothing upstream to try."""
    scores, naive = measured
    at = str(case.panel.decided[-1].astype("datetime64[s]").item().isoformat())
    found = {s.measure: s.value for s in scores}
    named = [(t.measure, t.value) for t in product.goal.targets if t.measure in found]
    wanted = named or [("stability", STABLE)]
    met = all(found[m] >= v for m, v in wanted)
    version = version_of(product)
    body = Scored(
        product=product.name, version=version, window="development", begins=at, ends=at, scores=scores, naive=naive,
        met=met,
    )  # fmt: skip
    crew.write(f"scored:{product.name}:{version}:development:{at}", body, actor="windvane", step="trial")
    kept, missed = (
        ("the goal is met", "no, the goal is not met") if named else ("no target named", "no, nothing comes out again")
    )
    head = kept if met else missed
    needed = ", ".join(f"{m} at least {v:g}" for m, v in wanted)
    told = (
        f"{product.relation}: {head}: {_told(scores)} (development, {at[:10]} to {at[:10]})",
        *words,
        f"wanted: {needed}" if named else f"held to {needed} all the same",
    )
    line = Cascaded(
        product=product.name, incident="", round=0, version=version, budget=canonical(Wealth()).decode(),
        end="met" if met else "no", told=told,
    )  # fmt: skip
    crew.write(f"ended:{product.name}:{version}", line, actor="windvane", step="learn")
    crew.say("learn", told[0], subject=product.name, level="good" if met else "warn")
    return line


def completed(crew: Crew, estate: Estate, incident: Incident, draft: Plan, case: Case, product: Product) -> Plan:
    """The plan with the segments of its product, landed, and what readers must see of them."""
    assert product.recipe is not None
    made = case.made(product.recipe)
    version = version_of(product)
    batch = landed(crew, case, made, version=version)
    changes: tuple[Change, ...] = tuple(_put(c, product) for c in draft.changes)
    name, count = f"segments of {product.relation}", _count(made.estimate)
    there = f"SELECT COUNT(DISTINCT estimate) FROM {product.relation} WHERE version = '{version}'"
    rows = f"rows staging.{batch.source}"
    return propose.finish(
        estate,
        incident,
        replace(
            draft,
            title=f"{product.relation}: {count} segments" if count > 1 else f"{product.relation}: no segments",
            changes=(*changes, admission(crew, batch)),
            probes=(
                Probe(name=name, sql=there),
                Probe(name=rows, sql=f"SELECT COUNT(*) FROM staging.{batch.source}"),
            ),
            predicted=(Effect(measure=name, expected=float(count)),),
            acceptance=propose.contract_of(apply(estate, changes), product.relation),
        ),
    )


def _count(estimate: Array) -> int:
    return len(np.unique(estimate[np.isfinite(estimate)]))


def _put(change: Change, product: Product) -> Change:
    return Put(asset=product) if isinstance(change, Put) and isinstance(change.asset, Product) else change


def watched(crew: Crew, product: Product, case: Case) -> None:
    """How membership moved since the segments were made; a large shift is an incident."""
    assert product.recipe is not None
    made_at = estimator.step_of(case.panel, product.recipe)
    last = case.panel.steps - 1
    if last <= made_at:
        return
    made = estimator.made_of(case.panel, product.recipe)
    before, after = (estimator.values_at(case.panel, step) for step in (made_at, last))
    both = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    if not both.any():
        return
    moved = drift(made, before[both], after[both])
    text = f"{moved.moved:.0%} of {int(both.sum()):,} changed segment, shift {moved.shift:.2f}"
    crew.say("sense", f"{product.relation} since {_day(case, made_at)}: {text}", subject=product.name)
    live = Scored(
        product=product.name, version=version_of(product), window="live", begins=_day(case, made_at),
        ends=_day(case, last), met=moved.shift <= SHIFTED, scores=(
            Score(measure="moved", value=moved.moved, n=int(both.sum())),
            Score(measure="shift", value=moved.shift, n=int(both.sum())),
        ),
    )  # fmt: skip
    crew.write(f"scored:{product.name}:{live.fingerprint()}", live, actor="windvane", step="sense")
    if moved.shift > SHIFTED and _enough_since(crew, product, case, made_at):
        _drifted(crew, product, text)


def turned_down(crew: Crew, product: Product, case: Case) -> None:
    """Remember until which month a drift was looked at in vain: it is looked at again when more have come."""
    crew.ledger.remember(_tried(product), _day(case, case.panel.steps - 1))


def _enough_since(crew: Crew, product: Product, case: Case, made_at: int) -> bool:
    """Whether, since segments made anew were turned down, half as many months have come as there were before."""
    tried = crew.ledger.recall(_tried(product))
    if tried is None:
        return True
    step = int(np.searchsorted(case.panel.decided, np.datetime64(tried)))
    return case.panel.steps - 1 - step >= max(1.0, (step - made_at) * _AGAIN)


def _tried(product: Product) -> str:
    return f"regrouped:{product.name}:{version_of(product)}"


def _drifted(crew: Crew, product: Product, text: str) -> None:
    signal = Signal(kind="drift", subject=product.name, expected="shares as when segments were made", observed=text)
    before = crew.ledger.recall(_tried(product))
    key = f"drift:{product.name}:{version_of(product)}" + (f":{before}" if before else "")
    number = crew.ledger.number("I", key=key)
    incident = Incident(id=number, signals=(signal,), cause="drift", place=product.relation)
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    crew.say("diagnose", f"{product.relation} drifts: {text}", subject=product.name, level="warn")


def _day(case: Case, step: int) -> str:
    return str(case.panel.decided[step].astype("datetime64[D]"))


def _told(scores: tuple[Score, ...]) -> str:
    return ", ".join(f"{s.measure} {s.value:.2f}" for s in scores)
