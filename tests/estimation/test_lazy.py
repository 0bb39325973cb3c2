"""Estimation costs nothing where nothing is estimated: commands that look import none of its libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numpy", "scipy", "sklearn", "lightgbm")


@pytest.mark.parametrize("words", [["--help"], ["status"], ["run"], ["products"]])
def test_a_command_without_estimates_imports_no_estimation(words: list[str], tmp_path: Path) -> None:
    code = (
        f"import sys, atexit; sys.argv[1:] = {words!r}\n"
        f"atexit.register(lambda: print('loaded', [m for m in {HEAVY!r} if m in sys.modules]))\n"
        "from windvane.__main__ import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.splitlines()[-1] == "loaded []", done.stdout + done.stderr


def test_naming_recipes_imports_nothing_heavy() -> None:
    """Trees and learning libraries come with the estimator that needs them, and with no other."""
    code = (
        "import sys\n"
        "from windvane.stack.estimation.backtest import backtest\n"
        "from windvane.stack.estimation.estimator import estimator_named, estimators\n"
        "[estimator_named(n) for n in estimators() if n not in ('boosting', 'classifier')]\n"
        "print([m for m in ('lightgbm', 'sklearn', 'scipy', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
