"""A sign that turns in many rows is asked about, in what is counted and in the numbers that name something."""

from __future__ import annotations

import pytest
from inspected import Bench

from windvane.domain.estate import Column, Contract
from windvane.stack.quality.budget import split
from windvane.stack.quality.checks import sign_share

CONTRACT = Contract(
    relation="core.lines",
    columns=(
        Column(name="id", type="bigint"),
        Column(name="part", type="bigint", meaning="identifier"),
        Column(name="amount", type="double", meaning="amount"),
    ),
    key=("id",),
)


def rows(day: int, *, part: int = 1, amount: int = 1) -> list[tuple[object, ...]]:
    return [(day * 40 + n, part * (n + 1), amount * (n + 0.5)) for n in range(40)]


@pytest.mark.parametrize("turned", ["part", "amount"])
def test_numbers_that_count_or_name_keep_their_sign(turned: str) -> None:
    bench = Bench(CONTRACT)
    for day in range(8):
        bench.admit(rows(day))
    (wish,) = sign_share.wishes(bench.table())
    rule = sign_share.render(bench.table(), split((wish,))[0])
    assert not bench.breaks(rule, rows(8))
    assert bench.breaks(rule, rows(8, **{turned: -1}))
