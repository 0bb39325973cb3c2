"""The architect decides by what the scout is sure of, respects what is there, and lands new columns apart."""

from __future__ import annotations

import pytest
from casebook import GOLDEN, build, contracts_of, models_of, open_case

from windvane.agents.architect import agent
from windvane.domain.batch import Batch
from windvane.domain.change import Put, apply
from windvane.domain.estate import Column, Contract, Model, Reference, Source
from windvane.domain.finding import Finding
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.sql.casts import casts


def scene_of(case, **changes) -> Scene:
    fields = {name: getattr(case.scene, name) for name in Scene.__dataclass_fields__}
    return Scene(**{**fields, **changes})


def with_confidence(case, claim: str, confidence: float) -> Scene:
    findings = tuple(replace(f, confidence=confidence) if f.claim == claim else f for f in case.scene.findings)
    return scene_of(case, findings=findings)


def model(plan, name: str) -> str:
    return next(m.text for m in models_of(plan) if m.name == name)


def test_an_unsure_key_removes_no_row_and_carries_no_join(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    sure = agent().propose(case.scene)[0]
    unsure = agent().propose(with_confidence(case, "key", 0.7))[0]
    assert "ROW_NUMBER" in model(sure, "core.items")
    assert "ROW_NUMBER" not in model(unsure, "core.items")
    assert "70% confidence only" in model(unsure, "core.items")
    assert "70% confidence only" in unsure.rationale
    assert contracts_of(sure)["core.items"].key == ("order_id", "line")
    assert contracts_of(unsure)["core.items"].key == ()


def test_an_unsure_reference_is_not_promised(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    sure = contracts_of(agent().propose(case.scene)[0])["core.items"]
    unsure = contracts_of(agent().propose(with_confidence(case, "reference", 0.8))[0])["core.items"]
    wanted = Reference(columns=("order_id",), to="core.orders", to_columns=("order_id",), match_share=1.0)
    assert sure.references == (wanted,)
    assert unsure.references == ()


def test_an_unsure_type_stays_text_and_says_so(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    plan = agent().propose(with_confidence(case, "type", 0.6))[0]
    assert {c.type for c in casts(model(plan, "staging.items"))} == {"varchar"}
    assert "kept as text: decimal(18,2) is only 60% sure" in model(plan, "staging.items")


def test_personal_columns_are_masked_even_when_only_suspected(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    plan = agent().propose(with_confidence(case, "personal", 0.35))[0]
    customers = contracts_of(plan)["core.customers"]
    assert [c.name for c in customers.columns if c.classification == "personal"] == ["full_name", "e_mail"]
    assert "ada@example.org" not in model(plan, "staging.customers")


def test_tables_with_a_common_key_are_not_made_one(tmp_path) -> None:
    """The same columns are not enough: a key in both would be two truths."""
    case = open_case(GOLDEN / "funds", tmp_path)
    apart = scene_of(case, scratch=None)
    assert "core.prices" in [m.name for m in models_of(agent().propose(case.scene)[0])]
    assert "core.prices" not in [m.name for m in models_of(agent().propose(apart)[0])]  # what cannot be measured
    path = tmp_path / "stock_prices-1.parquet"
    same = "SELECT 'MTUM' AS \"Symbol\", '02.01.2024' AS \"Datum\", '1,00' AS \"Schlusskurs\""
    both = f"SELECT * FROM read_parquet('{path}') UNION ALL BY NAME {same}"
    case.engine.execute(f"COPY ({both}) TO '{path}' (FORMAT parquet)")
    assert "core.prices" not in [m.name for m in models_of(agent().propose(case.scene)[0])]


def test_what_a_database_declares_counts_as_certain(tmp_path) -> None:
    case = open_case(GOLDEN / "unsure_key", tmp_path)
    declared = (
        Contract(
            relation="readings",
            columns=(Column(name="id", type="bigint"), Column(name="sensor", type="varchar", nullable=False)),
            references=(Reference(columns=("sensor",), to="sensors", to_columns=("sensor",), match_share=1.0),),
        ),
        Contract(relation="sensors", key=("sensor",)),
    )
    contracts = contracts_of(agent().propose(scene_of(case, declared=declared))[0])
    assert contracts["core.sensors"].key == ("sensor",)
    assert [r.to for r in contracts["core.readings"].references] == ["core.sensors"]
    assert [c.nullable for c in contracts["core.readings"].columns[:2]] == [True, False]


def test_a_second_run_proposes_nothing_and_a_later_source_only_itself(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    built = apply(case.scene.estate, agent().propose(case.scene)[0].changes)
    assert agent().propose(scene_of(case, estate=built)) == ()
    later = replace(
        built, assets=(*built.assets, Source(name="stores", connector="files", location="in", columns=("a",)))
    )
    (plan,) = agent().propose(scene_of(case, estate=later))
    assert [m.name for m in models_of(plan)] == ["staging.stores", "core.stores"]


def arrived(case, columns: tuple[str, ...]) -> Scene:
    """The scene after the layers were built, with a batch of items that has these columns."""
    estate = apply(case.scene.estate, agent().propose(case.scene)[0].changes)
    batch = Batch(id="items-2", source="items", delivery="x", digest="x", landed_at="", rows_read=1, accepted=1,
                  columns=columns)  # fmt: skip
    new = Finding(by="scout", subject="items.Gift?", claim="type", value="bigint", confidence=1.0, evidence="digits")
    return scene_of(case, estate=estate, findings=(*case.scene.findings, new), batches=(batch,))


def test_new_columns_are_landed_and_a_persons_text_stays_as_it_is(tmp_path) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    scene = arrived(case, ("order_id", "line", "sku", "amount", "Gift?"))
    staged = next(a for a in scene.estate.assets if isinstance(a, Model) and a.name == "staging.items")
    by_hand = replace(staged, text=staged.text.replace("SELECT\n", "SELECT -- mine\n"))
    scene = scene_of(
        case, estate=apply(scene.estate, (Put(asset=by_hand),)), findings=scene.findings, batches=scene.batches
    )
    (plan,) = agent().propose(scene)
    assert plan.serves == "new columns of items"
    text = model(plan, "staging.items")
    added = [line for line in text.splitlines() if line not in by_hand.text.splitlines()]
    assert [line.strip() for line in added] == ["CAST(NULLIF(\"Gift?\", '') AS BIGINT) AS gift,"]
    assert casts(text)[-1].name == "gift"
    contracts = contracts_of(plan)
    assert contracts["core.items"].columns[-1] == Column(name="gift", type="bigint", description="delivered as `Gift?`")
    case.engine.execute('CREATE OR REPLACE TABLE src.more AS SELECT *, NULL::VARCHAR AS "Gift?" FROM src.items')
    build(case.engine, text.replace("src.items", "src.more"))
    build(case.engine, model(plan, "core.items"))
    assert case.engine.rows("SELECT DISTINCT gift FROM core.items") == [(None,)]


@pytest.mark.parametrize("columns", [("order_id", "line", "sku", "Gift?"), ("order_id", "line", "sku", "amount")])
def test_a_column_that_may_be_renamed_is_left_to_the_remedies(tmp_path, columns) -> None:
    case = open_case(GOLDEN / "shop", tmp_path)
    assert agent().propose(arrived(case, columns)) == ()


def test_findings_may_name_columns_that_hold_commas_and_dots(tmp_path) -> None:
    case = open_case(GOLDEN / "hostile_names", tmp_path)
    plan = agent().propose(case.scene)[0]
    assert contracts_of(plan)["core.odd"].key == ("a_b", "order_")
