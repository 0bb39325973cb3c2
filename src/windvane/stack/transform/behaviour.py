"""Input relations of segments: what each thing did up to the end of each period, counted over several spans."""

from __future__ import annotations

from windvane.domain.estimate import Inputs
from windvane.stack.transform.calendar import ABOUT
from windvane.stack.transform.header import listed

SPANS = (30, 90, 365)  # days
_STEP = "'1' MONTH"


def behaviour_features(inputs: Inputs) -> tuple[str, ...]:
    """How many rows in each span, and where rows have an amount its mean and its sum over the longest."""
    counts = tuple(f"rows_{days}" for days in SPANS)
    return (*counts, f"mean_{inputs.value}", f"sum_{inputs.value}_{SPANS[-1]}") if inputs.value else counts


def behaved(inputs: Inputs) -> list[tuple[str, str]]:
    """The CTEs up to `decided`: one row per thing and month, of rows before that month; who has none is not there."""
    keys = listed(inputs.entities)
    amount = f", CAST({inputs.value} AS DOUBLE) AS amount" if inputs.value else ""
    where = [f"{inputs.time} IS NOT NULL", *(f"{e} IS NOT NULL" for e in inputs.entities), *inputs.where]
    rows = (
        f"SELECT {keys}, CAST({inputs.time} AS TIMESTAMP) AS moment{amount} FROM {inputs.relation} "
        f"WHERE {' AND '.join(where)}"
    )
    month = f"CAST(DATE_TRUNC('MONTH', moment) AS TIMESTAMP) + INTERVAL {_STEP}"
    ends = f"SELECT DISTINCT {month} AS decided_at FROM delivered"
    over = "SELECT decided_at FROM ends WHERE decided_at <= (SELECT MAX(moment) FROM delivered) + INTERVAL '4' DAY"
    own = [f"delivered.{e}" for e in inputs.entities]
    counts = [
        f"CAST(SUM(CASE WHEN delivered.moment >= months.decided_at - INTERVAL '{days}' DAY THEN 1 ELSE 0 END) "
        f"AS DOUBLE) AS rows_{days}"
        for days in SPANS
    ]
    if inputs.value:
        long = f"delivered.moment >= months.decided_at - INTERVAL '{SPANS[-1]}' DAY"
        counts.append(f"AVG(delivered.amount) AS mean_{inputs.value}")
        counts.append(f"SUM(CASE WHEN {long} THEN delivered.amount ELSE 0 END) AS sum_{inputs.value}_{SPANS[-1]}")
    fixed = [
        *own, "months.decided_at AS decided_at", "months.decided_at AS target_at", "CAST(NULL AS DOUBLE) AS target",
        "CAST(NULL AS TIMESTAMP) AS known_at", "months.decided_at AS begun_at",
        f"CAST(months.decided_at AS DATE) AS {ABOUT}",
    ]  # fmt: skip
    decided = (
        f"SELECT {listed([*fixed, *counts])} FROM months JOIN delivered ON delivered.moment < months.decided_at "
        f"GROUP BY {listed([*own, 'months.decided_at'])}"
    )
    return [("delivered", rows), ("ends", ends), ("months", over), ("decided", decided)]
