"""Runs `windvane` as a person does, in a process of its own, and says what that process cost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple


class Spent(NamedTuple):
    """What one process took, and what it said."""

    cpu_s: float  # user and system, with all its threads
    wall_s: float
    out: str


def python(*words: str, cwd: Path, bytecode: Path) -> Spent:
    """Run the interpreter with `words`; `bytecode` caches what it compiles, as an installation does."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([sys.executable, *words], cwd=cwd, env=environment, capture_output=True, text=True)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 4):  # 4: something waits for a person
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return Spent(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall, done.stdout + done.stderr)


def windvane(*words: str, cwd: Path, bytecode: Path) -> Spent:
    """Run one command."""
    return python("-m", "windvane", *words, cwd=cwd, bytecode=bytecode)
