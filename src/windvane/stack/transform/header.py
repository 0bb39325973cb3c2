"""The header of a model file, and how the parts of a generated model become its text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from windvane.domain.estate import Model
from windvane.sql.format import pretty
from windvane.sql.portable import require_portable

CARRIED = ("_batch", "_seq", "_row")  # every staging and core relation says where a row comes from


@dataclass(frozen=True)
class Header:
    """What SQLMesh must know of a model; an incremental one names its `time_column`."""

    name: str
    kind: Literal["VIEW", "FULL", "INCREMENTAL_BY_TIME_RANGE"] = "FULL"
    grain: tuple[str, ...] = ()
    time_column: str = ""
    description: str = ""


def model(header: Header, *, query: str, remarks: Iterable[str] = ()) -> Model:
    """A model laid out for people. Raises `Failed` (`sql.not_portable`) when its query would not travel."""
    above = "".join(comment(line) for line in remarks)
    text = pretty(f"{_render(header)};\n\n{above}{query}")
    require_portable(text)
    return Model(name=header.name, text=text)


def comment(text: str) -> str:
    """A line of comment; whatever `text` holds, it stays one line, and cannot end a block comment or open Jinja."""
    flat = " ".join(text.split()).replace("*/", "* /").replace("/*", "/ *")
    return f"-- {flat.replace('{{', '{ {').replace('{%', '{ %').replace('{#', '{ #')}\n" if flat else ""


def literal(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A delivered name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Iterable[str]) -> str:
    """Names, comma separated."""
    return ", ".join(names)


def _render(header: Header) -> str:
    kind = header.kind if not header.time_column else f"{header.kind} (time_column {header.time_column})"
    lines = [f"name {header.name}", f"kind {kind}"]
    if header.grain:
        lines.append(f"grain ({listed(header.grain)})" if len(header.grain) > 1 else f"grain {header.grain[0]}")
    if header.description:
        lines.append(f"description {literal(' '.join(header.description.split()))}")
    return "MODEL (\n  " + ",\n  ".join(lines) + "\n)"
