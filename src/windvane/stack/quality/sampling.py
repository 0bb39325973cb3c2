"""A deterministic sample of text Parquet files: blocks of rows spread from the first to the last."""

from __future__ import annotations

from pathlib import Path

from windvane.domain.ports import Engine
from windvane.stack import packs

SAMPLE_ROWS = 20_000
SMALL_ROWS = 50_000  # up to here all rows are the sample
_BLOCKS = 5


def identifier(name: str) -> str:
    """A column name as a quoted SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def take_sample(engine: Engine, paths: tuple[Path, ...], columns: tuple[str, ...], *, into: str) -> tuple[int, int]:
    """Make the temporary table `into`; returns (rows of all files, rows of the sample).

    Five blocks of consecutive rows by `_row`, so that only a few row groups are decoded.
    """
    relation = packs.relation(paths, engine)
    ((total, last),) = engine.rows(f"SELECT count(*), coalesce(max(_row), 0) FROM {relation}")
    rows, end = int(str(total)), int(str(last))
    listed = ", ".join(identifier(c) for c in columns)
    where = ""
    if rows > SMALL_ROWS:
        size = SAMPLE_ROWS // _BLOCKS if len(paths) == 1 else max(1, SAMPLE_ROWS // (_BLOCKS * len(paths)))
        starts = [round((end - size) * i / (_BLOCKS - 1)) for i in range(_BLOCKS)]
        where = " WHERE " + " OR ".join(f"_row BETWEEN {max(1, s)} AND {max(1, s) + size - 1}" for s in starts)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {listed} FROM {relation}{where}")
    ((sampled,),) = engine.rows(f"SELECT count(*) FROM {into}")
    return rows, int(str(sampled))
