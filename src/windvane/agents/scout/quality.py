"""What looks wrong in a table, in words and without values: misfits, empty columns, repeats, point masses, "
"broken text."""

from __future__ import annotations

from windvane.agents.scout.references import Reference
from windvane.agents.scout.table import Table, count
from windvane.domain.batch import ColumnProfile
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier
from windvane.stack.quality.spelling import read

_SENTINELS = frozenset(
    {
        "-1",
        "-9",
        "-99",
        "-999",
        "-9999",
        "-99999",
        "999",
        "9999",
        "99999",
        "999999",
        "1900-01-01",
        "1970-01-01",
        "9999-12-31",
        "1970-01-01 00:00:00",
        "9999-12-31 00:00:00",
    }
)
_BROKEN = r"Ã[\x{80}-\x{BF}]|Â[\x{A0}-\x{BF}]|â€|\x{FFFD}"


def findings(engine: Engine, table: Table, references: tuple[Reference, ...]) -> list[Finding]:
    """One finding per thing that looks wrong."""
    made = [f for seen in table.profile.columns for f in _column(engine, table, seen)]
    made += _repeats(engine, table)
    for reference in references:
        if reference.source == table.source and reference.match_share < 1 and reference.confidence >= 0.5:
            words = f"{1 - reference.match_share:.2%} of the rows refer to nothing in `{reference.target}`"
            made.append(_finding(table, ",".join(reference.columns), words, (0.9, reference.evidence)))
    return made


def _finding(table: Table, column: str, words: str, weight: tuple[float, str]) -> Finding:
    subject = f"{table.source}.{column}" if column else table.source
    return Finding(by="scout", subject=subject, claim="quality", value=words, confidence=weight[0], evidence=weight[1])


def _column(engine: Engine, table: Table, seen: ColumnProfile) -> list[Finding]:
    made = []
    rows = max(1, table.rows)
    if seen.nulls == table.rows:
        return [_finding(table, seen.name, "no value in any row", (0.99, f"{rows:,} rows"))]
    if seen.misfits:
        words = f"{seen.misfits:,} values ({seen.misfits / rows:.2%}) do not fit `{seen.grammar}`"
        made.append(_finding(table, seen.name, words, (0.95, "counted over all rows")))
    if seen.nulls / rows > 0.5:
        made.append(
            _finding(
                table, seen.name, f"empty in {seen.nulls / rows:.0%} of the rows", (0.95, f"{seen.nulls:,} of {rows:,}")
            )
        )
    if seen.distinct == 1 and rows >= 10 and not seen.nulls:
        made.append(_finding(table, seen.name, "the same value in every row", (0.95, f"{rows:,} rows")))
    if read(seen.grammar).blanks:
        made.append(_finding(table, seen.name, "some texts have blanks around them", (0.99, "seen in the texts")))
    made += _point_mass(table, seen)
    if seen.type == "varchar":
        made += _broken_text(engine, table, seen)
    return made


def _point_mass(table: Table, seen: ColumnProfile) -> list[Finding]:
    """A value that often stands for "unknown" at the edge of the range, much more frequent than its neighbours."""
    masses = [(value, n) for value, n in seen.top if value in _SENTINELS and value in (seen.minimum, seen.maximum)]
    made = []
    for value, n in masses:
        if n >= 3 and n > 5 * table.rows / max(1, seen.distinct):
            words = f"`{value}` in {n / table.rows:.1%} of the rows may stand for unknown"
            made.append(_finding(table, seen.name, words, (0.6, f"{n:,} rows at the edge of the range")))
    return made


def _broken_text(engine: Engine, table: Table, seen: ColumnProfile) -> list[Finding]:
    broken = count(
        engine, f"SELECT count(*) FROM {table.sample} WHERE regexp_matches({identifier(seen.name)}, '{_BROKEN}')"
    )
    if not broken:
        return []
    return [_finding(table, seen.name, "letters broken by a wrong encoding", (0.8, f"in {broken:,} of the first rows"))]


def _repeats(engine: Engine, table: Table) -> list[Finding]:
    listed = ", ".join(identifier(c) for c in table.columns)
    repeated = count(engine, f"SELECT count(*) - count(DISTINCT hash({listed}, _batch)) FROM {table.sample}")
    if not repeated:
        return []
    return [_finding(table, "", "some rows are repeated exactly", (0.9, f"{repeated:,} of the first rows"))]
