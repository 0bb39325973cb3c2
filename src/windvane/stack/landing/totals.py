"""Finds the total row that people leave at the end of a table, by its label and by what its numbers are."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pyarrow.parquet as pq

from windvane.domain.batch import ColumnProfile
from windvane.domain.ports import Engine
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.rawstore import written
from windvane.stack.landing.rowfile import OWN
from windvane.stack.quality.canonical import canonical_sql
from windvane.stack.quality.profile import profile

REASON = "line: total row"  # as other lines that are no rows, it is never screened again
_LABELS = frozenset(
    unicodedata.normalize("NFC", label)
    for label in (
        "total", "totals", "grand total", "sum", "sum total", "overall total", "total general", "total général",
        "totaux", "somme", "gesamt", "gesamtsumme", "gesamtergebnis", "summe", "insgesamt", "endsumme", "totale",
        "totale generale", "somma", "totales", "suma", "suma total", "total geral", "totais", "soma", "totaal",
        "eindtotaal", "totalt", "summa", "i alt", "yhteensä", "razem", "ogółem", "celkem", "spolu", "összesen",
        "skupaj", "ukupno", "итого", "всего", "разом", "toplam", "genel toplam", "合计", "总计", "合計",
    )
)  # fmt: skip
_FEWEST = 3  # rows: two that are added up, and the total


def total_row(path: Path, last: dict[str, str], *, engine: Engine) -> int:
    """The `_row` of the last row of a landed file when it is the total of the others; 0 when evidence is missing.

    `last` are its filled cells. Evidence is one cell that says so and is said nowhere else in its column, and either
    every other filled cell is the exact sum of its column, or no other cell is filled, as in no other row.
    Raises `Failed` (`engine.*`).
    """
    labels = [name for name, text in last.items() if _label(text) in _LABELS]
    names = pq.read_schema(path).names[: -len(OWN)]
    if len(labels) != 1 or len(names) < 2:
        return 0
    rows = f"read_parquet({literal(str(path))})"
    label, said = labels[0], literal(last[labels[0]])
    rest = [n for n in names if n != label]
    bare = " AND ".join(f"coalesce(trim({quoted(n)}), '') = ''" for n in rest)
    found = engine.rows(
        f"SELECT max(_row), count(*), count(*) FILTER (WHERE {quoted(label)} = {said}), count(*) FILTER (WHERE {bare}) "
        f"FROM {rows}"
    )
    place, count, labelled, empty = (int(str(n)) for n in found[0])
    if count < _FEWEST or labelled > 1:
        return 0
    filled = tuple(n for n in last if n != label)
    shown = _adds_up(path, filled, place, engine) if filled else empty == 1
    return place if shown else 0


def without_row(path: Path, place: int) -> None:
    """Write the landed file `path` again without the row `place`, its last one."""
    file = pq.ParquetFile(path)
    with written(path) as temporary, pq.ParquetWriter(temporary, file.schema_arrow, compression="zstd") as target:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            kept = table.num_rows - (table.column("_row")[-1].as_py() == place)
            target.write_table(table.slice(0, kept))
    file.close()


def _label(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).casefold().strip(" \t:.*=-"))


def _adds_up(path: Path, names: tuple[str, ...], place: int, engine: Engine) -> bool:
    """Whether each of these cells of the row `place` is the sum of the cells above it, and not all are zero."""
    seen = profile(engine, (path,), names)
    if any(not _number(c) or c.misfits for c in seen.columns):
        return False
    tests = ", ".join(_test(c, place) for c in seen.columns)
    found = engine.rows(f"SELECT {tests} FROM read_parquet({literal(str(path))})")[0]
    return all(found[0::2]) and any(found[1::2])


def _number(column: ColumnProfile) -> bool:
    return column.type in ("bigint", "double") or column.type.startswith("decimal")


def _test(column: ColumnProfile, place: int) -> str:
    """Two conditions: the last value is the sum of the others; it is not zero."""
    text = canonical_sql(column.grammar, quoted(column.name), column.null_tokens)
    value = f"CAST({text} AS {column.type})"
    total, others = f"max({value}) FILTER (WHERE _row = {place})", f"sum({value}) FILTER (WHERE _row <> {place})"
    same = f"{total} = {others}"
    if column.type == "double":
        same = f"abs({total} - {others}) <= 1e-12 * abs({total})"
    return f"coalesce({same}, FALSE), coalesce({total} <> 0, FALSE)"
