"""Products as ODPS files and metrics as OSI files: valid, without loss, errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from windvane.domain.errors import Usage
from windvane.domain.estate import Metric, Product
from windvane.domain.goal import Goal, Target
from windvane.stack.products import odps, osi

GOAL = Goal(
    sentence="Forecast revenue per shop for 14 days, error <= 7.5 %",
    kind="forecast",
    measure="orders.amount",
    aggregate="sum",
    entities=("orders.shop",),
    grain="day",
    horizon=14,
    targets=(Target(measure="mape", op="<=", value=7.5, unit="%"),),
    constraints=("business days",),
)
PRODUCT = Product(
    name="revenue_per_shop",
    kind="forecast",
    relation="mart.revenue",
    goal=GOAL,
    description="For buyers",
    metrics=("revenue",),
)
METRIC = Metric(
    name="revenue",
    relation="mart.revenue",
    expression="SUM(amount)",
    dimensions=("shop", "day"),
    grain="day",
    filters=("paid", "amount > 0"),
    unit="EUR",
    description="Paid revenue",
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20) | st.sampled_from(
    ["no", "1", "null", "a: b", "x\ny", "2024-01-01"]
)


def _schema_errors(path: Path, value: object) -> list[str]:
    schema = json.loads(path.read_text())
    return [e.json_path + " " + e.message for e in validator_for(schema)(schema).iter_errors(value)]


def odps_errors(text: str) -> list[str]:
    """What the schema of ODPS 1.0 (Bitol, Apache-2.0; see the licence beside it) has to say."""
    return _schema_errors(Path(__file__).parent / "schemas" / "odps-bitol-v1.0.0.json", yaml.safe_load(text))


def test_a_product_is_a_valid_file_and_comes_back() -> None:
    text = odps.render(PRODUCT)
    assert odps_errors(text) == []
    assert odps_errors(text.replace("kind: DataProduct", "kind: DataThing")), "the validator would have noticed"
    assert odps.parse(text) == PRODUCT
    assert odps.render(odps.parse(text)) == text


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Product,
        name=st.from_regex("[a-z_]{1,9}", fullmatch=True),
        kind=st.sampled_from(["table", "metric"]),
        relation=st.just("mart.x"),
        goal=st.builds(Goal, sentence=TEXT, measure=TEXT, horizon=st.integers(0, 99), entities=st.tuples(TEXT)),
        description=TEXT,
        metrics=st.lists(TEXT, max_size=3).map(tuple),
    )
)
def test_no_product_loses_anything(product: Product) -> None:
    assert odps.parse(odps.render(product)) == product


def test_what_a_person_adds_to_a_product_is_kept() -> None:
    file = yaml.safe_load(odps.render(PRODUCT))
    file |= {"team": {"name": "sales"}, "status": "draft"}
    file["outputPorts"].append({"name": "csv", "version": "v1.0.0"})
    file["customProperties"].append({"property": "ticket", "value": 7})
    edited = odps.parse(yaml.safe_dump(file))
    assert (edited.goal, edited.relation) == (PRODUCT.goal, PRODUCT.relation)
    assert yaml.safe_load(odps.render(edited)) == file
    assert odps_errors(odps.render(edited)) == []


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        ("kind: DataProduct", "kind: Thing", "product.kind"),
        ("horizon: 14", "horizon: many", "goal"),
        ("value: mart.revenue", "value: 7", "relation"),
        ("apiVersion: v1.0.0", "apiVersion: v9", "apiVersion"),
    ],
)
def test_a_mistake_in_a_product_is_named(place: str, wrong: str, said: str) -> None:
    text = odps.render(PRODUCT)
    assert place in text
    with pytest.raises(Usage, match=said) as caught:
        odps.parse(text.replace(place, wrong, 1))
    assert caught.value.code == "product.invalid"
    assert caught.value.why
    assert caught.value.fix


def test_a_metric_reads_as_open_semantic_interchange() -> None:
    text = osi.render(METRIC)
    assert osi.parse(text) == METRIC
    assert osi.render(osi.parse(text)) == text
    file = yaml.safe_load(text)
    model = file["semantic_model"][0]
    assert list(file) == ["version", "semantic_model"]
    assert model["datasets"][0]["source"] == "mart.revenue"
    assert model["metrics"][0]["expression"] == {"dialects": [{"dialect": "ANSI_SQL", "expression": "SUM(amount)"}]}
    assert model["metrics"][0]["ai_context"] == "only rows where paid and amount > 0; one value per day"
    data = json.loads(model["metrics"][0]["custom_extensions"][0]["data"])
    assert data == {"windvane": {"grain": "day", "filters": ["paid", "amount > 0"], "unit": "EUR"}}


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Metric,
        name=TEXT.filter(bool),
        relation=st.just("mart.x"),
        expression=TEXT.filter(bool),
        dimensions=st.lists(TEXT.filter(bool), max_size=3).map(tuple),
        grain=TEXT,
        filters=st.lists(TEXT.filter(bool), max_size=2).map(tuple),
        unit=TEXT,
        description=TEXT,
    )
)
def test_no_metric_loses_anything(metric: Metric) -> None:
    assert osi.parse(osi.render(metric)) == metric


def test_what_a_person_adds_to_a_metric_is_kept() -> None:
    file = yaml.safe_load(osi.render(METRIC))
    model = file["semantic_model"][0]
    model["description"] = "sales"
    model["metrics"][0]["custom_extensions"].append({"vendor_name": "DBT", "data": "{}"})
    edited = osi.parse(yaml.safe_dump(file))
    assert edited.expression == METRIC.expression
    again = yaml.safe_load(osi.render(edited))
    assert again["semantic_model"][0]["description"] == "sales"
    assert len(again["semantic_model"][0]["metrics"][0]["custom_extensions"]) == 2
    assert osi.parse(osi.render(edited)) == edited


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("ANSI_SQL", "MDX"),
        ("source: mart.revenue", "sauce: mart.revenue"),
        ("semantic_model:", "model:"),
        ("version:", "v:"),
    ],
)
def test_a_mistake_in_a_metric_is_named(place: str, wrong: str) -> None:
    with pytest.raises(Usage) as caught:
        osi.parse(osi.render(METRIC).replace(place, wrong, 1))
    assert caught.value.code == "metric.invalid"
    assert caught.value.why
