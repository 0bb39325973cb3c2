"""Sentences that ask for a class, for segments or for a score: what they are about, and what alarms may cost."""

from __future__ import annotations

import pytest
from goal_worlds import findings_of

from windvane.agents.analyst import Catalog, catalog_of, understand
from windvane.domain.entry import Understood
from windvane.domain.errors import NeedsPerson
from windvane.domain.goal import Goal, Question

TABLES: dict[str, dict[str, object]] = {
    "transactions": {
        "columns": [
            "tx_id varchar identifier", "booked_at timestamp", "card varchar", "amount decimal amount",
            "is_fraud boolean",
        ],
        "key": "tx_id", "time": "booked_at", "cadence": "irregular",
    },
    "runs": {"columns": ["run_id bigint", "torque double", "speed double", "machine_failure boolean"], "key": "run_id"},
    "failures": {"columns": ["machine varchar", "failed_on date"], "key": "machine,failed_on", "time": "failed_on"},
    "readings": {
        "columns": ["machine varchar", "day date", "vibration double"], "key": "machine,day", "time": "day",
        "cadence": "day",
    },
    "orders": {
        "columns": ["order_id varchar identifier", "customer varchar", "ordered_on date", "total decimal amount"],
        "key": "order_id", "time": "ordered_on", "cadence": "day",
    },
    "flow": {
        "columns": ["sensor varchar", "day date", "flow double"], "key": "sensor,day", "time": "day", "cadence": "day",
        "values": {"sensor": ["X", "Y"]},
    },
}  # fmt: skip


def _catalog(*tables: str) -> Catalog:
    made = [findings_of(name, TABLES[name]) for name in tables]
    return catalog_of([f for _, found in made for f in found], [s for s, _ in made])


def _goal(sentence: str, *tables: str) -> Goal:
    read = understand(sentence, _catalog(*tables), None)
    assert isinstance(read, Understood), read
    return read.goal


def test_fraud_is_a_class_where_a_column_says_which_rows_were() -> None:
    said = "Flag fraudulent transactions, average precision at least 0.6, investigate at most 100 a day"
    goal = _goal(said, "transactions", "orders")
    assert (goal.kind, goal.measure, goal.entities) == (
        "classification", "transactions.is_fraud", ("transactions.tx_id",)
    )  # fmt: skip
    assert [(t.measure, t.op, t.value) for t in goal.targets] == [("average precision", ">=", 0.6)]
    assert goal.constraints == ("at most 100 per day",) and goal.grain == ""


@pytest.mark.parametrize("said", ["Flag machine failures", "Detect machine failures early", "Predict machine failure"])
def test_what_is_to_be_flagged_is_a_class_where_a_column_says_it(said: str) -> None:
    goal = _goal(f"{said}, average precision at least 0.6", "runs")
    assert (goal.kind, goal.measure) == ("classification", "runs.machine_failure")


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ("a missed fraud costs 50", "a miss costs 50"),
        ("a false alarm costs 2", "an alarm costs 2"),
        ("we can review up to 20 a week", "at most 20 per week"),
        ("labels are known 7 days later", "known 7 days later"),
    ],
)
def test_what_alarms_cost_and_when_labels_come(more: str, constraint: str) -> None:
    assert constraint in _goal(f"Flag fraudulent transactions; {more}", "transactions").constraints


def test_things_that_have_an_event_soon() -> None:
    goal = _goal("Predict which machines fail within 30 days", "readings", "failures")
    assert (goal.kind, goal.measure, goal.entities) == ("classification", "failures.*", ("failures.machine",))
    assert (goal.horizon, goal.grain) == (30, "day")


def test_segments_are_of_who_did_it_not_of_what_was_done() -> None:
    goal = _goal("Segment customers by purchase behaviour", "orders")
    assert (goal.kind, goal.measure, goal.entities) == ("segmentation", "orders.*", ("orders.customer",))


def test_a_score_for_each_day_of_one_sensor() -> None:
    goal = _goal("Score each day of sensor X for anomaly", "flow")
    assert (goal.kind, goal.measure, goal.grain) == ("anomaly", "flow.flow", "day")
    assert goal.constraints == ("flow.sensor = 'X'",)


def test_several_quantities_are_a_question_and_none_is_an_error_that_says_what_could_be_asked() -> None:
    asked = understand("Score each day for anomaly", _catalog("flow", "readings"), None)
    assert isinstance(asked, Question) and len(asked.options) == 2
    with pytest.raises(NeedsPerson) as error:
        understand("Flag fraudulent transactions", _catalog("flow"), None)
    assert "you could ask" in error.value.fix
