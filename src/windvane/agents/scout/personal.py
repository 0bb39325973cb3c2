"""Personal data: by header and by checksummed values, with middling confidence where only one of them speaks."""

from __future__ import annotations

from windvane.agents.scout.table import Table
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.personal import Suspicion, suspect
from windvane.stack.quality.sampling import identifier

_TEXTS = 300
_SHOWN = 0.3


def findings(engine: Engine, table: Table) -> list[Finding]:
    """Columns that hold or may hold personal data; no value is repeated."""
    made = []
    for seen in table.profile.columns:
        found = suspicion(engine, table, seen.name)
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


def suspicion(engine: Engine, table: Table, column: str) -> Suspicion | None:
    """Whether a column looks personal; each is looked at once."""
    if column not in table.suspicions:
        table.suspicions[column] = suspect(column, texts(engine, table, column))
    return table.suspicions[column]


def texts(engine: Engine, table: Table, column: str, *, every: str = "sample") -> dict[str, int]:
    """Distinct values as text with counts: at most 300 of the first rows in an order of their hashes, or of "
    "every row."""
    if every == "sample" and column in table.texts:
        return table.texts[column]
    name = identifier(column)
    relation, limit = (table.sample, f" LIMIT {_TEXTS}") if every == "sample" else (table.relation, "")
    found = engine.rows(
        f"SELECT CAST({name} AS VARCHAR) AS t, count(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1 "
        f"ORDER BY hash(t), t{limit}"
    )
    made = {str(t): int(str(n)) for t, n in found}
    if every == "sample":
        table.texts[column] = made
    return made
