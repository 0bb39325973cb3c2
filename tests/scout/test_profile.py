"""The profile counts exactly on small files, closely on large ones, and finds what the sample did not show."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from scout.places import Place
from windvane.domain.batch import Profile
from windvane.stack.quality.profile import profile


def profiled(place: Place, path: Path, *columns: str) -> Profile:
    return profile(place.engine, (path,), columns)


def large(place: Place, sql: str, rows: int = 120_000) -> Path:
    path = place.root / "large.parquet"
    place.engine.execute(
        f"COPY (SELECT {sql}, 'b' AS _batch, CAST(1 AS BIGINT) AS _seq, i + 1 AS _row FROM range({rows}) t(i)) "
        f"TO '{path}' (FORMAT parquet)"
    )
    return path


def test_a_small_file_is_counted_exactly(place: Place) -> None:
    values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
    rows = [(v, "" if v == 1 else f"2024-01-{v:02d}", "N/A" if v == 9 else f"{v},50") for v in values]
    path = place.land("small", ["n", "d", "x"], rows)
    found = profiled(place, path, "n", "d", "x")
    n, d, x = found.columns
    assert found.rows == 11
    assert (n.type, n.distinct, n.minimum, n.maximum, n.nulls) == ("bigint", 7, "1", "9", 0)
    assert n.mean == pytest.approx(statistics.mean(values))
    assert n.deviation == pytest.approx(statistics.stdev(values))
    assert n.quantiles[2] == 4
    assert n.top[0] == ("5", 3)
    assert (d.type, d.nulls, d.minimum, d.maximum) == ("date", 2, "2024-01-02", "2024-01-09")
    assert (x.type, x.grammar, x.null_tokens, x.nulls) == ("decimal(18,2)", "decimal:point=,", ("N/A",), 1)


def test_a_large_file_is_counted_over_all_rows(place: Place) -> None:
    path = large(
        place,
        "CAST(i AS VARCHAR) AS id, CAST(i % 100 AS VARCHAR) AS few, CASE WHEN i % 4 = 0 THEN '' ELSE CAST(i / "
        "8.0 AS VARCHAR) END AS x",
    )
    found = profiled(place, path, "id", "few", "x")
    identity, few, x = found.columns
    assert found.rows == 120_000
    assert (identity.type, identity.minimum, identity.maximum) == ("bigint", "0", "119999")
    assert identity.distinct == pytest.approx(120_000, rel=0.1)
    assert identity.mean == pytest.approx(59_999.5)
    assert identity.quantiles[2] == pytest.approx(60_000, rel=0.1)
    assert (few.distinct, few.top[0][1]) == (100, 1200)
    assert (x.nulls, x.type) == (30_000, "decimal(18,3)")


def test_one_leading_zero_outside_the_sample_makes_identifiers_of_numbers(place: Place) -> None:
    path = large(place, "CASE WHEN i = 77777 THEN '007' ELSE CAST(i + 1 AS VARCHAR) END AS code")
    (code,) = profiled(place, path, "code").columns
    assert (code.type, code.grammar) == ("varchar", "text")


def test_a_few_misfits_outside_the_sample_are_counted_and_many_change_the_type(place: Place) -> None:
    path = large(place, "CASE WHEN i = 77777 THEN 'oops' ELSE CAST(i AS VARCHAR) END AS n")
    (n,) = profiled(place, path, "n").columns
    assert (n.type, n.misfits) == ("bigint", 1)
    path = large(place, "CASE WHEN i BETWEEN 70000 AND 80000 THEN 'oops' || i ELSE CAST(i AS VARCHAR) END AS n")
    (n,) = profiled(place, path, "n").columns
    assert n.type == "varchar"


def test_more_decimals_outside_the_sample_widen_the_type(place: Place) -> None:
    path = large(place, "CASE WHEN i = 77777 THEN '1.23456' ELSE printf('%.2f', i / 7.0) END AS x")
    (x,) = profiled(place, path, "x").columns
    assert (x.type, x.misfits) == ("decimal(18,5)", 0)


def test_an_ambiguous_column_follows_its_sure_sibling(place: Place) -> None:
    rows = [(f"{i},{i:03d}", f"{i},5") for i in range(1, 50)]
    path = place.land("euro", ["a", "b"], rows)
    a, _ = profiled(place, path, "a", "b").columns
    assert (a.grammar, a.confidence, a.runner_up) == ("decimal:point=,", 0.85, "integer:group=,")


def test_personal_values_stay_out_of_the_profile(place: Place) -> None:
    path = place.land("people", ["email", "n"], [(f"p{i % 5}@mail.example", i) for i in range(50)])
    email, _ = profiled(place, path, "email", "n").columns
    assert (email.minimum, email.maximum, email.top) == ("", "", ())
    assert email.distinct == 5


def test_empty_files_odd_names_and_columns_without_values(place: Place) -> None:
    empty = place.land("empty", ["a"], [])
    assert profiled(place, empty, "a").rows == 0
    odd = place.land("odd", ['he said "hi"; DROP TABLE x', "naïve 🙂"], [("1", None), ("2", "")])
    first, second = profiled(place, odd, 'he said "hi"; DROP TABLE x', "naïve 🙂").columns
    assert (first.type, first.distinct) == ("bigint", 2)
    assert (second.nulls, second.distinct, second.confidence) == (2, 0, 0.1)


def test_two_batches_of_which_one_has_a_new_column(place: Place) -> None:
    one = place.land("grown", ["a"], [(i,) for i in range(10)])
    two = place.land("grown", ["a", "b"], [(i, "x") for i in range(10)])
    found = profile(place.engine, (one, two), ("a", "b"))
    assert found.rows == 20
    assert [c.nulls for c in found.columns] == [0, 10]
