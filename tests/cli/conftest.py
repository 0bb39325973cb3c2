"""An estate whose ledger tells the story of `cli_story`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_story import Writer, build, heal, hold, minute

from windvane.adapters.ledger import Ledger


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """An estate folder with the whole story in its ledger."""
    folder = tmp_path / "my-estate"
    (folder / ".windvane").mkdir(parents=True)
    (folder / "windvane.toml").write_text('name = "funds"\n')
    ticks: Iterator[int] = iter(range(1000))
    ledger = Ledger(folder / ".windvane" / "ledger.sqlite", clock=lambda: minute(next(ticks)))
    write = Writer(ledger)
    for chapter in (build, heal, hold):
        chapter(write)
    ledger.close()
    return folder


@pytest.fixture
def append(estate: Path) -> Iterator[Writer]:
    """Goes on with the story in the same ledger."""
    ledger = Ledger(estate / ".windvane" / "ledger.sqlite", clock=lambda: "2026-11-23T10:00:00.000+00:00")
    yield Writer(ledger, 1000)
    ledger.close()
