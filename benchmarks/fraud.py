"""Fraud in simulated card payments with labels a week late, after the published design of the Fraud Detection
Handbook.

Le Borgne, Siblini, Lebichot & Bontempi (2022), chapter 3: customers and terminals on a map, normal amounts, three
kinds of fraud; one week of training, a week of delay, one week of test, cards known as stolen left out of the test.
Their figures on their draw: logistic regression AUC .871, average precision .606; random forest .867, .658; XGBoost
.862, .639. Features are counts and sums per customer and terminal over 1, 7 and 30 days; made online, payment by
payment, they must equal those made at once.

Then the same design, smaller, goes the way of a product: a file of payments and a sentence, `init` and `run`, and what
readers see of the test week is scored beside what is made by hand from the same payments.

    python -m benchmarks.fraud [--customers 5000] [--product 250] [--seed 0]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import windvane
from windvane.app import founding, reading, running
from windvane.app.story.card import card
from windvane.stack.estimation.calibration import reliability
from windvane.stack.estimation.keyed import Online, Window, offline
from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Array, Mask, Steps
from windvane.stack.estimation.trees import Growth, grow, predicted

DAY = 86_400
FIRST, DELAY, WEEK = 115, 7, 7  # training begins on day 115 of the simulation (25 July)
DAYS = FIRST + 2 * WEEK + DELAY
LENGTHS = (1, 7, 30)
RADIUS = 5.0
OPENED = np.datetime64("2018-04-01", "s")
SENTENCE = (
    "Flag fraudulent transactions, average precision at least 0.6, investigate at most 5 a day; "
    "labels are known 7 days later"
)


@dataclass(frozen=True)
class Payments:
    """In the order of time: customer, terminal, second since the start, cents, and whether it is fraud."""

    customer: Steps
    terminal: Steps
    time: Steps
    cents: Steps
    fraud: Steps


def simulated(customers: int, terminals: int, seed: int) -> Payments:
    """Payments of `DAYS` days."""
    chance = np.random.default_rng(seed)
    homes, places = chance.uniform(0, 100, (customers, 2)), chance.uniform(0, 100, (terminals, 2))
    mean, often = chance.uniform(5, 100, customers), chance.uniform(0, 4, customers)
    rows = []
    for number in range(customers):
        near = np.flatnonzero(np.square(places - homes[number]).sum(axis=1) < RADIUS**2)
        counts = chance.poisson(often[number], DAYS)
        day = np.repeat(np.arange(DAYS), counts)
        second = chance.normal(DAY / 2, 20_000, len(day)).astype(int)
        amount = chance.normal(mean[number], mean[number] / 2, len(day))
        amount = np.where(amount < 0, chance.uniform(0, 2 * mean[number], len(day)), amount)
        kept = (second > 0) & (second < DAY) & (len(near) > 0)
        where = near[chance.integers(0, max(len(near), 1), len(day))] if len(near) else np.zeros(len(day), dtype=int)
        who = np.full(len(day), number)
        rows.append(np.column_stack([who, where, day * DAY + second, np.round(amount * 100).astype(int)])[kept])
    table = np.concatenate(rows)
    table = table[np.argsort(table[:, 2], kind="stable")]
    return _with_fraud(table, customers, terminals, chance)


def _with_fraud(table: Steps, customers: int, terminals: int, chance: np.random.Generator) -> Payments:
    """Amounts above 220; two terminals a day taken over for 28 days; three cards a day stolen for 14 days."""
    customer, terminal, seconds, cents = table.T.copy()
    day = seconds // DAY
    fraud = (cents > 22_000).astype(np.int64)
    for start in range(DAYS):
        taken = chance.choice(terminals, 2, replace=False)
        fraud[(day >= start) & (day < start + 28) & np.isin(terminal, taken)] = 1
    for start in range(DAYS):
        stolen = chance.choice(customers, 3, replace=False)
        could = np.flatnonzero((day >= start) & (day < start + 14) & np.isin(customer, stolen))
        used = chance.choice(could, len(could) // 3, replace=False)
        cents[used] *= 5
        fraud[used] = 1
    return Payments(customer, terminal, seconds, cents, fraud)


def features(p: Payments) -> Array:
    """(payments, 15): cents, weekend, night; per customer count and mean cents; per terminal count and risk a week
    late.
    """
    weekend = (p.time // DAY + 6) % 7 >= 5  # day 0, 1 April 2018, is a Sunday
    columns = [p.cents, weekend, p.time % DAY <= 6 * 3600]
    for days in LENGTHS:
        count, total = offline(p.customer, p.time, p.cents, Window(days * DAY))
        columns += [count, total / count]
    for days in LENGTHS:
        count, frauds = offline(p.terminal, p.time, p.fraud, Window(days * DAY, DELAY * DAY))
        columns += [count, frauds / np.maximum(count, 1)]
    return np.column_stack(columns)


def unequal_online(p: Payments, x: Array, rows: int) -> int:
    """How many of the first `rows` payments have another feature when payments come one by one; must be 0."""
    customers = [Online(Window(days * DAY)) for days in LENGTHS]
    terminals = [Online(Window(days * DAY, DELAY * DAY)) for days in LENGTHS]
    wrong = 0
    for i in range(rows):
        customer, terminal, at = int(p.customer[i]), int(p.terminal[i]), int(p.time[i])
        own = [o.seen(customer, at, int(p.cents[i])) for o in customers]
        place = [o.seen(terminal, at, int(p.fraud[i])) for o in terminals]
        made = [v for n, s in own for v in (n, s / n)] + [v for n, s in place for v in (n, s / max(n, 1))]
        wrong += made != x[i, 3:].tolist()
    return wrong


def tested(p: Payments) -> Mask:
    """Payments of the test week without those of cards that are known by then as stolen since training began."""
    day, asked = p.time // DAY, np.zeros(len(p.time), dtype=bool)
    for today in range(FIRST + WEEK + DELAY, DAYS):
        stolen = p.customer[(p.fraud > 0) & (day >= FIRST) & (day < today - DELAY)]
        asked |= (day == today) & ~np.isin(p.customer, stolen)
    return asked


def by_hand(p: Payments, x: Array) -> tuple[float, float]:
    """AUC and average precision of the test week, learnt from the week whose labels are known."""
    day, asked = p.time // DAY, tested(p)
    learnt = (day >= FIRST) & (day < FIRST + WEEK)
    growth = Growth(objective="binary", trees=100, leaves=15)
    found = predicted(grow(x[learnt], p.fraud[learnt].astype(float), growth), x[asked])
    return pooled_score("auc", p.fraud[asked].astype(float), found), pooled_score(
        "average_precision", p.fraud[asked].astype(float), found
    )


def as_product(p: Payments, root: Path) -> tuple[float, float, tuple[str, ...]]:
    """The same of what readers see when a file and a sentence go through `init` and `run`; and the card's last
    window.
    """
    root.mkdir(parents=True, exist_ok=True)
    booked = OPENED + p.time.astype("timedelta64[s]")
    rows = zip(booked, p.customer, p.terminal, p.cents, p.fraud, strict=True)
    lines = [
        f"T{n:07d},{str(at).replace('T', ' ')},C{customer:04d},P{terminal:04d},{cents / 100:.2f},{fraud}"
        for n, (at, customer, terminal, cents, fraud) in enumerate(rows)
    ]
    header = "tx_id,booked_at,customer,terminal,amount,is_fraud"
    (root / "transactions.csv").write_text("\n".join([header, *lines]) + "\n")
    home = root / "estate"
    founding.init((str(root / "transactions.csv"),), SENTENCE, home, emit=lambda _: None, answer="1")
    (name,) = running.run(home, emit=lambda _: None).products
    seen = windvane.open(home).sql(f"SELECT tx_id, estimate FROM mart.{name}").rows()
    estimate = np.full(len(p.time), np.nan)
    for key, value in seen:
        estimate[int(str(key)[1:])] = float(str(value))
    asked = tested(p) & np.isfinite(estimate)
    actual = p.fraud[asked].astype(float)
    told = card(reading.book(home), name)
    area, precision = (pooled_score(m, actual, estimate[asked]) for m in ("auc", "average_precision"))
    return area, precision, (told.estimator, *told.measured[-1].measures)


def product_path(customers: int, seed: int) -> None:
    """Print the figures of the product beside those made by hand from the same payments."""
    started = time.process_time()
    p = simulated(customers, 2 * customers, seed)
    area, precision = by_hand(p, features(p))
    with tempfile.TemporaryDirectory() as folder:
        own_area, own_precision, told = as_product(p, Path(folder))
    spent = time.process_time() - started
    print(f"product path: payments={len(p.time)} fraud={p.fraud.mean():.4f} CPU s {spent:.1f}; {told[0]}")
    print(f"  card: {'; '.join(told[1:])}")
    print(
        f"product_auc={own_area:.3f} product_average_precision={own_precision:.3f} "
        f"by_hand_auc={area:.3f} by_hand_average_precision={precision:.3f}"
    )


def main() -> None:
    """Simulate, learn from labels that are known, score the test week."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--product", type=int, default=250, help="customers of the product path; 0: leave it out")
    parser.add_argument("--customers", type=int, default=5000, help="terminals are twice as many")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.product:
        product_path(options.product, options.seed)
    started = time.process_time()
    p = simulated(options.customers, 2 * options.customers, options.seed)
    simulation, started = time.process_time() - started, time.process_time()
    x = features(p)
    made, started = time.process_time() - started, time.process_time()
    day = p.time // DAY
    learnt = (day >= FIRST) & (day < FIRST + WEEK)
    asked = tested(p)
    growth = Growth(objective="binary", trees=100, leaves=15)
    found = predicted(grow(x[learnt], p.fraud[learnt].astype(float), growth), x[asked])
    actual = p.fraud[asked].astype(float)
    area, precision = (pooled_score(m, actual, found) for m in ("auc", "average_precision"))
    learning, started = time.process_time() - started, time.process_time()
    rows = min(len(x), 200_000)
    wrong = unequal_online(p, x, rows)
    online = (time.process_time() - started) / rows * 1e6
    print(f"payments={len(x)} fraud={p.fraud.mean():.4f} learnt={learnt.sum()} asked={asked.sum()}")
    print(
        f"CPU s: simulation {simulation:.1f}, features {made:.1f}, learning {learning:.1f}; online {online:.0f} us each"
    )
    worst = np.abs(np.diff(reliability(actual, found)[:, :2], axis=1)).max()
    print(f"known: logistic .871/.606, random forest .867/.658, XGBoost .862/.639; worst calibration {worst:.3f}")
    print(f"online_unequal={wrong} of {rows} auc={area:.3f} average_precision={precision:.3f}")


if __name__ == "__main__":
    main()
