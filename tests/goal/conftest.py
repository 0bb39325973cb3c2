"""The small worlds that goals are read in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from goal_worlds import made_of

from windvane.agents.analyst import Catalog


@pytest.fixture
def world() -> Callable[[str], Catalog]:
    return made_of
