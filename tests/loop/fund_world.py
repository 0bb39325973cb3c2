"""A small world of funds that follow an index, each in its own measure; another series has nothing to do with them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

FUNDS, DAYS, ALL = 10, 400, 420  # days that are there at first, and later
GOAL = (
    "Every trading day at 16:00, estimate each fund's return for that day; net asset values appear the same evening; "
    "mean daily rank correlation at least 0.3 and mean absolute error at most 60 basis points"
)


def make(folder: Path, *, days: int = DAYS, seed: int = 4) -> None:
    """Write `nav.csv`, `broad_index.csv` and `oil.csv` up to a day; a fund ends half way, another one begins late."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    calendar = [d for d in (date(2020, 1, 1) + timedelta(n) for n in range(2 * ALL)) if d.weekday() < 5][:ALL]
    market = [chance.gauss(0, 0.011) for _ in calendar]
    oil = [chance.gauss(0, 0.02) for _ in calendar]
    _levels(folder / "broad_index.csv", calendar[:days], market, start=5000.0)
    _levels(folder / "oil.csv", calendar[:days], oil, start=60.0)
    rows = ["fund,nav_date,nav"]
    for n in range(FUNDS):
        beta, nav = 0.2 + 0.18 * n, 20.0 + 7 * n
        first, last = (0, DAYS // 2) if n == 3 else (DAYS // 3, ALL) if n == 5 else (0, ALL)
        for at in range(first, last):
            nav *= 1 + beta * market[at] + chance.gauss(0, 0.003)
            rows += [f"Fund{n},{calendar[at].isoformat()},{nav:.4f}"] if at < days else []
    (folder / "nav.csv").write_text("\n".join(rows) + "\n")


def _levels(path: Path, calendar: list[date], moves: list[float], *, start: float) -> None:
    lines, level = ["Date,Close"], start
    for day, move in zip(calendar, moves, strict=False):
        level *= 1 + move
        lines.append(f"{day:%d-%b-%Y},{level:.2f}")
    path.write_text("\n".join(lines) + "\n")
