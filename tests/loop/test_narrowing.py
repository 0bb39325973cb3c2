"""A plan of several features of which one is the target under another name: that one goes, the rest is tried."""

from __future__ import annotations

from windvane.domain.change import Put
from windvane.domain.estate import Model, Product
from windvane.domain.estimate import Driver, Inputs, Keyed, Labels, Recipe
from windvane.domain.goal import Goal
from windvane.domain.plan import Plan
from windvane.loop.narrowing import narrower
from windvane.loop.versions import product_of
from windvane.stack.transform.asof import features_of
from windvane.stack.transform.estimates import revised

LABELS = Labels(
    truth="is_fraud",
    columns=(
        ("amount", "amount"),
        ("refunded", "refunded"),
        ("amount_times_refunded", "CAST(amount AS DOUBLE) * refunded"),
    ),
    keyed=(
        Keyed(name="card_rows_7", key="card", of="rows", days=7),
        Keyed(name="card_refunded_30", key="card", of="mean", days=30, column="refunded"),
        Keyed(name="card_mixed_30", key="card", of="mean", days=30, column="amount_times_refunded"),
    ),
)
CLASS = Inputs(relation="core.payments", entities=("id",), time="at", value="is_fraud", quantity="class", labels=LABELS)
VALUE = Inputs(
    relation="core.sales", entities=("shop",), time="day", value="units", quantity="value", horizon=1, windows=(1, 7),
    calendar=("monday",), cadence="day",
    drivers=(Driver(name="sold", relation="core.till", column="sold", time="day", delivery="same day 15:00"),),
)  # fmt: skip


def _plan(inputs: Inputs) -> Plan:
    product = Product(name="p", kind="forecast", relation="mart.p", goal=Goal(sentence="p"))
    changes = revised(product, inputs, Recipe(estimator="x", features=features_of(inputs)))
    return Plan(incident="", proposer="modeler", title="Tell p", base="", changes=changes, rationale="its columns")


def test_the_twin_and_what_is_made_of_it_leave_the_inputs_the_recipe_and_the_model() -> None:
    plan = narrower(_plan(CLASS), ("refunded",), ("refunded is left out: twin",))
    made = product_of(plan)
    assert made is not None and made.recipe is not None and made.inputs is not None
    assert made.recipe.features == features_of(made.inputs) == ("amount", "card_rows_7")
    (text,) = [c.asset.text for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Model)]
    assert "refunded" not in text and "card_rows_7" in text
    assert plan.title == "Tell p, without refunded" and "refunded is left out: twin" in plan.rationale


def test_drivers_days_and_own_values_can_be_left_out_as_well() -> None:
    for name in features_of(VALUE):
        made = product_of(narrower(_plan(VALUE), (name,), ("why",)))
        assert made is not None and made.inputs is not None and made.recipe is not None
        assert made.recipe.features == features_of(made.inputs) == tuple(f for f in features_of(VALUE) if f != name)
