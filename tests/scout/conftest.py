"""An empty place for every story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scout.places import Place
from windvane.adapters.warehouses.scratch import Scratch


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    engine = Scratch(tmp_path / "spill")
    yield Place(tmp_path, engine)
    engine.close()
