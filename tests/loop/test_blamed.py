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


def test_a_folder_with_one_bad_file_is_founded_on_the_others(tmp_path: Path) -> None:
    files, estate = found(tmp_path / "files", days=40), tmp_path / "estate"
    for day in range(40, 48):
        orders(files / f"orders_{day}.csv", first=day, days=1)
    head, *rows = (files / "orders_44.csv").read_text().splitlines()
    retold = [f"{r.rpartition(',')[0]},{float(r.rpartition(',')[2]) + 7:.2f}" for r in rows]
    (files / "orders_99.csv").write_text("\n".join([head, *retold]) + "\n")
    init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)

    report = run(estate, emit=lambda _: None)

    assert report.products == ("daily_total_amount",)
    assert len(report.held) == 1, "a question about the one file"
    shown = wv.open(estate)["core.orders"].arrow().to_pylist()
    assert len({row["ordered_on"] for row in shown}) == 48
    delivered = sorted(float(r.rpartition(",")[2]) for r in rows)
    assert sorted(float(r["amount"]) for r in shown if str(r["ordered_on"])[:10] == rows[0].split(",")[1]) == delivered


def test_a_question_about_two_stays_open_for_the_one_that_is_not_delivered_again(tmp_path: Path) -> None:
    files, estate = found(tmp_path / "files", days=40), tmp_path / "estate"
    init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)
    run(estate, emit=lambda _: None)
    whole = {day: orders(files / f"orders_{day}.csv", first=day, days=1).read_text() for day in (40, 41)}
    for day, text in whole.items():  # both come without amounts
        cut = "\n".join(line.rpartition(",")[0] for line in text.splitlines())
        (files / f"orders_{day}.csv").write_text(cut + "\n")
    first = run(estate, emit=lambda _: None)
    assert len(first.held) == 1, "one question about both"

    (files / "orders_40.csv").write_text(whole[40])
    again = run(estate, emit=lambda _: None)

    shown = {str(row["ordered_on"])[:10] for row in wv.open(estate)["core.orders"].arrow().to_pylist()}
    assert len(shown) == 41
    assert len(again.asks) == 1, "the other one is asked about, not lost"


def test_later_deliveries_with_the_same_trouble_join_one_question(tmp_path: Path) -> None:
    files, estate = found(tmp_path / "files", days=FIRST), tmp_path / "estate"
    init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)
    run(estate, emit=lambda _: None)
    asks = []
    for day in range(FIRST, FIRST + 3):
        head, *rows = orders(files / f"orders_{day}.csv", first=day, days=1).read_text().splitlines()
        bad = "\n".join([head, *(_negative(r) if i % 5 else r for i, r in enumerate(rows))])
        (files / f"orders_{day}.csv").write_text(bad + "\n")
        asks.append(len(run(estate, emit=lambda _: None).asks))
    assert asks == [1, 1, 1]
    orders(files / f"orders_{FIRST + 3}.csv", first=FIRST + 3, days=1)
    run(estate, emit=lambda _: None)
    shown = {str(row["ordered_on"])[:10] for row in wv.open(estate)["core.orders"].arrow().to_pylist()}
    assert len(shown) == FIRST + 1, "the sound day after them is no late one"
