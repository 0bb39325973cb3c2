"""Killed anywhere, a run resumes to the same rows, one promotion, one ledger line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EVERY = int(os.environ.get("WINDVANE_KILL_EVERY", "18"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_first_build_survives_kills() -> None:
    """In a process of its own: a process that has threads of an engine must not fork."""
    call = [sys.executable, "-m", "benchmarks.kill_everywhere", "--every", str(EVERY)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=880)
    assert done.returncode == 0, done.stdout + done.stderr
    writes = int(re.findall(r"(\d+) writes in one undisturbed run", done.stdout)[0])
    kills, torn = map(int, re.findall(r"kills=(\d+) torn=(\d+)", done.stdout)[0])
    assert writes > 40 and kills >= writes // EVERY
    assert torn == 0, done.stdout
