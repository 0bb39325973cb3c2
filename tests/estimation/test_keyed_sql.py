"""The windows of keys in SQL are those that are counted row by row: what is learnt from is what is seen in use."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.estimate import Inputs, Keyed, Labels
from windvane.stack.estimation.keyed import Online, Window, offline
from windvane.stack.transform.asof import input_query

DAY, START = 86_400, "2024-01-01 00:00:00"
SPANS = (1, 7, 30)
ENGINE = Scratch()
Payment = tuple[int, int, int, bool]  # card, quarters of a day since the start, cents, whether it is fraud
payments = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 200), st.integers(1, 9999), st.booleans()), min_size=1, max_size=60
)


def _inputs(late: int) -> Inputs:
    keyed = [Keyed(name=f"rows_{d}", key="card", of="rows", days=d) for d in SPANS]
    keyed += [Keyed(name=f"cases_{d}", key="card", of="cases", days=d) for d in SPANS]
    keyed += [Keyed(name=f"mean_{d}", key="card", of="mean", days=d, column="cents") for d in SPANS]
    labels = Labels(truth="fraud", late=late, columns=(("cents", "cents"),), keyed=tuple(keyed))
    return Inputs(
        relation="core.payments", entities=("id",), time="booked_at", value="fraud", quantity="class",
        delivery="next day", labels=labels,
    )  # fmt: skip


def _by_sql(rows: list[Payment], late: int) -> list[dict[str, float]]:
    """The features of each payment as the input relation has them."""
    told = ", ".join(
        f"({n}, TIMESTAMP '{START}' + INTERVAL '{quarter * 6}' HOUR, {card}, {cents}, {fraud})"
        for n, (card, quarter, cents, fraud) in enumerate(rows)
    )
    ENGINE.execute("CREATE SCHEMA IF NOT EXISTS core")
    columns = "id, booked_at, card, cents, fraud"
    ENGINE.execute(f"CREATE OR REPLACE TABLE core.payments AS SELECT * FROM (VALUES {told}) AS p ({columns})")
    names = [k.name for k in (_inputs(late).labels or Labels()).keyed]
    found = ENGINE.rows(f"SELECT {', '.join(names)} FROM ({input_query(_inputs(late))}) AS made ORDER BY id")
    return [{n: math.nan if v is None else float(str(v)) for n, v in zip(names, r, strict=True)} for r in found]


def _by_hand(rows: list[Payment], late: int) -> list[dict[str, float]]:
    """The same from `offline`; rows of one card and one moment, which are decided about together, as the last of
    them."""
    card, time, cents, fraud = (np.array(c, dtype=np.int64) for c in zip(*rows, strict=True))
    time = time * (DAY // 4)
    last = [max(i for i in range(len(rows)) if (card[i], time[i]) == (card[n], time[n])) for n in range(len(rows))]
    made: dict[str, np.ndarray] = {}
    for d in SPANS:
        count, total = offline(card, time, cents, Window(d * DAY))
        made |= {f"rows_{d}": count[last].astype(float), f"mean_{d}": total[last] / count[last]}
        known, cases = offline(card, time, fraud, Window(d * DAY, (late + 1) * DAY))
        made[f"cases_{d}"] = np.where(known > 0, cases / np.maximum(known, 1), np.nan)
    return [{n: float(v[i]) for n, v in made.items()} for i in range(len(rows))]


@settings(max_examples=40, deadline=None)
@given(payments, st.integers(1, 7))
def test_windows_in_sql_are_those_counted_at_once_row_for_row(some: list[Payment], late: int) -> None:
    rows = sorted(some, key=lambda r: r[1])
    for mine, theirs in zip(_by_sql(rows, late), _by_hand(rows, late), strict=True):
        assert mine == pytest.approx(theirs, nan_ok=True, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(payments, st.integers(1, 7))
def test_and_those_counted_one_by_one_as_labels_become_known(some: list[Payment], late: int) -> None:
    rows = sorted(some, key=lambda r: r[1])
    fed = {d: Online(Window(d * DAY, (late + 1) * DAY)) for d in SPANS}
    online = [{d: o.seen(card, q * (DAY // 4), fraud) for d, o in fed.items()} for card, q, _, fraud in rows]
    for mine, seen in zip(_by_sql(rows, late), online, strict=True):
        for d, (known, cases) in seen.items():
            assert mine[f"cases_{d}"] == pytest.approx(cases / known if known else math.nan, nan_ok=True)


def test_a_payment_of_exactly_a_week_ago_is_out_and_its_label_in_when_it_is_just_known() -> None:
    rows: list[Payment] = [(0, 0, 100, True), (0, 28, 300, False)]
    week = _by_sql(rows, late=6)[1]
    assert week["rows_7"] == 1 and week["mean_7"] == 300 and week["rows_30"] == 2
    assert week["cases_7"] == 1.0, "seven days back the label is known to every row of the day"
    assert math.isnan(_by_sql(rows, late=7)[1]["cases_30"]), "a day later it is not"
