"""The days that we count ourselves are those that SQLMesh steps through."""

from __future__ import annotations

import pytest
from sqlmesh.core.node import IntervalUnit

from windvane.adapters.warehouses.sqlmesh.scheduling import DAY_MS, days, stepped

_1900 = -2_208_988_800_000


@pytest.mark.parametrize("start", [0, DAY_MS * 11_000, _1900, DAY_MS * 5 + 1, DAY_MS * 5 + DAY_MS // 2])
@pytest.mark.parametrize("length", [0, 1, DAY_MS - 1, DAY_MS, DAY_MS + 1, DAY_MS * 800, DAY_MS * 800 + 5])
@pytest.mark.parametrize("unit", [IntervalUnit.DAY, IntervalUnit.HOUR, IntervalUnit.MONTH])
def test_days_are_those_of_sqlmesh(start: int, length: int, unit: IntervalUnit) -> None:
    length = length if unit is IntervalUnit.DAY else length % (DAY_MS * 40)
    assert days(start, start + length, unit) == stepped(start, start + length, unit)
