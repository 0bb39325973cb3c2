"""Whatever a CSV writer wrote lands cell by cell as it was, or is refused; rows are never lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.conftest import Dock
from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.errors import Unreadable
from windvane.domain.estate import Reading

ODD = st.text(alphabet=st.sampled_from(list("ab1 ,;|\t'\"\n\r.-#\\é漢😀%:{[<=")), max_size=8)
CELL = st.one_of(ODD, st.integers().map(str), st.sampled_from(["", "2024-01-31", "1.5", "null", "3,5"]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=12))
    return [f"name_{i}" for i in range(width)], rows


def written(header: list[str], rows: list[list[str]], delimiter: str, end: str) -> str:
    """What a careful writer makes; Python's own leaves a carriage return bare when lines end with a line feed."""

    def cell(text: str) -> str:
        odd = any(c in text for c in (delimiter, '"', "\n", "\r")) or (not text and len(header) == 1)
        return '"' + text.replace('"', '""') + '"' if odd else text

    return "".join(delimiter.join(map(cell, row)) + end for row in [header, *rows])


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=tables(), delimiter=st.sampled_from([",", ";", "\t", "|"]), end=st.sampled_from(["\n", "\r\n"]))
def test_every_cell_lands_as_written_or_the_file_is_refused(
    engine: Scratch, table: tuple[list[str], list[list[str]]], delimiter: str, end: str
) -> None:
    header, rows = table
    with tempfile.TemporaryDirectory() as folder:
        dock = Dock(Path(folder), engine)
        try:
            batch = dock.land(written(header, rows, delimiter, end))
        except Unreadable as refusal:
            assert refusal.why
            return
        assert batch.rows_read == batch.accepted + batch.quarantined
        if list(batch.columns) == header:
            assert batch.rows_read == len(rows)
            kept = {number: row for number, row in zip(dock.row_numbers(batch), dock.cells(batch), strict=True)}
            for number, cells in kept.items():
                assert [c or "" for c in cells] == rows[number - 1]
            for number, _reason, _raw in dock.aside(batch):
                assert number not in kept
        else:
            pytest.fail(f"read with other columns: {batch.columns} instead of {header}, {rows}")


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_with_a_known_reading_every_row_lands(
    engine: Scratch, table: tuple[list[str], list[list[str]]], delimiter: str
) -> None:
    header, rows = table
    with tempfile.TemporaryDirectory() as folder:
        dock = Dock(Path(folder), engine)
        reading = Reading(delimiter=delimiter)
        batch = dock.land(written(header, rows, delimiter, "\n"), reading=reading, columns=tuple(header))
        assert batch.quarantined == 0
        assert [[c or "" for c in row] for row in dock.cells(batch)] == rows


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(alphabet=st.sampled_from(list('ab1,"\n\r ')), max_size=120))
def test_damaged_text_is_accounted_for_line_by_line(engine: Scratch, body: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dock = Dock(Path(folder), engine)
        text = "id,name,price\n" + "1,pear,2.5\n" * 30 + body
        reading = Reading()
        batch = dock.land(text, reading=reading, columns=("id", "name", "price"))
        assert batch.rows_read == batch.accepted + batch.quarantined
        assert dock.cells(batch)[:29] == [("1", "pear", "2.5")] * 29  # the last may be the start of what follows
        ordinals = [*dock.row_numbers(batch), *(row for row, _, _ in dock.aside(batch))]
        assert sorted(ordinals) == list(range(1, batch.rows_read + 1))
        kept = sum(len(raw) for _, _, raw in dock.aside(batch))
        assert kept <= len(body) + len("1,pear,2.5")
