"""Writes the real output of `windvane demo` into the README, between its marks: `python scripts/render_readme.py`.

Seconds are this machine's and are written as they were; `tests/docs` compares everything else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
FIRST, LAST = "<!-- demo: written by scripts/render_readme.py -->\n```text\n", "```\n<!-- /demo -->"


def played() -> str:
    """What `windvane demo` prints, in an empty folder."""
    env = {**os.environ, "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "windvane", "demo"], cwd=folder, env=env, capture_output=True, text=True, check=True
        )
    return done.stdout


def shown(readme: str) -> str:
    """The block that stands in the README now."""
    return readme.partition(FIRST)[2].partition(LAST)[0]


def main() -> None:
    """Write the block."""
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(FIRST + shown(text) + LAST, FIRST + played() + LAST), encoding="utf-8")


if __name__ == "__main__":
    main()
