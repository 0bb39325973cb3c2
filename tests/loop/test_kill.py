"""Killed anywhere, a run resumes to the same rows, one promotion, one ledger line."""

from __future__ import annotations

import os
from pathlib import Path

import kill_story
import pytest

from harness.killing import points, sweep

EVERY = int(os.environ.get("WINDVANE_KILL_EVERY", "6"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_first_build_survives_kills(tmp_path: Path) -> None:
    stage = kill_story.found(tmp_path)
    names = points(lambda: kill_story.run(stage), lambda: kill_story.fresh(stage))
    assert len(names) > 40, names
    kills = sweep(
        lambda: kill_story.run(stage), lambda _: kill_story.check(stage), lambda: kill_story.fresh(stage), every=EVERY
    )
    assert kills >= len(names) // EVERY
