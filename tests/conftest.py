"""Its place puts `tests/` on the path: tests say `from harness.killing import sweep`. No telemetry, ever."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"  # before any test imports it
os.environ["MAX_FORK_WORKERS"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

from harness.postgres import postgres, postgres_server  # noqa: F401
from windvane.adapters import secrets


@pytest.fixture(autouse=True)
def _forgotten_secrets() -> Iterator[None]:
    """What one test resolved is no secret of the next one, which runs in the same process."""
    before = set(secrets._resolved)
    yield
    secrets._resolved.intersection_update(before)
