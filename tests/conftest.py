"""Its place puts `tests/` on the path: tests say `from harness.killing import sweep`. No telemetry, ever."""

from __future__ import annotations

import os

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"  # before any test imports it
os.environ["MAX_FORK_WORKERS"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

from harness.postgres import postgres, postgres_server  # noqa: F401
