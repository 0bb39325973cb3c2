"""The gate: the same facts give the same verdict, whoever proposed the plan."""

from __future__ import annotations

import pytest

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put
from windvane.domain.errors import TryAgain
from windvane.domain.estate import Model, Policy
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.record import replace
from windvane.domain.run import CheckResult, Measurement, Trial
from windvane.loop.gate import judge

BATCH = Batch(id="p-1", source="p", delivery="p.csv", digest="1", landed_at="", rows_read=100, accepted=100)
ROWS = Probe(name="rows", sql="SELECT COUNT(*) FROM staging.p", better="equal")


def _plan(**changes: object) -> Plan:
    plan = Plan(
        incident="I-1", proposer="modeler", title="Try", base="", rationale="because",
        changes=(Put(asset=Model(name="mart.p", text="")),), probes=(ROWS,),
    )  # fmt: skip
    return replace(plan, **changes)


def _trial(plan: Plan, **changes: object) -> Trial:
    same = (Measurement(name="rows", value=100.0),)
    return replace(Trial(plan=plan.fingerprint(), environment="t", before=same, after=same), **changes)


def test_a_plan_that_moves_nothing_it_should_not_is_promoted_with_all_reasons() -> None:
    plan = _plan()
    verdict = judge(plan, _trial(plan), Policy())
    assert verdict.outcome == "promote"
    assert [r.rule for r in verdict.reasons if r.held] == [r.rule for r in verdict.reasons]
    assert verdict.flips


def test_rows_that_disappear_reject_a_model_and_the_flip_threshold_says_what_would_change_it() -> None:
    plan = _plan()
    verdict = judge(plan, _trial(plan, after=(Measurement(name="rows", value=93.0),)), Policy())
    assert verdict.outcome == "reject"
    assert verdict.flips[0].at == "rows = 100" and verdict.flips[0].then == "promote"


def test_a_failing_check_holds_data_and_rejects_a_model() -> None:
    bad = (
        CheckResult(check="core.p.unique", relation="core.p", severity="block", passed=False, broken="2 keys twice"),
    )
    model, data = _plan(), _plan(changes=(Admit(batch=BATCH),))
    assert judge(model, _trial(model, checks=bad), Policy()).outcome == "reject"
    assert judge(data, _trial(data, checks=bad), Policy()).outcome == "escalate"
    warned = (replace(bad[0], severity="warn"),)
    assert judge(data, _trial(data, checks=warned), Policy()).outcome == "promote"


def test_a_broken_instrument_is_no_evidence() -> None:
    plan = _plan()
    with pytest.raises(TryAgain, match="trial"):
        judge(plan, _trial(plan, broke="disk full"), Policy())


def test_too_much_quarantine_waits_for_a_person_and_approval_answers_it() -> None:
    dirty = replace(BATCH, accepted=90, quarantined=10)
    plan = _plan(changes=(Admit(batch=dirty),))
    assert judge(plan, _trial(plan), Policy()).outcome == "escalate"
    approved = judge(plan, _trial(plan), Policy(), approved="known defect, agreed with finance")
    assert approved.outcome == "promote"
    assert approved.reasons[-1].detail == "known defect, agreed with finance"


@pytest.mark.parametrize(
    ("quarantined", "limit", "outcome"),
    [(1, 0.01, "promote"), (3, 0.01, "promote"), (4, 0.01, "escalate"), (1, 0.0, "escalate")],
)
def test_a_few_rows_of_a_small_delivery_pass_unless_a_person_allows_none(
    quarantined: int, limit: float, outcome: str
) -> None:
    plan = _plan(changes=(Admit(batch=replace(BATCH, accepted=100 - quarantined, quarantined=quarantined)),))
    verdict = judge(plan, _trial(plan), Policy(max_quarantined_share=limit))
    assert verdict.outcome == outcome


def test_approval_never_cures_what_moves_what_it_must_not() -> None:
    plan = _plan()
    trial = _trial(plan, after=(Measurement(name="rows", value=1.0),))
    assert judge(plan, trial, Policy(), approved="I insist").outcome == "reject"


def test_two_stories_are_a_question() -> None:
    plan = _plan(changes=(Admit(batch=BATCH),), identifiable=False)
    verdict = judge(plan, _trial(plan), Policy())
    assert verdict.outcome == "escalate"
    assert "witness" in verdict.flips[0].at


@pytest.mark.parametrize(("level", "outcome"), [("observe", "escalate"), ("propose", "escalate"), ("act", "promote")])
def test_autonomy_is_a_limit(level: str, outcome: str) -> None:
    plan = _plan(reversible=False)
    assert judge(plan, _trial(plan), Policy(autonomy=level)).outcome == outcome  # type: ignore[arg-type]


def test_a_broken_promise_is_a_reason() -> None:
    plan = _plan(predicted=(Effect(measure="rows", expected=120.0),))
    verdict = judge(plan, _trial(plan), Policy())
    assert verdict.outcome == "reject"
    assert any("expected 120" in r.detail for r in verdict.reasons)
