"""`kill -9` at every durable write: never torn, and doing the same again ends in the same state, once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
RUNNER = Path(__file__).with_name("kill_runner.py")
POINTS = {
    "lock.write",
    "lock.written",
    "warehouse.trial",
    "warehouse.tried",
    "warehouse.trial.dropped",
    "warehouse.begun",
    "warehouse.built",
    "warehouse.commit",
    "warehouse.committed",
    "publish.file",
    "publish.file.written",
    "publish.manifest",
    "publish.manifest.swapped",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """One line per point, the state before any kill and the state without one first."""
    home = tmp_path_factory.mktemp("kill")
    done = subprocess.run(
        [sys.executable, str(RUNNER), str(home)],
        env={**os.environ, "PYTHONPATH": str(RUNNER.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_durable_write_was_killed(told: list[dict[str, object]]) -> None:
    assert {line["point"] for line in told[1:]} == POINTS
    assert {line["status"] for line in told[1:]} == {signal.SIGKILL}


def test_a_killed_process_leaves_the_state_before_or_the_state_after(told: list[dict[str, object]]) -> None:
    before, done = told[0]["before"], told[0]["done"]
    assert isinstance(before, dict)
    assert isinstance(done, dict)
    for line in told[1:]:
        left = line["left"]
        assert isinstance(left, dict)
        committed = left["commits"] == done["commits"]
        for part in ("closes", "commits", "batches", "arriving"):
            assert left[part] == (done if committed else before)[part], line["point"]
        assert left["released"] in (before["released"], done["released"]), line["point"]


def test_the_same_work_ends_in_the_same_state_once(told: list[dict[str, object]]) -> None:
    for line in told[1:]:
        assert (line["again"], line["after"]) == (0, told[0]["done"]), line["point"]
