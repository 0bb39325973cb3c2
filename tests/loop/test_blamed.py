"""One bad delivery among many that come at once keeps only itself out, and is found without trying each alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from shop import GOAL, found, orders

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app.founding import init
from windvane.app.running import run
from windvane.domain.entry import Tried

FIRST, DAYS, BAD = 60, 14, 66


def test_the_deliveries_beside_a_bad_one_come_in_together(tmp_path: Path) -> None:
    files, estate = found(tmp_path / "files", days=FIRST), tmp_path / "estate"
    init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)
    run(estate, emit=lambda _: None)
    before = _trials(estate)
    for day in range(FIRST, FIRST + DAYS):
        orders(files / f"orders_{day}.csv", first=day, days=1)
    bad = files / f"orders_{BAD}.csv"
    head, *rows = bad.read_text().splitlines()
    bad.write_text("\n".join([head, *(_negative(r) if i % 5 else r for i, r in enumerate(rows))]) + "\n")

    report = run(estate, emit=lambda _: None)

    assert len(report.held) == 1
    shown = {str(row["ordered_on"])[:10] for row in wv.open(estate)["core.orders"].arrow().to_pylist()}
    assert len(shown) == FIRST + DAYS - 1
    named = [t.blamed for t in _tried(estate)[before:] if t.blamed]
    assert len(named) == 1 and len(named[0]) == 1, "the trial of all of them names the one"
    assert _trials(estate) - before <= 7, "all, those before it, the bad one with its repairs, those after it"


def _negative(row: str) -> str:
    rest, _, amount = row.rpartition(",")
    return f"{rest},-{amount}"


def _tried(estate: Path) -> list[Tried]:
    with closing(Ledger(estate / ".windvane" / "ledger.sqlite")) as ledger:
        return [e.body.trial for e in ledger.entries() if isinstance(e.body, Tried)]  # type: ignore[misc]


def _trials(estate: Path) -> int:
    return len(_tried(estate))
