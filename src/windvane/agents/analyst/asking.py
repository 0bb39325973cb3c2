"""Asks a language model for its reading of a goal; it can only name what the catalog has."""

from __future__ import annotations

from typing import cast, get_args

from windvane.agents.analyst.catalog import Catalog
from windvane.agents.analyst.matching import row_label
from windvane.domain.goal import AGGREGATES, Goal, Grain, ProductKind
from windvane.domain.ports import Answer, Field, Llm
from windvane.domain.record import replace

PURPOSE = "goal"
NONE = "none"


def ask(llm: Llm, said: Goal, catalog: Catalog) -> Goal:
    """The goal as the model reads it; targets and constraints are those that the sentence spells out.

    Raises what `Llm.choose` raises.
    """
    answer = llm.choose(purpose=PURPOSE, prompt=_prompt(said.sentence, catalog), fields=fields(catalog))
    return replace(
        said,
        kind=cast(ProductKind, _one(answer, "kind")),
        measure=_one(answer, "measure"),
        aggregate=_one(answer, "aggregate"),
        entities=tuple(e for e in answer.of("entities") if e != NONE),
        grain=cast(Grain, _one(answer, "grain")),
        horizon=max(0, int(float(_one(answer, "horizon") or 0))),
        proposer=answer.model,
    )


def fields(catalog: Catalog) -> tuple[Field, ...]:
    """The closed form of an answer: every name is a literal of the catalog."""
    tables = catalog.originals()
    measures = [c.label for t in tables for c in (*t.measures(), *(c for c in t.columns if c.boolean or c.values))]
    rows = [label for t in tables for label in (row_label(t), f"{t.name}.*")]
    things = [c.label for t in tables for c in t.columns if c not in t.measures() and c.name != t.time_column]
    return (
        Field(name="kind", options=get_args(ProductKind), about="what is to be built"),
        Field(
            name="measure",
            options=_options(measures + rows),
            about="the quantity, or the label to classify by; the key of a table, or `table.*`, to count its rows",
        ),
        Field(name="aggregate", options=tuple(a or NONE for a in AGGREGATES), about="none: the value as it is"),
        Field(
            name="entities",
            options=_options(things + rows),
            many="several",
            about="what one row or one series is about, as in: per store and product",
        ),
        Field(name="grain", options=tuple(g or NONE for g in get_args(Grain)), about="the step of time"),
        Field(name="horizon", about="how many steps ahead; 0 when it looks at the past only"),
    )


def _options(labels: list[str]) -> tuple[str, ...]:
    return (NONE, *dict.fromkeys(labels))


def _one(answer: Answer, name: str) -> str:
    said = next(iter(answer.of(name)), NONE)
    return "" if said == NONE else said


def _prompt(sentence: str, catalog: Catalog) -> str:
    lines = []
    for table in catalog.originals():
        time = f", time {table.time_column} every {table.cadence or 'so often'}" if table.time_column else ""
        key = f", key {', '.join(table.key)}" if table.key else ""
        lines.append(f"table {table.name}{key}{time}")
        for column in table.columns:
            told = " ".join(p for p in (column.type, column.meaning, column.unit) if p)
            lines.append(f"  {column.label}: {told or 'unknown'}")
    return "What a person wants:\n<goal>\n" + sentence + "\n</goal>\n\nThe data:\n" + "\n".join(lines)
