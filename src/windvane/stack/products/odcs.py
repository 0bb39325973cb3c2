"""A contract as an Open Data Contract Standard 3.2 file, and back, without loss.

Checks stand under `quality` as SQL that counts the rows which break them, so that other tools can run them.
What a person adds and windvane has no word for is kept in `Contract.extra` and written again.
"""

from __future__ import annotations

from typing import cast

from windvane.domain.errors import Usage
from windvane.domain.estate import Check, Classification, Column, Contract, Reference, Severity
from windvane.stack.products.yaml_text import (
    Pen,
    Plain,
    Table,
    custom_properties,
    dump,
    filled,
    kept,
    listed,
    load,
    properties_of,
    released,
)

CODE = "contract.invalid"
VERSION = "v3.2.0"
_URN = "urn:windvane:contract:"
_HEAD, _TAIL = "SELECT count(*) FROM (\n", "\n) AS broken"
_LOGICAL = {"date": "date", "timestamp": "timestamp", "timestamptz": "timestamp", "time": "time", "boolean": "boolean"}
_WHOLE = ("bigint", "integer", "int", "smallint", "tinyint", "hugeint")
_DIMENSIONS = {
    "not_null": "completeness",
    "null_share": "completeness",
    "unique": "uniqueness",
    "references": "consistency",
    "row_conservation": "consistency",
    "continuity": "consistency",
    "accepted_values": "conformity",
    "range": "conformity",
    "volume": "coverage",
    "freshness": "timeliness",
}
_OPERATORS = {
    "mustBe": "<>",
    "mustNotBe": "=",
    "mustBeGreaterThan": "<=",
    "mustBeGreaterOrEqualTo": "<",
    "mustBeLessThan": ">=",
    "mustBeLessOrEqualTo": ">",
}


def render(contract: Contract) -> str:
    """The file of a contract; the same contract gives the same text."""
    extra = released(contract.extra)
    schema: Table = {
        "name": contract.relation,
        "physicalName": contract.relation,
        "logicalType": "object",
        "physicalType": "table",
        "description": contract.description,
        "properties": [_column(c, contract, extra) for c in contract.columns],
        "relationships": [_relationship(contract.relation, r) for r in contract.references],
        "quality": [_quality(c, extra) for c in contract.checks],
    }
    custom = {"timeColumn": contract.time_column, "cadence": contract.cadence}
    top = extra.get("contract", {})
    return dump(
        {
            "apiVersion": VERSION,
            "kind": "DataContract",
            "id": top.get("id", _URN + contract.relation),
            "name": contract.relation,
            "version": top.get("version", "1.0.0"),
            "status": top.get("status", "active"),
            "schema": [filled(schema) | extra.get("schema", {})],
            **custom_properties(custom | extra.get("custom", {})),
            **{k: v for k, v in top.items() if k not in ("id", "version", "status")},
        }
    )


def parse(text: str) -> Contract:
    """The contract that a file spells. Raises `Usage` (`contract.invalid`) naming the place, why and a fix."""
    pen = Pen(load(text, what="the contract", code=CODE), at="contract", code=CODE)
    if (kind := pen.text("kind")) != "DataContract":
        raise pen.wrong("kind", f"expected `DataContract`, found `{kind}`")
    if not (version := pen.text("apiVersion")).startswith("v3."):
        raise pen.wrong("apiVersion", f"`{version}` is not a version 3 contract; this program writes `{VERSION}`")
    tables = pen.items("schema")
    if len(tables) != 1:
        raise pen.wrong("schema", f"expected one table, found {len(tables)}; keep one table per file")
    table = Pen(tables[0], at="schema", code=CODE)
    extra: dict[str, Table] = {}
    columns, key = _columns(table, extra)
    relation = table.text("name")
    checks = tuple(_check(item, relation, extra) for item in table.items("quality"))
    references = tuple(_reference(item, relation) for item in table.items("relationships"))
    description = table.text("description", "")
    custom = pen.custom()
    found = Contract(
        relation=relation,
        description=description,
        columns=columns,
        key=key,
        references=references,
        time_column=custom.text("timeColumn", ""),
        cadence=custom.text("cadence", ""),
        checks=checks,
    )
    _agree(found)
    return _with_extra(found, pen, table, extra | ({"custom": custom.rest()} if custom.rest() else {}))


