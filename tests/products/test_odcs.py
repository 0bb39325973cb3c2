"""Contracts as ODCS files: valid by the published schema, without loss, and open to a person's edits."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from windvane.domain.errors import Usage
from windvane.domain.estate import Check, Column, Contract, Reference
from windvane.domain.record import replace
from windvane.stack.products.odcs import parse, render

CONTRACT = Contract(
    relation="core.orders",
    description="One row per order and line",
    columns=(
        Column(name="order_id", type="bigint", nullable=False, meaning="identifier"),
        Column(name="line", type="bigint", nullable=False),
        Column(name="day", type="date", nullable=False, description="no, on: YAML words\nand two lines"),
        Column(name="email", type="varchar", classification="personal", meaning="email"),
        Column(name="amount", type="decimal(18,2)", unit="EUR", meaning="amount"),
        Column(name="paid", type="boolean"),
        Column(name="shop", type="varchar"),
    ),
    key=("line", "order_id"),
    references=(
        Reference(columns=("shop",), to="core.shops", to_columns=("id",), match_share=0.998),
        Reference(columns=("order_id", "line"), to="core.lines", to_columns=("o", "l"), match_share=1.0),
    ),
    time_column="day",
    cadence="business_day",
    checks=(
        Check(
            name="core.orders.not_null",
            relation="core.orders",
            rule="not_null",
            sql="WITH a AS (\n  SELECT 1 AS x\n)\nSELECT 'broken' AS broken FROM a WHERE x > 1",
            why="`day` was never empty in 1,234 rows",
            false_alarm_bound=0.0003,
        ),
        Check(name="mine", relation="core.orders", rule="volume", sql="SELECT 'x'", severity="warn"),
    ),
)


def odcs_errors(text: str) -> list[str]:
    """What the schema of ODCS 3.2 has to say."""
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text())
    return [e.json_path + " " + e.message for e in validator_for(schema)(schema).iter_errors(yaml.safe_load(text))]


def test_a_contract_is_a_valid_file_and_comes_back() -> None:
    text = render(CONTRACT)
    assert odcs_errors(text) == []
    assert parse(text) == CONTRACT
    assert render(parse(text)) == text
    assert text.startswith(
        "apiVersion: v3.2.0\nkind: DataContract\nid: urn:windvane:contract:core.orders\nname: core.orders\n"
    )


def test_the_validator_would_have_noticed() -> None:
    assert odcs_errors(render(CONTRACT).replace("type: foreignKey", "type: cousin"))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30) | st.sampled_from(
    ["no", "1.0", "2024-01-01", "null", "~", "a: b", "# x", "- y", "'", "two\nlines\n", " lead", "tail ", "\t"]
)
NAME = st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True)
TYPES = st.sampled_from(["bigint", "double", "decimal(18,6)", "varchar", "date", "timestamp", "boolean"])


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Contracts whose names fit together."""
    names = draw(st.lists(NAME, min_size=1, max_size=5, unique=True))
    columns = tuple(
        Column(
            name=n,
            type=draw(TYPES),
            nullable=draw(st.booleans()),
            classification=draw(st.sampled_from(["open", "personal", "secret"])),
            meaning=draw(TEXT),
            unit=draw(TEXT),
            description=draw(TEXT),
        )
        for n in names
    )
    checks = st.builds(
        Check,
        name=NAME,
        relation=st.just("core.x"),
        rule=NAME,
        sql=TEXT.filter(lambda t: t == t.strip() and t != ""),
        severity=st.sampled_from(["warn", "block"]),
        why=TEXT,
        false_alarm_bound=st.floats(0, 1),
    )
    references = st.builds(
        lambda c, s: Reference(columns=(c,), to="core.y", to_columns=("id",), match_share=s),
        st.sampled_from(names),
        st.floats(0, 1),
    )
    return Contract(
        relation="core.x",
        description=draw(TEXT),
        columns=columns,
        key=tuple(draw(st.permutations(names))[: draw(st.integers(0, len(names)))]),
        references=tuple(draw(st.lists(references, max_size=2))),
        time_column=draw(st.sampled_from(["", names[0]])),
        cadence=draw(TEXT),
        checks=tuple(draw(st.lists(checks, max_size=2, unique_by=lambda c: c.name))),
    )


