"""Type, grammar and null tokens of every column, and what databases declare of them."""

from __future__ import annotations

import json
import re

from windvane.agents.scout.table import Table
from windvane.domain.batch import ColumnProfile
from windvane.domain.finding import Claim, Finding

_FAMILIES = (
    ("integer", r"(small|big|tiny|medium)?int(eger|\d+)?|serial|bigserial"),
    ("decimal", r"decimal|numeric|money"),
    ("double", r"double( precision)?|real|float\d*"),
    ("date", r"date"),
    ("timestamp", r"timestamp.*|datetime"),
    ("boolean", r"bool(ean)?"),
    ("text", r"varchar|n?varchar|char|character.*|text|n?char|uuid|string"),
)
_HOLDS = {
    ("integer", "decimal"),
    ("integer", "double"),
    ("decimal", "double"),
    ("date", "timestamp"),
    ("integer", "boolean"),
}


def findings(table: Table) -> list[Finding]:
    """What each column is; where two readings fit, both are said."""
    return [f for seen in table.profile.columns for f in _column(table, seen)]


def _column(table: Table, seen: ColumnProfile) -> list[Finding]:
    subject = f"{table.source}.{seen.name}"
    declared = next((c.type for c in table.declared.columns if c.name == seen.name), "") if table.declared else ""
    type_name, sure, evidence = _believed(seen, declared)
    made = [
        _finding(subject, "type", type_name, (sure, evidence)),
        _finding(subject, "grammar", seen.grammar or "text", (seen.confidence, _counted(table, seen))),
    ]
    if seen.runner_up and seen.confidence < 0.9:
        rest = round((1 - seen.confidence) * 0.9, 3)
        made.append(_finding(subject, "grammar", seen.runner_up, (rest, f"runner-up: {seen.evidence}")))
    if seen.null_tokens:
        listed = json.dumps(list(seen.null_tokens), ensure_ascii=False)
        said = " or ".join(f'"{t}"' for t in seen.null_tokens)
        why = f"{said} or nothing where there is no value, in {seen.nulls:,} of {table.rows:,} rows"
        made.append(_finding(subject, "null_token", listed, (0.9 if seen.type != "varchar" else 0.8, why)))
    return made


def _counted(table: Table, seen: ColumnProfile) -> str:
    """How the column is spelled, and in how many rows."""
    spelled, mark, rest = seen.evidence.partition("; ")
    values, where = table.rows - seen.nulls, "values" if seen.nulls else "rows"
    fitting = f"{values - seen.misfits:,} of {values:,}" if seen.misfits else f"all {values:,}"
    return f"{spelled} in {fitting} {where}{mark}{rest}" if spelled and ": no numbers" not in spelled else seen.evidence


def _finding(subject: str, claim: Claim, value: str, weight: tuple[float, str]) -> Finding:
    return Finding(by="scout", subject=subject, claim=claim, value=value, confidence=weight[0], evidence=weight[1])


def _believed(seen: ColumnProfile, declared: str) -> tuple[str, float, str]:
    """The declared type where the values bear it out, else what the values say."""
    if not declared:
        return seen.type, seen.confidence, seen.evidence
    there, here = family(declared), family(seen.type)
    if not seen.distinct or there == here or there == "text" or (here, there) in _HOLDS:
        kept = seen.type if there == here else {"text": "varchar", "integer": "bigint"}.get(there, declared.lower())
        return kept, 0.98, f"declared `{declared}` by the database, and every value is one"
    return seen.type, 0.5, f"declared `{declared}` by the database, but the values are {seen.type}: {seen.evidence}"


def family(type_name: str) -> str:
    """`integer`, `decimal`, `double`, `date`, `timestamp`, `boolean` or `text`."""
    bare = re.sub(r"\s*\(.*?\)", "", type_name.lower()).strip()
    return next((name for name, form in _FAMILIES if re.fullmatch(form, bare)), "text")