def _with_extra(contract: Contract, pen: Pen, table: Pen, extra: dict[str, Table]) -> Contract:
    from windvane.domain.record import replace

    pen.any("name")
    rest = {
        k: v
        for k, v in pen.rest().items()
        if (k, v) not in (("id", _URN + contract.relation), ("version", "1.0.0"), ("status", "active"))
    }
    ours = {"physicalName": contract.relation, "logicalType": "object", "physicalType": "table"}
    left = {k: v for k, v in table.rest().items() if ours.get(k) != v}
    return replace(contract, extra=kept(cast("Table", {"contract": rest, "schema": left} | extra)))


def _agree(contract: Contract) -> None:
    names = [c.name for c in contract.columns]
    twice = sorted({n for n in names if names.count(n) > 1})
    used = {contract.time_column, *contract.key, *(c for r in contract.references for c in r.columns)} - {""}
    if twice:
        raise Usage(f"column `{twice[0]}` stands twice", code=CODE, why="names must differ", fix="remove one")
    if missing := sorted(used - set(names)):
        raise Usage(
            f"column `{missing[0]}` is used but not listed",
            code=CODE,
            why=f"`{contract.relation}` has: {', '.join(names)}",
            fix="correct the name in `timeColumn` or `relationships`, or add the column under `properties`",
        )


def _column(column: Column, contract: Contract, extra: dict[str, Table]) -> Table:
    position = contract.key.index(column.name) + 1 if column.name in contract.key else 0
    found: Table = {
        "name": column.name,
        "logicalType": _logical(column.type),
        "physicalType": column.type,
        "description": column.description,
        "required": not column.nullable,
        "classification": "" if column.classification == "open" else column.classification,
    }
    if position:
        found |= {"primaryKey": True, "primaryKeyPosition": position}
    more = extra.get(f"column {column.name} custom", {})
    custom = custom_properties({"meaning": column.meaning, "unit": column.unit, **more})
    return filled(found) | custom | extra.get(f"column {column.name}", {})


def _logical(physical: str) -> str:
    kind = physical.partition("(")[0].strip().lower()
    if kind in _WHOLE:
        return "integer"
    return "number" if kind in ("decimal", "double", "float", "real", "numeric") else _LOGICAL.get(kind, "string")


def _columns(table: Pen, extra: dict[str, Table]) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    columns, key = [], []
    for number, item in enumerate(table.items("properties"), 1):
        pen = Pen(item, at=f"schema.properties[{number}]", code=CODE)
        column, position = _column_of(pen, extra)
        columns.append(column)
        if position:
            key.append((position, column.name))
        if left := pen.rest():
            extra[f"column {column.name}"] = left
    return tuple(columns), tuple(name for _, name in sorted(key))


def _column_of(pen: Pen, extra: dict[str, Table]) -> tuple[Column, float]:
    custom = pen.custom()
    logical = pen.text("logicalType", "")
    secrecy = pen.text("classification", "open")
    if secrecy not in ("open", "personal", "secret"):
        raise pen.wrong("classification", f"`{secrecy}` is none of open, personal, secret")
    column = Column(
        name=pen.text("name"),
        type=pen.text("physicalType", _PLAIN.get(logical, "varchar")),
        nullable=not pen.flag("required", default="false"),
        classification=cast("Classification", secrecy),
        meaning=custom.text("meaning", ""),
        unit=custom.text("unit", ""),
        description=pen.text("description", ""),
    )
    is_key = pen.flag("primaryKey", default="false")
    position = pen.number("primaryKeyPosition", 1.0)
    if custom.rest():
        extra[f"column {column.name} custom"] = custom.rest()
    return column, position if is_key else 0


_PLAIN = {"integer": "bigint", "number": "double", "date": "date", "timestamp": "timestamp", "boolean": "boolean"}


