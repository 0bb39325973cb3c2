"""Personal data: by header and by checksummed values, with middling confidence where only one of them speaks."""

from __future__ import annotations

from windvane.agents.scout.table import Table
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.personal import suspect
from windvane.stack.quality.sampling import identifier

_TEXTS = 300
_SHOWN = 0.3


def findings(engine: Engine, table: Table) -> list[Finding]:
    """Columns that hold or may hold personal data; no value is repeated."""
    made = []
    for seen in table.profile.columns:
        found = suspect(seen.name, texts(engine, table, seen.name))
        if found is not None and found.confidence >= _SHOWN:
            unsure = "; unsure, masked until a person says otherwise" if found.confidence < 0.7 else ""
            made.append(
                Finding(
                    by="scout",
                    subject=f"{table.source}.{seen.name}",
                    claim="personal",
                    value=found.kind,
                    confidence=found.confidence,
                    evidence=found.evidence + unsure,
                )
            )
    return made


def texts(engine: Engine, table: Table, column: str, *, every: str = "sample") -> dict[str, int]:
    """Distinct values as text with counts: at most 300 of the first rows in an order of their hashes, or of "
    "every row."""
    name = identifier(column)
    relation, limit = (table.sample, f" LIMIT {_TEXTS}") if every == "sample" else (table.relation, "")
    found = engine.rows(
        f"SELECT CAST({name} AS VARCHAR) AS t, count(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1 "
        f"ORDER BY hash(t), t{limit}"
    )
    return {str(t): int(str(n)) for t, n in found}
