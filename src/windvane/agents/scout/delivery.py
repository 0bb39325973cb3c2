"""How data arrive: each batch new rows, all rows again, or some rows again with other values."""

from __future__ import annotations

from windvane.agents.scout.keys import Key
from windvane.agents.scout.table import Table
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier


def findings(engine: Engine, table: Table, keys: tuple[Key, ...]) -> list[Finding]:
    """`single`, `append`, `snapshot` or `restating`, from the keys that consecutive batches share."""
    if table.batches < 2:
        return [_finding(table, "single", (0.6, "one batch so far"))]
    if not keys or keys[0].confidence < 0.3:
        return [_finding(table, "append", (0.3, f"{table.batches} batches, but no key to compare them by"))]
    listed = ", ".join(identifier(c) for c in keys[0].columns)
    found = engine.rows(
        f"WITH k AS (SELECT DISTINCT _seq, hash({listed}) AS h FROM {table.relation}), "
        "o AS (SELECT _seq, dense_rank() OVER (ORDER BY _seq) AS place, h FROM k) "
        "SELECT a.place, count(*), count(b.h) FROM o a LEFT JOIN o b ON b.place = a.place + 1 AND b.h = a.h "
        f"WHERE a.place < {table.batches} GROUP BY 1 ORDER BY 1"
    )
    shares = [int(str(again)) / max(1, int(str(total))) for _, total, again in found]
    steady = len(shares) / (len(shares) + 1)
    why = f"{min(shares):.1%} to {max(shares):.1%} of the keys of a batch come again in the next of {table.batches}"
    if max(shares) <= 0.001:
        return [_finding(table, "append", (steady, why))]
    if min(shares) >= 0.95:
        return [_finding(table, "snapshot", (steady, why))]
    return [_finding(table, "restating", (steady, why))]


def _finding(table: Table, value: str, weight: tuple[float, str]) -> Finding:
    sure, why = weight
    return Finding(
        by="scout", subject=table.source, claim="delivery", value=value, confidence=round(sure, 3), evidence=why
    )
