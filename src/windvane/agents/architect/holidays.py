"""Which public holidays a daily product keeps, asked of the older half of its own days."""

from __future__ import annotations

from datetime import date

from windvane.domain.estimate import Inputs
from windvane.domain.ports import Scene
from windvane.stack.estimation.almanac import Keeping, keeping
from windvane.stack.quality.table import quoted


def kept(scene: Scene, inputs: Inputs, cadence: str) -> Keeping | None:
    """The almanac that the fact keeps, with the evidence; `None` without a reader or when none stands out.

    The newer half is not looked at: it is what the gate decides on.
    """
    if scene.reader is None:
        return None
    day = f"CAST({quoted(inputs.time)} AS DATE)"
    where = " AND ".join(f"({w})" for w in (*inputs.where, f"{quoted(inputs.value)} IS NOT NULL"))
    rows = scene.reader.rows(
        f"SELECT {day} AS day, AVG({quoted(inputs.value)}) FROM {inputs.relation} WHERE {where} GROUP BY 1 ORDER BY 1"
    )
    days = {d: float(str(value)) for d, value in rows if isinstance(d, date)}
    older = sorted(days)[: len(days) // 2]
    return keeping({d: days[d] for d in older}, weekends=cadence == "day")
