"""Codes without their leading noughts, given back by what they belong to: the thing always had the whole code."""

from __future__ import annotations

from collections.abc import Mapping

from windvane.sql.alias import columns_of, quote
from windvane.stack.quality.table import literal
from windvane.stack.repair.case import Case

RULE = "attributes"
SURE = 0.8  # confidence of the scout in a dependency; every arriving row then has to bear it out
MOST = 200  # codes that are spelled out in a model
Codes = Mapping[str, str]  # code as it came -> the whole one


def owned(case: Case) -> dict[str, tuple[str, Codes]]:
    """By column: the column that decides it, and the whole code of each that came without noughts.

    A column is there only when every arriving code that begins with a digit belongs to a known thing and is its known
    code, or that without its leading noughts, and no code stands for two.
    """
    found: dict[str, tuple[str, Codes]] = {}
    for column in case.broken(RULE):
        cast, said = case.cast(column), case.column(column)
        if cast is None or said is None or not cast.type.startswith("varchar") or said.classification != "open":
            continue
        ways = ((by, codes) for by in _deciding(case, column) if (codes := _codes(case, column, by)))
        if (first := next(ways, None)) is not None:
            found[column] = first
    return found


def given_back(text: str, codes: Codes) -> str:
    """SQL of a text with the whole codes in the place of the others."""
    whens = " ".join(f"WHEN {literal(a)} THEN {literal(b)}" for a, b in sorted(codes.items()))
    return f"CASE TRIM({text}) {whens} ELSE {text} END"


def _deciding(case: Case, column: str) -> tuple[str, ...]:
    """Columns that decide `column`, as the scout found, surest first."""
    named = {name: c.name for c in case.made for name in columns_of(c.text)}
    told = sorted((f for f in case.scene.findings if f.claim == "depends_on"), key=lambda f: -f.confidence)
    mine = [f for f in told if f.confidence >= SURE and f.subject.partition(".")[0] == case.source]
    return tuple(named[f.value] for f in mine if f.value in named and named.get(f.subject.partition(".")[2]) == column)


def _codes(case: Case, column: str, by: str) -> dict[str, str]:
    """The whole code of each that came without noughts; none when one that begins with a digit has no known owner."""
    name, thing = quote(column), quote(by)
    found = case.rows(
        f"WITH known AS (SELECT DISTINCT {thing} AS thing, {name} AS code FROM {case.known} WHERE {name} IS NOT NULL), "
        f"fresh AS (SELECT DISTINCT {thing} AS thing, TRIM({name}) AS code FROM {case.arriving()} "
        f"WHERE REGEXP_MATCHES(TRIM({name}), '^[0-9]')) "
        "SELECT fresh.thing, fresh.code, known.code FROM fresh LEFT JOIN known ON known.thing = fresh.thing"
    )
    owned_by: dict[tuple[object, str], set[str]] = {}
    for owner, code, whole in found:
        owned_by.setdefault((owner, str(code)), set()).update(() if whole is None else (str(whole),))
    whole_of: dict[str, set[str]] = {}
    for (_, code), known in owned_by.items():
        fits = {code} if code in known else {w for w in known if w != code and w.lstrip("0") == code}
        if len(fits) != 1:
            return {}
        whole_of.setdefault(code, set()).update(fits)
    if any(len(w) != 1 for w in whole_of.values()):
        return {}
    made = {code: w.pop() for code, w in whole_of.items() if code not in w}
    return made if len(made) <= MOST else {}
