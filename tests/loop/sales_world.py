"""A small world of shops: sales follow the weekday and each town's own weather; older years lie in an archive."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from pathlib import Path

SHOPS = ("Aalen", "Bonn", "Celle", "Dachau", "Emden", "Fulda", "Goslar", "Hof")
START, DAYS = date(2022, 1, 3), 420
GOAL = "Forecast tomorrow's units of each shop, mean absolute error at most 9"


def sales(days: int = DAYS, *, seed: int = 7, weekly: float = 14.0, wet: float = 5.0) -> list[tuple[date, str, float]]:
    """(day, shop, units): a level that wanders, the weekday, and the rain of the day before in the shop's own town."""
    chance, rows = random.Random(seed), list[tuple[date, str, float]]()
    fell = {(day, shop): mm for day, shop, mm in rain(days + 1, seed=seed)}
    for n, shop in enumerate(SHOPS):
        level = 90.0 + 15 * n
        for at in range(days):
            day = START + timedelta(at)
            level += chance.gauss(0, 0.8)
            week = weekly * math.sin(2 * math.pi * day.weekday() / 7)
            before = fell.get((day - timedelta(1), shop), 0.0)
            rows.append((day, shop, max(1.0, level + week - wet * before + chance.gauss(0, 5.0))))
    return rows


def rain(days: int = DAYS, *, seed: int = 7) -> list[tuple[date, str, float]]:
    """(day, town, millimetres): each town has its own weather."""
    chance = random.Random(f"rain {seed}")
    return [(START + timedelta(at), town, max(0.0, chance.gauss(1.0, 2.5))) for at in range(days) for town in SHOPS]


def write(path: Path, header: str, rows: list[tuple[date, str, float]]) -> None:
    """One file of rows, a day, a name and a number each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *(f"{d.isoformat()},{name},{value:.2f}" for d, name, value in rows)]) + "\n")


def make(folder: Path, *, days: int = DAYS, weekly: float = 14.0, wet: float = 5.0) -> None:
    """`sales.csv`, `weather.csv` with other names for the same towns' column, and `noise.csv` that tells nothing."""
    write(folder / "sales.csv", "day,shop,units", sales(days, weekly=weekly, wet=wet))
    write(folder / "weather.csv", "date,town,rain_mm", rain(days))
    chance = random.Random(99)
    noise = [(START + timedelta(at), town, chance.gauss(0.0, 1.0)) for at in range(days) for town in SHOPS]
    write(folder / "noise.csv", "date,town,murmur", noise)


def with_archive(folder: Path, *, recent: int) -> None:
    """`inbox/sales.csv` with the last days only; the years before lie in `archive/`, beside it, under another name."""
    rows = sales()
    split = START + timedelta(DAYS - recent)
    write(folder / "inbox" / "sales.csv", "day,shop,units", [r for r in rows if r[0] >= split])
    write(folder / "archive" / "sales_old.csv", "day,shop,units", [r for r in rows if r[0] < split])


def with_flags(folder: Path, *, dirty: float = 0.04) -> None:
    """`sales.csv` in which some values are ten times too high; a column `checked` says `no` of them."""
    chance, lines = random.Random(3), ["day,shop,units,checked"]
    for day, shop, units in sales(wet=0.0):
        wrong = chance.random() < dirty
        lines.append(f"{day.isoformat()},{shop},{units * (10 if wrong else 1):.2f},{'no' if wrong else 'yes'}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sales.csv").write_text("\n".join(lines) + "\n")


CLOSED = ("01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25", "12-26")  # in Italy
EASTER = ("2022-04-17", "2022-04-18", "2023-04-09", "2023-04-10", "2024-03-31", "2024-04-01")


def with_holidays(folder: Path, *, days: int = 820) -> None:
    """`sales.csv` of three shops that sell a third on the public holidays of Italy; nothing in it names a country."""
    off = [d for d in (START + timedelta(n) for n in range(days)) if d.isoformat()[5:] in CLOSED or str(d) in EASTER]
    rows = [(d, s, n / 3 if d in off else n) for d, s, n in sales(days, wet=0.0) if s in SHOPS[:3]]
    write(folder / "sales.csv", "day,shop,units", rows)
