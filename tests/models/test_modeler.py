"""The modeler's alternatives: comparable, honest about what they lose, and never looking ahead."""

from __future__ import annotations

import pytest
from casebook import GOLDEN, contracts_of, models_of, open_case

from windvane.agents.modeler import agent
from windvane.domain.change import Put, apply
from windvane.domain.estate import Metric, Model, Product
from windvane.domain.ports import Scene
from windvane.domain.record import replace

RETURNS = {
    "sentence": "Daily prices with returns per ticker",
    "measure": "etf_prices.Schlusskurs",
    "aggregate": "return",
    "entities": ["etf_prices.Ticker"],
    "grain": "day",
}


def assets(plan, kind):
    return [c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, kind)]


def changed(scene: Scene, **changes) -> Scene:
    return Scene(**{**{name: getattr(scene, name) for name in Scene.__dataclass_fields__}, **changes})


def measured(case, plan) -> dict[str, float]:
    case.build(plan)
    found = {p.name: case.engine.rows(p.sql)[0][0] for p in plan.probes}
    return {name: float("nan") if value is None else float(str(value)) for name, value in found.items()}


def test_alternatives_can_be_compared_and_the_evidence_tells_them_apart(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    case.build(case.layers())
    plans = case.marts(RETURNS)
    assert len({p.serves for p in plans}) == 1 and len({p.title for p in plans}) == 3
    assert len({tuple((q.name, q.better) for q in p.probes) for p in plans}) == 1
    known, same_day, inner = (measured(case, p) for p in plans)
    assert known["rows off the fact mart.daily_prices"] == 0
    assert inner["rows off the fact mart.daily_prices"] > 0  # a ticker nobody described
    assert known["empty share mart.daily_prices.cpi"] < same_day["empty share mart.daily_prices.cpi"]


def test_a_join_that_loses_rows_breaks_its_own_acceptance(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    case.build(case.layers())
    plans = case.marts(RETURNS)
    inner = next(p for p in plans if "only rows with a partner" in p.title)
    case.build(inner)
    broken = [c.name for c in inner.acceptance if case.engine.rows(c.sql)]
    assert broken == ["mart.daily_prices rows_conserved"]


def test_no_value_is_shown_before_it_could_be_known(tmp_path) -> None:
    """January's rate is dated the first of January; a row of January must show December's."""
    case = open_case(GOLDEN / "funds", tmp_path)
    case.build(case.layers())
    case.build(case.marts(RETURNS)[0])
    rows = case.engine.rows("SELECT datum, cpi_as_of FROM mart.daily_prices")
    assert rows and all(day.replace(day=1) > known for day, known in rows)
    case.engine.execute("UPDATE mart.daily_prices SET cpi_as_of = DATE '2030-01-01'")
    guard = next(c for c in case.marts(RETURNS)[0].acceptance if c.rule == "no_look_ahead_cpi_as_of")
    assert case.engine.rows(guard.sql)


def test_the_scouts_doubt_about_a_key_takes_the_join_away(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    sure = case.marts(RETURNS)[0]
    doubt = tuple(
        replace(f, confidence=0.6) if f.subject == "instruments" and f.claim == "key" else f
        for f in case.scene.findings
    )
    case.scene = changed(case.scene, findings=doubt)
    unsure = case.marts(RETURNS)[0]
    assert "core.instruments" in models_of(sure)[0].text
    assert "core.instruments" not in models_of(unsure)[0].text


def test_returns_need_a_sure_key_with_time_in_it(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    doubt = tuple(replace(f, confidence=0.6) if f.claim == "key" else f for f in case.scene.findings)
    case.scene = changed(case.scene, findings=doubt)
    assert case.marts(RETURNS) == ()
    (said,) = agent().look(case.after_layers(RETURNS))
    assert said.value == "unservable" and "no sure key" in said.evidence


@pytest.mark.parametrize(
    ("goal", "why"),
    [
        ({"sentence": "x", "measure": "items.nothing"}, "is in no core relation"),
        ({"sentence": "x", "measure": "items.sku", "aggregate": "avg", "entities": ["items.order_id"]}, "no number"),
        ({"sentence": "x", "measure": "orders.order_id", "aggregate": "count", "entities": ["items.sku"]}, "reference"),
        ({"sentence": "x"}, "names nothing"),
    ],
)
def test_a_goal_that_the_data_cannot_serve_is_said_to_be_so(tmp_path, goal, why) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    assert case.marts(goal) == ()
    assert why in agent().look(case.after_layers(goal))[0].evidence


def test_a_goal_is_served_once(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    scene = case.after_layers(RETURNS)
    plan = agent().propose(scene)[0]
    product = assets(plan, Product)[0]
    assert (product.relation, product.metrics) == ("mart.daily_prices", (assets(plan, Metric)[0].name,))
    assert agent().propose(changed(scene, estate=apply(scene.estate, plan.changes))) == ()


def test_a_second_goal_does_not_change_the_mart_of_the_first(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    scene = case.after_layers(RETURNS)
    estate = apply(scene.estate, agent().propose(scene)[0].changes)
    other = case.after_layers(
        {**RETURNS, "sentence": "Monthly volatility", "aggregate": "volatility", "grain": "month"}
    )
    plan = agent().propose(changed(other, estate=estate))[0]
    assert [m.name for m in models_of(plan)] == ["mart.daily_prices_2", "mart.monthly_volatility"]


def test_constraints_hold_or_are_said_not_to_be_built(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    case.build(case.layers())
    last = case.marts({**RETURNS, "constraints": ["last 20 days", "etf_prices.Ticker = 'MTUM'", "business days"]})[0]
    case.build(last)
    assert last.identifiable
    assert case.engine.rows(
        "SELECT DISTINCT ticker, MIN(datum) > DATE '2024-01-17' FROM mart.daily_prices GROUP BY 1"
    ) == [("MTUM", True)]
    odd = case.marts({**RETURNS, "constraints": ["every 15 minutes"]})[0]
    assert not odd.identifiable and "not built: every 15 minutes" in odd.rationale


def test_an_estimate_gets_an_input_in_which_everything_was_available_at_its_decision_time(tmp_path) -> None:
    case = open_case(GOLDEN / "funds", tmp_path)
    plan = case.marts({**RETURNS, "kind": "forecast", "horizon": 5})[0]
    assert "everything in a row was available at its decision time" in plan.rationale
    product = assets(plan, Product)[0]
    assert product.kind == "forecast" and product.inputs is not None and product.inputs.horizon == 5
    text = next(m.text for m in assets(plan, Model) if m.name == f"{product.relation}_input")
    assert "LEAD(day, 5)" in text and "known_at" in text


def test_marts_hold_no_personal_column_unless_it_is_asked_for(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    goal = {"sentence": "Revenue per customer", "measure": "items.amount", "aggregate": "sum"}
    plain = contracts_of(case.marts({**goal, "entities": ["customers.country"]})[0])
    assert all(c.classification == "open" for contract in plain.values() for c in contract.columns)
    asked = contracts_of(case.marts({**goal, "entities": ["customers.e-mail"]})[0])
    assert {c.name for k in asked.values() for c in k.columns if c.classification == "personal"} == {"e_mail"}
