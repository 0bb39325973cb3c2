"""A metric as an Open Semantic Interchange file (core specification 0.1), and back, without loss.

The format has a model with datasets and metrics, an expression per SQL dialect, and `custom_extensions` with a
JSON text for what it has no word for: grain, filters and unit stand there.
"""

from __future__ import annotations

import json
from typing import cast

from windvane.domain.errors import Usage
from windvane.domain.estate import Metric
from windvane.stack.products.yaml_text import Pen, Plain, Table, dump, filled, kept, listed, load, released

CODE = "metric.invalid"
VERSION = "0.1.1"
_DIALECT = "ANSI_SQL"
_VENDOR = "COMMON"


def render(metric: Metric) -> str:
    """The file of a metric; the same metric gives the same text."""
    extra = released(metric.extra)
    dataset = metric.relation.replace(".", "_")
    ours: Table = {"grain": metric.grain, "filters": listed(metric.filters), "unit": metric.unit}
    fields: list[Plain] = [{"name": d, "expression": _expression(d), "dimension": {}} for d in metric.dimensions]
    source: Table = {"name": dataset, "source": metric.relation}
    others = extra.get("extensions", {}).get("more", [])
    measure: Table = {
        "name": metric.name,
        "expression": _expression(metric.expression),
        "description": metric.description,
        "ai_context": _context(metric),
        "custom_extensions": [*_ours(filled(ours)), *(others if isinstance(others, list) else [])],
    }
    model: Table = {
        "name": dataset,
        "datasets": [source | filled({"fields": fields})],
        "metrics": [filled(measure) | extra.get("metric", {})],
    }
    return dump(
        {"version": extra.get("file", {}).get("version", VERSION), "semantic_model": [model | extra.get("model", {})]}
    )


def _ours(values: Table) -> list[Plain]:
    data = json.dumps({"windvane": values}, ensure_ascii=False)
    return [{"vendor_name": _VENDOR, "data": data}] if values else []


def _expression(sql: str) -> Table:
    return {"dialects": [{"dialect": _DIALECT, "expression": sql}]}


def _context(metric: Metric) -> str:
    said = [f"only rows where {' and '.join(metric.filters)}"] if metric.filters else []
    said += [f"one value per {metric.grain}"] if metric.grain else []
    return "; ".join(said)


def parse(text: str) -> Metric:
    """The metric that a file spells. Raises `Usage` (`metric.invalid`) naming the place, why and a fix."""
    top = Pen(load(text, what="the metric", code=CODE), at="metric file", code=CODE)
    version = top.text("version")
    model = Pen(_only(top, "semantic_model"), at="semantic_model", code=CODE)
    dataset = Pen(_only(model, "datasets"), at="semantic_model.datasets", code=CODE)
    measure = Pen(_only(model, "metrics"), at="semantic_model.metrics", code=CODE)
    if top.rest():
        raise top.wrong(next(iter(top.rest())), "a metric file has `version` and `semantic_model` only")
    ours, others = _extension(measure)
    found = Metric(
        name=measure.text("name"),
        relation=dataset.text("source"),
        expression=_sql(measure),
        dimensions=tuple(_field(f) for f in dataset.items("fields")),
        grain=ours.text("grain", ""),
        filters=ours.texts("filters"),
        unit=ours.text("unit", ""),
        description=measure.text("description", ""),
    )
    if measure.rest().get("ai_context") == _context(found):
        measure.any("ai_context")
    named = {model.text("name", ""), dataset.text("name", "")} - {found.relation.replace(".", "_")}
    if named or dataset.rest():
        key = next(iter(dataset.rest()), "name")
        raise dataset.wrong(
            key, "the model and its one dataset are named after the relation and hold `source` and `fields`"
        )
    written = {} if version == VERSION else {"version": version}
    extensions = filled({"more": others})
    more = cast("Table", {"file": written, "model": model.rest(), "metric": measure.rest(), "extensions": extensions})
    return _replace(found, extra=kept(more))


def _replace(metric: Metric, *, extra: str) -> Metric:
    from windvane.domain.record import replace

    return replace(metric, extra=extra)


def _only(pen: Pen, key: str) -> Plain:
    found = pen.items(key)
    if len(found) != 1:
        raise pen.wrong(key, f"expected one entry, found {len(found)}; keep one metric per file")
    return found[0]


def _sql(pen: Pen) -> str:
    dialects = Pen(pen.any("expression"), at="expression", code=CODE).items("dialects")
    spelled = [Pen(d, at="expression.dialects", code=CODE) for d in dialects]
    for one in spelled:
        if one.text("dialect") == _DIALECT and len(spelled) == 1:
            return one.text("expression")
    raise pen.wrong("expression", f"expected the dialect `{_DIALECT}` and no other")


def _field(item: Plain) -> str:
    pen = Pen(item, at="semantic_model.datasets.fields", code=CODE)
    name, sql = pen.text("name"), _sql(pen)
    pen.any("dimension")
    if name != sql or pen.rest():
        raise pen.wrong(name, "a dimension is a column under its own name")
    return name


def _extension(pen: Pen) -> tuple[Pen, list[Plain]]:
    ours: Plain = {}
    others: list[Plain] = []
    for item in pen.items("custom_extensions"):
        one = Pen(item, at="custom_extensions", code=CODE)
        try:
            data = json.loads(one.text("data"))
        except ValueError as error:
            raise Usage("an extension is no JSON", code=CODE, why=str(error), fix="correct `data`") from error
        if isinstance(data, dict) and "windvane" in data:
            ours = data["windvane"]
        else:
            others.append(item)
    return Pen(ours, at="custom_extensions.windvane", code=CODE), others
