"""What is measured and required of a mart: the same for every alternative, so that they can be compared."""

from __future__ import annotations

from windvane.agents.modeler.detail import Detail
from windvane.agents.modeler.summary import Summary
from windvane.domain.estate import Check, Contract
from windvane.domain.plan import Probe

MOST_PROBED = 12  # joined columns whose share of empty values is measured


def probes(detail: Detail, summary: Summary | None, *, shared: tuple[str, ...], measure: str) -> tuple[Probe, ...]:
    """Measures in order of weight: rows lost or multiplied, then values missing, then what must not move.

    `shared` are the joined columns that all alternatives have.
    """
    relation = detail.contract.relation
    found: list[Probe] = []
    if detail.own_rows:
        off = f"SELECT ABS(({detail.own_rows}) - (SELECT COUNT(*) FROM {relation}))"
        found.append(Probe(name=f"rows off the fact {relation}", sql=off, better="lower"))
    for column in shared[:MOST_PROBED]:
        share = f"SELECT AVG(CASE WHEN {column} IS NULL THEN 1.0 ELSE 0.0 END) FROM {relation}"
        found.append(Probe(name=f"empty share {relation}.{column}", sql=share, better="lower"))
    found.append(Probe(name=f"rows {relation}", sql=f"SELECT COUNT(*) FROM {relation}", better="equal"))
    found += [_distinct(c) for c in (detail.contract, summary.contract if summary else None) if c is not None and c.key]
    if measure:
        total = f"SELECT CAST(SUM({measure}) AS DOUBLE) FROM {relation}"
        found.append(Probe(name=f"sum {relation}.{measure}", sql=total, better="equal", tolerance=1e-6))
    return tuple(found)


def checks(detail: Detail, summary: Summary | None) -> tuple[Check, ...]:
    """Keys are unique, no row of the fact is lost or multiplied, no value comes from the future."""
    relation = detail.contract.relation
    found = [_unique(c) for c in (detail.contract, summary.contract if summary else None) if c is not None and c.key]
    if detail.own_rows:
        sql = (
            "SELECT 'the fact has ' || CAST(a.n AS VARCHAR) || ' rows, the mart ' || CAST(b.n AS VARCHAR) || ' rows' "
            "AS broken "
            f"FROM (SELECT ({detail.own_rows}) AS n) AS a CROSS JOIN (SELECT COUNT(*) AS n FROM {relation}) AS b "
            "WHERE a.n <> b.n"
        )
        found.append(_check(relation, "rows_conserved", sql, why="a join must neither lose nor multiply rows"))
    for known, row in detail.dates:
        sql = f"SELECT '{known} lies after {row}' AS broken FROM {relation} WHERE {known} > {row}"
        found.append(_check(relation, f"no_look_ahead_{known}", sql, why="a row may only show what was known by then"))
    return tuple(found)


def _unique(contract: Contract) -> Check:
    key = ", ".join(contract.key)
    sql = (
        f"SELECT 'a key is repeated ' || CAST(COUNT(*) AS VARCHAR) || ' times' AS broken FROM {contract.relation} "
        f"GROUP BY {key} HAVING COUNT(*) > 1"
    )
    return _check(contract.relation, "unique", sql, why=f"one row per ({key})")


def _check(relation: str, rule: str, sql: str, *, why: str) -> Check:
    return Check(name=f"{relation} {rule}", relation=relation, rule=rule, sql=sql, why=why)


def _distinct(contract: Contract) -> Probe:
    key = ", ".join(contract.key)
    sql = f"SELECT COUNT(*) FROM (SELECT DISTINCT {key} FROM {contract.relation}) AS keys"
    return Probe(name=f"distinct keys {contract.relation}", sql=sql, better="equal")
