"""The gate on estimated products: a gain that is no accident, nothing worse, and what would have turned it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from windvane.domain.change import Retire
from windvane.domain.decision import Decision, Verdict
from windvane.domain.estate import Policy, Ref
from windvane.domain.estimate import Gain
from windvane.domain.plan import Effect, Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.loop.gate import judge
from windvane.loop.learn import lesson

PLAN = Plan(
    incident="I-1", proposer="scout", title="Add mid caps", base="", rationale="related",
    changes=(Retire(ref=Ref(kind="model", name="mart.x")),), predicted=(Effect(measure="gain of rank", expected=0.3),),
)  # fmt: skip
RANK = Gain(
    measure="rank", before=0.330, after=0.476, gain=0.146, low=0.12, high=0.17, p=0.0001, level=0.01, least=0.005,
    n=1400,
)  # fmt: skip
ERROR = replace(RANK, measure="error", before=41.0, after=40.9, gain=0.1, low=-0.3, high=0.5, p=0.3, unit="bp")


def _judged(*gains: Gain) -> Verdict:
    return judge(PLAN, Trial(plan=PLAN.fingerprint(), environment="t", gains=gains), Policy())


def test_one_measure_gains_and_the_other_is_no_worse() -> None:
    verdict = _judged(RANK, ERROR)
    assert verdict.outcome == "promote"
    told = next(r.detail for r in verdict.reasons if r.rule == "it gains")
    assert "rank 0.33 -> 0.476, gain 0.146 (0.12 to 0.17), predicted 0.3, p 0.0001 against 0.01, n 1400" in told
    assert ("it gains", "gain of rank at p > 0.01", "reject") in {(f.fact, f.at, f.then) for f in verdict.flips}


def test_a_gain_by_chance_is_rejected_with_the_p_that_would_have_done() -> None:
    verdict = _judged(replace(RANK, p=0.4, low=-0.1, gain=0.02), ERROR)
    assert verdict.outcome == "reject"
    assert [(f.at, f.then) for f in verdict.flips] == [("gain of error at p <= 0.01", "promote")]


def test_a_gain_too_small_to_be_worth_it_is_rejected() -> None:
    verdict = _judged(replace(RANK, gain=0.003, low=0.001, high=0.005))
    assert verdict.outcome == "reject" and verdict.flips[0].at == "gain of rank >= 0.005"


def test_a_gain_that_costs_another_measure_is_rejected() -> None:
    verdict = _judged(RANK, replace(ERROR, gain=-2.0, low=-2.5, high=-1.5, p=1.0))
    assert verdict.outcome == "reject" and "error no worse" in verdict.flips[0].at


def test_less_must_be_as_good_on_every_measure() -> None:
    same = replace(RANK, gain=0.0, low=-0.001, high=0.001, p=0.0001, level=0.05, least=-0.004)
    assert _judged(same, replace(same, measure="error")).outcome == "promote"
    assert _judged(same, replace(same, measure="error", p=0.3)).outcome == "reject"


def test_a_plan_without_gains_is_not_judged_by_them_and_hopes_are_no_promises() -> None:
    verdict = _judged()
    assert verdict.outcome == "promote"
    assert "it gains" not in {r.rule for r in verdict.reasons}


@given(st.floats(0, 1), st.floats(-1, 1), st.floats(0, 0.5))
def test_promoted_means_passed_and_harmless(p: float, gain: float, least: float) -> None:
    seen = replace(RANK, p=p, gain=gain, low=gain - 0.1, high=gain + 0.1, least=least)
    assert (_judged(seen).outcome == "promote") == (seen.passes and not seen.harms)


def test_a_lesson_keeps_what_was_gained_and_whether_it_helped() -> None:
    trial = Trial(plan=PLAN.fingerprint(), environment="t", gains=(RANK,))
    decided = Decision(
        id="D-1", incident="I-1", plan=trial.plan, title="", proposer="scout", verdict=judge(PLAN, trial, Policy())
    )
    learned = lesson(decided, PLAN, trial, None)
    assert learned.measured == (("gain of rank", 0.146),) and learned.helped
    chance = replace(trial, gains=(replace(RANK, p=0.5),))
    assert not lesson(replace(decided, verdict=judge(PLAN, chance, Policy())), PLAN, chance, None).helped
