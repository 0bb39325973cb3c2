"""A data product as a Bitol Open Data Product Standard 1.0 file, and back, without loss."""

from __future__ import annotations

from typing import cast

import msgspec

from windvane.domain.errors import Usage
from windvane.domain.estate import Product
from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.goal import Goal
from windvane.domain.record import R, Record
from windvane.stack.products.yaml_text import (
    Pen,
    Plain,
    Table,
    dump,
    filled,
    kept,
    listed,
    load,
    properties_of,
    released,
)

CODE = "product.invalid"
VERSION = "v1.0.0"
_URN = "urn:windvane:product:"
_OURS = ("id", "version", "status")


def render(product: Product) -> str:
    """The file of a product; the same product gives the same text."""
    extra = released(product.extra)
    top = extra.get("product", {})
    more = extra.get("ports", {}).get("more", [])
    port: Table = {
        "name": product.name,
        "description": product.goal.sentence,
        "type": product.kind,
        "version": top.get("version", VERSION),
        "contractId": f"urn:windvane:contract:{product.relation}",
    }
    custom: Table = {
        "kind": product.kind,
        "relation": product.relation,
        "metrics": listed(product.metrics),
        "goal": cast("Plain", _spare(product.goal, Goal(sentence=""), keep=("sentence",))),
        **_estimated(product),
    }
    return dump(
        {
            "apiVersion": VERSION,
            "kind": "DataProduct",
            "id": top.get("id", _URN + product.name),
            "name": product.name,
            "version": top.get("version", VERSION),
            "status": top.get("status", "active"),
            **filled({"description": filled({"purpose": product.description})}),
            "outputPorts": [filled(port), *(more if isinstance(more, list) else [])],
            "customProperties": properties_of(custom | extra.get("custom", {})),
            **{k: v for k, v in top.items() if k not in _OURS},
        }
    )


def _estimated(product: Product) -> Table:
    """How estimates are made, and from what; nothing for other products."""
    found: Table = {}
    if product.recipe is not None:
        found["recipe"] = cast("Plain", _spare(product.recipe, Recipe(estimator=""), keep=("estimator",)))
    if product.inputs is not None:
        plain = Inputs(relation="", entities=(), time="", value="", quantity="value")
        needed = ("relation", "entities", "time", "value", "quantity")
        found["inputs"] = cast("Plain", _spare(product.inputs, plain, keep=needed))
    return found


def _spare(record: Record, plain: Record, *, keep: tuple[str, ...]) -> Table:
    """A record without the fields that are at their default."""
    empty = msgspec.to_builtins(plain)
    return {k: v for k, v in msgspec.to_builtins(record).items() if k in keep or v != empty[k]}


def parse(text: str) -> Product:
    """The product that a file spells. Raises `Usage` (`product.invalid`) naming the place, why and a fix."""
    pen = Pen(load(text, what="the product", code=CODE), at="product", code=CODE)
    if (kind := pen.text("kind")) != "DataProduct":
        raise pen.wrong("kind", f"expected `DataProduct`, found `{kind}`")
    if (version := pen.text("apiVersion")) != VERSION:
        raise pen.wrong("apiVersion", f"expected `{VERSION}`, found `{version}`")
    custom, name = pen.custom(), pen.text("name")
    about = Pen(pen.any("description") or {}, at="product.description", code=CODE)
    ports = pen.items("outputPorts")
    found = Product(
        name=name,
        kind=custom.text("kind"),
        relation=custom.text("relation"),
        goal=_read(custom.any("goal"), Goal, "goal"),
        description=about.text("purpose", ""),
        metrics=custom.texts("metrics"),
        recipe=_read(made, Recipe, "recipe") if (made := custom.any("recipe")) else None,
        inputs=_read(from_, Inputs, "inputs") if (from_ := custom.any("inputs")) else None,
    )
    ours = {"id": _URN + name, "version": VERSION, "status": "active"}
    rest = {k: v for k, v in pen.rest().items() if ours.get(k) != v}
    if about.rest():
        raise about.wrong(next(iter(about.rest())), "only `purpose` is kept here")
    more = cast("Table", {"product": rest, "custom": custom.rest(), "ports": filled({"more": ports[1:]})})
    return msgspec.structs.replace(found, extra=kept(more))


def _read(value: Plain, kind: type[R], what: str) -> R:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Usage(
            f"the {what} of the product is not valid",
            code=CODE,
            why=str(error),
            fix=f"correct `{what}` under `customProperties`",
        ) from error
