"""Small worlds for products of every kind: payments, machines that fail, customers who buy, a sensor."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

FIRST = date(2024, 1, 1)
FRAUD = (
    "Flag fraudulent transactions, average precision at least 0.3, investigate at most 4 a day; "
    "labels are known the next day"
)
FAILURES = "Predict which machines fail within 10 days"
SEGMENTS = "Segment customers by purchase behaviour"
ANOMALIES = "Score each day of sensor X for anomaly"


def _write(folder: Path, name: str, rows: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(rows) + "\n")


def payments(folder: Path, *, days: int = 120, seed: int = 1) -> None:
    """Terminals that are compromised for a week, and amounts that no honest card pays (after Le Borgne et al.).

    Who exports them later knows at once what was refunded: the label under another name.
    """
    chance = random.Random(seed)
    rows: list[tuple[datetime, str]] = []
    until: dict[int, int] = {}
    for day in range(days):
        if chance.random() < 0.25:
            until[chance.randrange(40)] = day + 8
        for _ in range(60):
            card, terminal = chance.randrange(60), chance.randrange(40)
            amount = chance.lognormvariate(3.3 + card % 5 * 0.15, 0.5)
            fraud = until.get(terminal, -1) >= day and chance.random() < 0.75
            fraud = fraud or amount > 110
            at = datetime(2024, 1, 1) + timedelta(days=day, seconds=chance.randrange(86_000))
            text = f"{at.isoformat(sep=' ')},C{card:03d},P{terminal:02d},{amount:.2f},{2 * int(fraud)},{int(fraud)}"
            rows.append((at, text))
    rows.sort()
    lines = [f"T{n:06d},{text}" for n, (_, text) in enumerate(rows)]
    _write(folder, "transactions.csv", ["tx_id,booked_at,card,terminal,amount,refunds,is_fraud", *lines])


def machines(folder: Path, *, days: int = 260, seed: int = 2) -> None:
    """Wear that vibration shows; a machine that failed begins anew."""
    chance = random.Random(seed)
    readings, failures = ["machine,day,temperature,vibration"], ["machine,failed_on,part"]
    for number in range(20):
        wear = chance.random() * 60
        for day in range(days):
            wear += chance.random() * 7
            when = FIRST + timedelta(day)
            vibration = 1 + (wear / 80) ** 3 + chance.gauss(0, 0.15)
            readings.append(f"M{number:02d},{when},{60 + chance.gauss(0, 2):.2f},{vibration:.3f}")
            if wear > 100 and chance.random() < 0.25:
                failures.append(f"M{number:02d},{when},{chance.choice(['bearing', 'belt'])}")
                wear = 0
    _write(folder, "readings.csv", readings)
    _write(folder, "failures.csv", failures)


def orders(folder: Path, *, days: int = 330, shift: int = 0, seed: int = 3, later: int = 2, of: int = 120) -> None:
    """Three ways to buy; from day `shift` on (0: never) there are `later` others, both near the first one.

    `of`: how many customers there are.
    """
    rows: list[tuple[float, str]] = []
    for customer in range(of):
        chance, day, number = random.Random(seed * 1000 + customer), float(customer % 10), 0
        while day < days:
            kind = 3 + customer % later if shift and day >= shift else customer % 3
            amount = chance.lognormvariate((2.5, 4.0, 3.2, 2.2, 3.0)[kind], 0.3)
            text = f"K{customer:03d}-{number},K{customer:03d},{FIRST + timedelta(int(day))},{amount:.2f}"
            rows.append((day, text))
            number += 1
            day += max(1.0, chance.expovariate(1 / (6, 30, 90, 3, 10)[kind]))
    rows.sort()
    _write(folder, "orders.csv", ["order_id,customer,ordered_on,amount", *(text for _, text in rows)])


def sensors(folder: Path, *, days: int = 300, seed: int = 4) -> None:
    """Two sensors, each around its level; X is far off on the days 200 and 260."""
    chance = random.Random(seed)
    rows = ["sensor,day,flow"]
    for day in range(days):
        for name, level in (("X", 50), ("Y", 58)):
            value = level + chance.gauss(0, 1) + (8.0 if name == "X" and day in (200, 260) else 0.0)
            rows.append(f"{name},{FIRST + timedelta(day)},{value:.2f}")
    _write(folder, "flow.csv", rows)
