"""The relations of an estimated product: what its estimates are delivered as, and what its readers use."""

from __future__ import annotations

from windvane.domain.change import Change, Put
from windvane.domain.estate import Check, Column, Contract, Product, Source
from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.record import replace
from windvane.stack.transform.alarms import about_alarms, raised
from windvane.stack.transform.asof import input_model, input_name
from windvane.stack.transform.header import listed, quoted
from windvane.stack.transform.mart import Join, MartTable, Output, mart
from windvane.stack.transform.staging import StagedColumn, staging

CONNECTOR = "estimates"
_FIXED = (
    ("decided_at", "timestamp", "when it was made: nothing later is in it"),
    ("target_at", "timestamp", "the time that it is about"),
    ("estimate", "double", ""),
    ("low", "double", "lower end of the interval"),
    ("high", "double", "upper end of the interval"),
    ("version", "varchar", "the recipe that made it"),
)


_SEGMENT = Column(name="segment", type="integer", description="0 is the largest; the product says what each is")
_UNUSUAL = (
    Column(name="score", type="double", description="error in halves of the interval; above 1 it is unusual"),
    Column(name="alarm", type="boolean", description="outside of the interval that holds 98 of 100"),
)


def source_name(product: str) -> str:
    """The internal source that delivers the estimates of a product."""
    return f"{product}_estimates"


def source_of(product: str, inputs: Inputs) -> Source:
    """The internal source itself."""
    return Source(
        name=source_name(product),
        connector=CONNECTOR,
        location=f".windvane/estimates/{product}",
        columns=(*inputs.entities, *(name for name, _, _ in _FIXED)),
    )


def founded(product: Product, types: dict[str, str]) -> tuple[Change, ...]:
    """Everything a new estimated product needs; `types` are those of its entity columns.

    Raises `ValueError` when the product says nothing of its inputs.
    """
    if product.inputs is None:
        raise ValueError(f"product {product.name} has no inputs")
    name, inputs = product.name, product.inputs
    entities = tuple(Column(name=e, type=types[e], nullable=False) for e in inputs.entities)
    staged = tuple(
        StagedColumn(c, quoted(c), kind)
        for c, kind in (*((e.name, e.type) for e in entities), *((n, k) for n, k, _ in _FIXED))
    )
    return (
        Put(asset=source_of(name, inputs)),
        Put(asset=input_model(name, inputs)),
        Put(asset=staging(source_name(name), staged, about=f"Estimates of {name} as they were made")),
        Put(asset=mart(_table(product, inputs))),
        Put(asset=_contract(product, entities)),
        Put(asset=product),
    )


def revised(product: Product, inputs: Inputs, recipe: Recipe) -> tuple[Change, ...]:
    """What changes when a product is estimated from other inputs or by another recipe."""
    after = replace(product, inputs=inputs, recipe=recipe)
    if inputs == product.inputs:
        return (Put(asset=after),)
    return Put(asset=input_model(product.name, inputs)), Put(asset=after)


def key_of(inputs: Inputs) -> tuple[str, ...]:
    """Key of the input relation and of the estimates."""
    return (*inputs.entities, "decided_at")


def _table(product: Product, inputs: Inputs) -> MartTable:
    key = key_of(inputs)
    names = [*inputs.entities, *(n for n, _, _ in _FIXED)]
    newest = (
        f"SELECT {listed(names)}, ROW_NUMBER() OVER (PARTITION BY {listed(key)} ORDER BY _seq DESC, _row DESC) "
        f"AS _version FROM staging.{source_name(product.name)}"
    )
    on = tuple(f"made.{k} = happened.{k}" for k in key)
    shown = [Output(f"made.{n}", n) for n in names[:-1]]
    return MartTable(
        name=product.relation.rpartition(".")[2],
        columns=(
            *shown,
            Output("happened.target", "actual", "what became known later"),
            Output("made.estimate - happened.target", "error"),
            *([Output(raised(product), "alarm", "what to look at")] if inputs.labels is not None else []),
            *(_unusual() if product.kind == "anomaly" else []),
            *([Output("CAST(made.estimate AS INTEGER)", _SEGMENT.name)] if inputs.quantity == "segment" else []),
            Output("made.version", "version"),
        ),
        relation="made",
        joins=(
            Join("LEFT", input_name(product.name), "happened", on, "empty until it is known, or where it is not sound"),
        ),
        ctes=(("versions", newest), ("made", f"SELECT {listed(names)} FROM versions WHERE _version = 1")),
        grain=key,
        about=product.description,
    )


def _unusual() -> list[Output]:
    """How far off a value is, in halves of the interval that was told before it came: above 1 it is unusual."""
    beyond = "ABS(made.estimate - happened.target) / NULLIF((made.high - made.low) / 2, 0)"
    outside = "happened.target < made.low OR happened.target > made.high"
    flag = f"CASE WHEN {outside} THEN TRUE WHEN happened.target IS NOT NULL AND made.low IS NOT NULL THEN FALSE END"
    return [Output(beyond, "score", "above 1: further off than 98 of 100"), Output(flag, "alarm")]


def _labelled(product: Product) -> bool:
    return product.inputs is not None and product.inputs.labels is not None


def _contract(product: Product, entities: tuple[Column, ...]) -> Contract:
    key = (*(e.name for e in entities), "decided_at")
    fixed = [Column(name=n, type=k, description=about) for n, k, about in _FIXED]
    columns = (
        *entities,
        *fixed[:-1],
        Column(name="actual", type="double", description="what became known later; empty until then"),
        Column(name="error", type="double", description="estimate - actual"),
        *([Column(name="alarm", type="boolean", description=about_alarms(product.goal))] if _labelled(product) else []),
        *(_UNUSUAL if product.kind == "anomaly" else []),
        *([_SEGMENT] if product.kind == "segmentation" else []),
        fixed[-1],
    )
    sql = (
        f"SELECT 'a key is repeated ' || CAST(COUNT(*) AS VARCHAR) || ' times' AS broken FROM {product.relation} "
        f"GROUP BY {listed(key)} HAVING COUNT(*) > 1"
    )
    name = f"{product.relation} unique"
    check = Check(name=name, relation=product.relation, rule="unique", sql=sql, why=f"one row per ({listed(key)})")
    return Contract(
        relation=product.relation,
        description=product.description,
        columns=columns,
        key=key,
        time_column="decided_at",
        checks=(check,),
    )