@settings(max_examples=60, deadline=None)
@given(contracts())
def test_nothing_is_lost_on_the_way(contract: Contract) -> None:
    assert parse(render(contract)) == contract


def test_what_a_person_adds_is_kept() -> None:
    file = yaml.safe_load(render(CONTRACT))
    file |= {"team": {"name": "sales"}, "tags": ["gold"], "status": "draft", "version": "2.1.0"}
    file["customProperties"].append({"property": "ticket", "value": "X-1"})
    table = file["schema"][0]
    table["businessName"] = "Orders"
    table["properties"][3]["tags"] = ["pii"]
    table["properties"][4]["customProperties"].append({"property": "owner", "value": "finance"})
    table["quality"][0]["tags"] = ["night"]
    table["quality"][0]["customProperties"].append({"property": "owner", "value": "ops"})
    edited = parse(yaml.safe_dump(file))
    assert replace(edited, extra="") == CONTRACT
    again = yaml.safe_load(render(edited))
    assert odcs_errors(render(edited)) == []
    assert parse(render(edited)) == edited
    assert again == file


def test_a_check_that_a_person_counts_becomes_one_that_says_what_it_found() -> None:
    file = yaml.safe_load(render(replace(CONTRACT, checks=())))
    file["schema"][0]["quality"] = [
        {"name": "no debts", "type": "sql", "query": "SELECT COUNT(*) FROM core.orders WHERE amount < 0;", "mustBe": 0},
        {"name": "enough", "type": "sql", "query": "SELECT COUNT(*) FROM core.orders", "mustBeGreaterThan": 10},
    ]
    text = yaml.safe_dump(file)
    assert odcs_errors(text) == []
    first, second = parse(text).checks
    assert (first.rule, first.severity, first.false_alarm_bound) == ("sql", "block", 0.0)
    from windvane.adapters.warehouses.scratch import Scratch

    engine = Scratch()
    engine.execute("CREATE SCHEMA core")
    engine.execute("CREATE TABLE core.orders AS SELECT -5 AS amount")
    assert engine.rows(first.sql) == [("no debts found 1",)]
    assert engine.rows(second.sql) == [("enough found 1",)]
    engine.execute("INSERT INTO core.orders SELECT 5 FROM range(20)")
    assert engine.rows(second.sql) == []
    assert parse(render(parse(text))) == parse(text)


WRONG = {
    "kind: DataContract": ("kind: DataProduct", "contract.kind", "DataContract"),
    "apiVersion: v3.2.0": ("apiVersion: v2.2.0", "contract.apiVersion", "version 3"),
    "name: order_id": ("nme: order_id", "properties[1].name", "missing"),
    "required: true": ("required: yes please", "required", "true or false"),
    "classification: personal": ("classification: internal", "classification", "open, personal, secret"),
    "severity: warn": ("severity: maybe", "severity", "warn nor block"),
    "from: core.orders.shop": ("from: core.other.shop", "from", "not a column"),
    "value: day": ("value: dya", "`dya`", "order_id, line"),
    "value: 0.998": ("value: many", "matchShare", "expected a number"),
    "schema:": ("schema: [", "YAML", "line"),
}


@pytest.mark.parametrize("place", WRONG)
def test_a_mistake_is_named_with_its_place_and_a_fix(place: str) -> None:
    text = render(CONTRACT)
    assert place in text
    wrong, where, why = WRONG[place]
    with pytest.raises(Usage) as caught:
        parse(text.replace(place, wrong, 1))
    said = caught.value
    assert said.code == "contract.invalid"
    assert where in said.message
    assert why in said.why
    assert said.fix


@pytest.mark.parametrize("text", ["", "[]", "just text", "a: [b", "\x00", "&a [*a]", "kind: DataContract"])
def test_a_file_that_is_no_contract_is_refused_in_words(text: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(text)
    assert caught.value.code == "contract.invalid"
