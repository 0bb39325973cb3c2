"""Reads many small text files as a few: the relation over them, with packs made by the engine that reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from windvane.domain.packs import copy, packed, select
from windvane.domain.ports import Engine


def relation(files: Sequence[Path], engine: Engine) -> str:
    """What stands behind FROM to see the rows of text files, each with every column that one of them has."""
    return select(packed(files, lambda members, target: engine.execute(copy(members, target))))
