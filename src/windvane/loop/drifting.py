"""Scores a product in use on what really happened; what does worse than it did is an incident, and decides anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from windvane.domain.entry import Diagnosed, Scored
from windvane.domain.estate import Product
from windvane.domain.estimate import Score
from windvane.domain.incident import Incident, Signal
from windvane.loop import spans, versions
from windvane.loop.aims import Aim, told
from windvane.loop.crew import Crew
from windvane.loop.estimating import Case, Made, case_of, reached, version_of
from windvane.loop.reliance import reliance, relied
from windvane.stack.estimation.measures import interval_scores, score, summary
from windvane.stack.evidence.watch import Alarm, Odds, coverage, worse
from windvane.stack.evidence.windows import Deciding

if TYPE_CHECKING:
    from windvane.stack.estimation.panel import Array

_EXPECTED = {
    "accuracy": "as good as when it was promoted",
    "coverage": "intervals that hold as much as when it was promoted",
}
_RARELY = 0.05  # chance of a false alarm of one product within about a year of decision times
_YEAR = np.timedelta64(365, "D")
_FEWEST, _MOST = 48, 400  # decision times that count as a year, whatever the cadence
_AGAIN = 0.5  # of the decision times that decided last: so many more have to come before the same drift is told again
_SLACK = 0.02  # share of actual values that may lie in or out of intervals without telling


class Drift(NamedTuple):
    """What does worse, `since` which step of the panel, and the numbers in words."""

    about: str  # accuracy, or coverage
    since: int
    why: str


def watched(crew: Crew, product: Product, case: Case, made: Made) -> None:
    """Score what happened since a version was tested, and open an incident when it does worse than it did."""
    spans_ = _split(crew, product, case)
    if spans_.live.start >= spans_.live.stop:
        return
    _scored(crew, product, case, made, spans_.live)
    found = next(drifts(product, case, made, spans_), None)
    if found is not None:
        _opened(crew, product, found, after=_time(case, spans_.fresh.start))


def in_use(crew: Crew, product: Product, case: Case) -> slice:
    """Steps after all that the version of a product was chosen on, as far as something is known of them."""
    return _split(crew, product, case).live


class Split(NamedTuple):
    """Steps that a version was tested on, those it is in use for, and those of them that may still raise an alarm."""

    past: slice
    live: slice
    fresh: slice


def _split(crew: Crew, product: Product, case: Case) -> Split:
    """After a drift that nothing has helped, the same version is looked at again when half as much has come since."""
    version = version_of(product)
    begins, ends = spans.tested(crew, product.name, version)
    if not ends:
        return Split(slice(0, 0), slice(0, 0), slice(0, 0))
    decided = case.panel.decided
    known = np.flatnonzero(np.isfinite(case.panel.target).any(axis=1))
    first = int(np.searchsorted(decided, np.datetime64(ends), side="right"))
    live = slice(first, max(first, int(known[-1]) + 1) if len(known) else first)
    past = slice(int(np.searchsorted(decided, np.datetime64(begins))), first)
    before = spans.deciding(crew, product.name)
    if before is None or before.version != version:
        return Split(past, live, live)
    window = spans.between(decided, before.begins, before.ends)
    enough = live.stop - window.stop >= len(window) * _AGAIN
    return Split(past, live, slice(min(window.stop, live.stop) if enough else live.stop, live.stop))


def drifts(product: Product, case: Case, made: Made, steps: Split) -> Iterator[Drift]:
    """What does worse in use than on all that it was tested on."""
    fresh = steps.fresh
    aims = [a for a in case.aims if a.measure in case.measures]
    odds = Odds(level=_RARELY / (len(aims) + 1), per=_a_year(case))
    for aim in aims:
        before, now = (score(aim.measure, case.panel.target[s], made.estimate[s]) for s in (steps.past, fresh))
        alarm = worse(before, now, better=aim.better, odds=odds)
        if alarm.raised:
            yield Drift("accuracy", fresh.start + alarm.since, _worse(case, aim, before, now, alarm, fresh))
    assert product.recipe is not None
    if product.recipe.coverage:
        before, now = (_inside(case, made, s, product.recipe.coverage) for s in (steps.past, fresh))
        alarm = _uncovered(before, now, product.recipe.coverage, odds)
        if alarm.raised:
            at = fresh.start + alarm.since
            yield Drift("coverage", at, f"{alarm.why}, since {_day(case, at)}")


def _uncovered(before: Array, now: Array, promised: float, odds: Odds) -> Alarm:
    """Whether intervals in use leave what lies between the promise and what they held when they were tested."""
    tested = summary("coverage", before)
    held = tested.value if tested.n else promised
    error = (tested.high - tested.low) / 2 if tested.high is not None and tested.low is not None else 0.0
    low, high = sorted((held, promised))
    slack = max(_SLACK, error) + (high - low) / 2
    return coverage(now, min(max((low + high) / 2, slack), 1.0 - 1e-6), tolerance=slack, odds=odds)


def _worse(case: Case, aim: Aim, before: Array, now: Array, alarm: Alarm, steps: slice) -> str:
    was, is_ = summary(aim.measure, before).value, summary(aim.measure, now[alarm.since :]).value
    return f"{aim.tell(is_)} since {_day(case, steps.start + alarm.since)}, {aim.tell(was)} before"


def _inside(case: Case, made: Made, steps: slice, promised: float) -> Array:
    return interval_scores(case.panel.target[steps], made.low[steps], made.high[steps], promised)["coverage"]


def _a_year(case: Case) -> int:
    """Decision times of about a year, within bounds: a watch that looks once in three years sees nothing."""
    decided = case.panel.decided
    if len(decided) < 2:
        return _FEWEST
    step = np.median(np.diff(decided))
    return int(min(max(_YEAR / step, _FEWEST), _MOST)) if step > np.timedelta64(0) else _MOST


def _scored(crew: Crew, product: Product, case: Case, made: Made, steps: slice) -> None:
    aims = [a for a in case.aims if a.measure in case.measures]
    live = [summary(a.measure, score(a.measure, case.panel.target[steps], made.estimate[steps])) for a in aims]
    found: tuple[Score, ...] = tuple(s for s in live if s.n)
    if not found:
        return
    assert product.recipe is not None
    held = summary("coverage", _inside(case, made, steps, product.recipe.coverage or 0.9))
    version = version_of(product)
    trusted = relied(case, product, made.estimate[steps], steps)
    body = Scored(
        product=product.name, version=version, window=spans.LIVE, begins=_time(case, steps.start),
        ends=_time(case, steps.stop - 1), scores=(*found, *((held,) if held.n else ()), *trusted),
        met=all(a.met(s.value) for a, s in zip(aims, live, strict=True) if s.n),
    )  # fmt: skip
    key = f"scored:{product.name}:{version}:{spans.LIVE}:{body.ends}:{body.fingerprint()}"
    crew.write(key, body, actor="windvane", step="sense")
    crew.say("sense", f"{product.relation} in use since {body.begins[:10]}: {told(aims, found)}")


def _opened(crew: Crew, product: Product, found: Drift, *, after: str) -> None:
    """One incident for a version that does worse than it did; the cascade takes it from there."""
    signal = Signal(kind="drift", subject=product.name, expected=_EXPECTED[found.about], observed=found.why)
    number = crew.ledger.number("I", key=f"drift:{product.name}:{version_of(product)}:{after}")
    incident = Incident(id=number, signals=(signal,), cause="drift", place=product.relation)
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    crew.say("diagnose", f"{product.relation} drifts: {found.why}", subject=product.name, level="warn")


def prepared(crew: Crew, product: Product, incident: Incident) -> None:
    """Before the first round about a drift: what came since it began decides, and the version is scored on that."""
    assert product.inputs is not None and product.recipe is not None
    known = spans.deciding(crew, product.name)
    if known is None or known.incident != incident.id:
        case = case_of(crew, product.name, product.inputs, product.goal)
        spans.decide(crew, _deciding(crew, product, case, incident))
    case = case_of(crew, product.name, product.inputs, product.goal)
    test = case.test(product.recipe)
    versions.score(crew, case, product, (*reached(test), *reliance(case, product, test)))


def _deciding(crew: Crew, product: Product, case: Case, incident: Incident) -> Deciding:
    """From where the drift began; when nothing helped before, what came since then: it has chosen nothing yet."""
    assert product.recipe is not None
    version, steps = version_of(product), _split(crew, product, case)
    before = spans.deciding(crew, product.name)
    if before is not None and before.version == version:
        begins = _time(case, spans.between(case.panel.decided, before.begins, before.ends).stop)
    else:
        found = next(drifts(product, case, case.made(product.recipe), steps), None)
        begins = _time(case, found.since if found is not None else steps.live.start)
    about = next((a for a, text in _EXPECTED.items() if text == incident.signals[0].expected), "accuracy")
    ends = _time(case, steps.live.stop - 1)
    return Deciding(product=product.name, version=version, incident=incident.id, begins=begins, ends=ends, about=about)


def _time(case: Case, step: int) -> str:
    return str(case.panel.decided[step].astype("datetime64[s]").item().isoformat())


def _day(case: Case, step: int) -> str:
    return _time(case, step)[:10]