def _relationship(relation: str, reference: Reference) -> Table:
    ours = [f"{relation}.{c}" for c in reference.columns]
    theirs = [f"{reference.to}.{c}" for c in reference.to_columns]
    one = len(ours) == 1
    return {
        "type": "foreignKey",
        "from": ours[0] if one else listed(ours),
        "to": theirs[0] if one else listed(theirs),
        "customProperties": properties_of({"matchShare": reference.match_share}),
    }


def _reference(item: Plain, relation: str) -> Reference:
    pen = Pen(item, at="schema.relationships", code=CODE)
    ours, theirs = pen.texts("from"), pen.texts("to")
    targets = {t.rpartition(".")[0] for t in theirs}
    if len(ours) != len(theirs) or not ours or len(targets) != 1 or "" in targets:
        raise pen.wrong(
            "to", f"`from` and `to` must name the same number of columns, like `{relation}.a` and `other.b`"
        )
    if strangers := [c for c in ours if c.rpartition(".")[0] not in (relation, "")]:
        raise pen.wrong("from", f"`{strangers[0]}` is not a column of `{relation}`")
    return Reference(
        columns=tuple(c.rpartition(".")[2] for c in ours),
        to=targets.pop(),
        to_columns=tuple(c.rpartition(".")[2] for c in theirs),
        match_share=pen.custom().number("matchShare", 1.0),
    )


def _quality(check: Check, extra: dict[str, Table]) -> Table:
    found: Table = {
        "name": check.name,
        "type": "sql",
        "dimension": _DIMENSIONS.get(check.rule, "accuracy"),
        "severity": check.severity,
        "description": check.why,
        "query": f"{_HEAD}{check.sql}{_TAIL}",
        "mustBe": 0,
    }
    more = extra.get(f"check {check.name} custom", {})
    custom: Table = {"rule": check.rule, "falseAlarmBound": check.false_alarm_bound, **more}
    return (
        filled(found) | {"mustBe": 0, "customProperties": properties_of(custom)} | extra.get(f"check {check.name}", {})
    )


def _check(item: Plain, relation: str, extra: dict[str, Table]) -> Check:
    pen = Pen(item, at="schema.quality", code=CODE)
    if (kind := pen.text("type", "library")) != "sql":
        raise pen.wrong("type", f"`{kind}` cannot be run here; write it as `type: sql` with a `query`")
    custom, name, severity = pen.custom(), pen.text("name"), pen.text("severity", "block")
    if severity not in ("warn", "block"):
        raise pen.wrong("severity", f"`{severity}` is neither warn nor block")
    rule = custom.text("rule", "sql")
    found = Check(
        name=name,
        relation=relation,
        rule=rule,
        sql=_sql(pen, name),
        severity=cast("Severity", severity),
        why=pen.text("description", ""),
        false_alarm_bound=custom.number("falseAlarmBound", 0.0),
    )
    if pen.rest().get("dimension") == _DIMENSIONS.get(rule, "accuracy"):
        pen.any("dimension")
    if left := pen.rest():
        extra[f"check {name}"] = left
    if custom.rest():
        extra[f"check {name} custom"] = custom.rest()
    return found


def _sql(pen: Pen, name: str) -> str:
    """The rows that break a check: ours unwrapped, a person's count turned into a row that says what was found."""
    query = pen.text("query").strip()
    operators = [o for o in _OPERATORS if o in pen.rest()]
    if len(operators) != 1:
        raise pen.wrong(name, f"expected one of {', '.join(_OPERATORS)}")
    wanted = pen.number(operators[0])
    if query.startswith(_HEAD) and query.endswith(_TAIL) and (operators[0], wanted) == ("mustBe", 0):
        return query.removeprefix(_HEAD).removesuffix(_TAIL)
    return (
        f"SELECT '{name.replace(chr(39), chr(39) * 2)} found ' || CAST(found AS VARCHAR) AS broken\n"
        f"FROM (\n{query.rstrip(';')}\n) AS asked (found)\n"
        f"WHERE found IS NULL OR found {_OPERATORS[operators[0]]} {wanted:g}"
    )
