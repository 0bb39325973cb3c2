"""An estate with one promoted batch, built once for all tests of the warehouse and copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from estate_kit import FIRST, build, fresh, land, promote

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse
from windvane.domain.batch import Batch


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Batch]:
    """The folder of a closed estate, and the batch it shows."""
    root = tmp_path_factory.mktemp("built") / "estate"
    root.mkdir()
    batch = land(root, FIRST, seq=1)
    with fresh(root) as warehouse:
        warehouse.transition(build(batch), decision="D-1", judge=promote)
    return root, batch


@pytest.fixture
def root(built: tuple[Path, Batch], tmp_path: Path) -> Path:
    """A copy of the built estate, so also a moved one."""
    shutil.copytree(built[0], tmp_path / "estate")
    return tmp_path / "estate"


@pytest.fixture
def first(built: tuple[Path, Batch]) -> Batch:
    """The batch that the built estate shows."""
    return built[1]


@pytest.fixture
def warehouse(root: Path) -> Iterator[SqlmeshWarehouse]:
    """An open warehouse with one promoted batch."""
    with open_warehouse(root) as opened:
        yield opened
