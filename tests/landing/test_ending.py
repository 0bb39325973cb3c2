"""What the last line of a file tells: cut inside it, or only without its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from windvane.domain.batch import Batch, ColumnProfile, Profile
from windvane.domain.estate import Reading
from windvane.stack.landing.ending import last_cell, looked_at

COLUMNS = ("number", "way")
KNOWN = Profile(rows=90, columns=(ColumnProfile(name="way", type="varchar", distinct=3,
                                                top=(("RAIL", 40), ("REG AIR", 30), ("AIR", 20))),))  # fmt: skip


def batch(number: int, rows: int, *, profile: Profile | None = KNOWN) -> Batch:
    return Batch(id=f"s-{number}", source="s", delivery=f"{number}.csv", digest=str(number), landed_at="",
                 rows_read=rows, accepted=rows, reading=Reading(), columns=COLUMNS, profile=profile)  # fmt: skip


@pytest.mark.parametrize(("end", "cut"), [("RAIL", False), ('"RAIL"', False), ("RA", True), ("", True), ("SHIP", True)])
def test_a_small_file_is_cut_unless_its_last_cell_is_whole(tmp_path: Path, end: str, cut: bool) -> None:
    file = tmp_path / "9.csv"
    file.write_text(f"number,way\n1,AIR\n2,{end}")
    found = looked_at(batch(9, 2), file, [batch(n, 30 + n) for n in range(4)])
    assert found.unended and bool(found.cut) == cut


def test_a_value_that_another_begins_with_proves_nothing(tmp_path: Path) -> None:
    longer = Profile(rows=9, columns=(ColumnProfile(name="way", type="varchar", distinct=2,
                                                    top=(("RAIL", 5), ("RAIL FREIGHT", 4))),))  # fmt: skip
    (tmp_path / "9.csv").write_text("number,way\n1,RAIL")
    assert looked_at(batch(9, 1), tmp_path / "9.csv", [batch(n, 30, profile=longer) for n in range(4)]).cut


def test_a_column_of_many_values_proves_nothing(tmp_path: Path) -> None:
    many = Profile(rows=9, columns=(ColumnProfile(name="way", type="varchar", distinct=40, top=(("RAIL", 5),)),))
    (tmp_path / "9.csv").write_text("number,way\n1,RAIL")
    assert looked_at(batch(9, 1), tmp_path / "9.csv", [batch(n, 30, profile=many) for n in range(4)]).cut


def test_the_last_cell_of_a_long_file(tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_bytes(("a;b\n" + "x;yé\n" * 40_000 + '1;"last"').encode("latin-1"))
    assert last_cell(tmp_path / "long.csv", Reading(encoding="latin-1", delimiter=";")) == "last"
