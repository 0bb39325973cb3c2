"""Lands Parquet: every value as text, exactly; nested values as JSON text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from windvane.domain.errors import Unreadable
from windvane.domain.ports import Engine
from windvane.stack.landing.header import unique


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
    engine.execute(
        f"COPY (SELECT {', '.join(spelled)}, ?::VARCHAR AS _batch, ?::BIGINT AS _seq, row_number() OVER () AS _row "
        f"FROM read_parquet(?)) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)",
        [batch, seq, str(path)],
    )
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
