"""Lands Parquet: every value as text, exactly; nested values as JSON text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from windvane.domain.errors import Unreadable
from windvane.domain.ports import Engine
from windvane.stack.landing.header import unique
from windvane.stack.landing.pieces import copied

_NUMBER = "file_row_number"  # DuckDB's column with the ordinal of a row of a file; it is there when it is asked for


def names(path: Path) -> tuple[str, ...]:
    """Column names as delivered. Raises `Unreadable` (`source.truncated`) for a damaged file, `source.empty`."""
    try:
        metadata = pq.read_metadata(path)
        found = tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(
            f"cannot read `{path.name}`", code="source.truncated", why=str(error).splitlines()[0],
            fix="deliver the file again; it may have been cut off on the way",
        ) from error  # fmt: skip
    if not metadata.num_rows or not found:
        raise Unreadable(
            f"`{path.name}` holds no rows", code="source.empty", fix="deliver it again when there are rows"
        )
    return found


def land_parquet(path: Path, target: Path, *, engine: Engine, batch: str, seq: int) -> int:
    """Write `path` as text to `target`; returns how many rows were read. Times with a zone are written in UTC."""
    total = int(pq.read_metadata(path).num_rows)
    engine.execute("SET TimeZone='UTC'")
    described = engine.rows("SELECT * FROM (DESCRIBE SELECT * FROM read_parquet(?))", [str(path)])
    spelled = [
        f"{_as_text(quoted(str(row[0])), str(row[1]))} AS {quoted(made)}"
        for row, made in zip(described, unique([str(r[0]) for r in described]), strict=True)
    ]
    own = f"{literal(batch)} AS _batch, {int(seq)}::BIGINT AS _seq"
    size, file = engine.resources.chunk_rows, literal(str(path))
    select = f"SELECT {', '.join(spelled)}, {own}"
    whole = f"{select}, row_number() OVER () AS _row FROM read_parquet({file})"
    numbered = f"{select}, file_row_number + 1 AS _row FROM read_parquet({file}, file_row_number := true)"
    taken = any(str(row[0]).casefold() == _NUMBER for row in described)
    pieces = [f"{numbered} WHERE {_NUMBER} BETWEEN {at} AND {at + size - 1}" for at in range(0, total, size)]
    copied((whole,) if taken or total <= size else tuple(pieces), target, engine)
    return total


def _as_text(column: str, kind: str) -> str:
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    return f"CAST(to_json({column}) AS VARCHAR)" if nested else f"CAST({column} AS VARCHAR)"


def quoted(name: str) -> str:
    """A delivered name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
