"""Staging models: text becomes values here and nowhere else, one row per delivered row."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.domain.estate import Model
from windvane.stack.transform.header import CARRIED, Header, comment, listed, model


@dataclass(frozen=True)
class StagedColumn:
    """One column: `text` is portable SQL over delivered columns; `evidence` says why it is read so."""

    name: str
    text: str
    type: str
    evidence: tuple[str, ...] = ()


def staging(source: str, columns: tuple[StagedColumn, ...], *, about: str = "") -> Model:
    """`staging.<source>`: a view, because it is read once, by the core model above it."""
    query = "\n".join(["SELECT", *(projection(c) for c in columns), listed(CARRIED), f"FROM src.{source}"])
    return model(Header(name=f"staging.{source}", kind="VIEW", description=about), query=query)


def projection(column: StagedColumn) -> str:
    """One line of a staging model, with its comma and its evidence."""
    cast = f"CAST({column.text} AS {column.type.upper()}) AS {column.name},"
    remarks = "; ".join(e for e in column.evidence if e)
    return f"{cast} {comment(remarks)}".rstrip()
