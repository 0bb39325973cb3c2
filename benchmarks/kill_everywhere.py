"""Kills the first build of an estate at every single write, and looks at what each resumed run leaves. Goal: torn=0.

    python -m benchmarks.kill_everywhere [--every 1]

The sweep of `tests/loop/test_kill.py`: each round sets the stage anew, kills the run at its next crash point with
`kill -9`, runs again to the end, and compares rows, promotions, the hash chain of the ledger and the files.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"


def main() -> None:
    """Run the sweep; a state that is torn is told, and counted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="kill at every n-th write only")
    options = parser.parse_args()
    sys.path[:0] = [str(TESTS), str(TESTS / "loop")]
    kill_story = importlib.import_module("kill_story")
    harness = importlib.import_module("harness.killing")
    with tempfile.TemporaryDirectory() as folder:
        place = kill_story.found(Path(folder))
        names = harness.points(lambda: kill_story.run(place), lambda: kill_story.fresh(place))
        print(f"{len(names)} writes in one undisturbed run, at {len(set(names))} kinds of places", flush=True)

        def check(n: int) -> None:
            if n % 10 == 1:
                print(f"killed at write {n} of {len(names)}", flush=True)
            try:
                kill_story.check(place)
            except AssertionError as error:
                name = names[n - 1] if n <= len(names) else "the end"
                (Path(folder) / "torn").open("a").write(f"killed at {n} ({name}): {' '.join(str(error).split())}\n")

        kills = harness.sweep(
            lambda: kill_story.run(place), check, lambda: kill_story.fresh(place), every=options.every
        )
        told = Path(folder) / "torn"
        torn = told.read_text().splitlines() if told.exists() else []
    print("\n".join(torn), end="\n" if torn else "")
    print(f"kills={kills} torn={len(torn)}")


if __name__ == "__main__":
    main()
