"""Rows whose counterpart is not there yet: they wait in quarantine, and come in by themselves when it arrives."""

from __future__ import annotations

from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Reference
from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, setting_aside

MOST_ROWS = 2_000
MOST_SHARE = 0.2  # of a batch: more point to the reference itself


class OrphanRows:
    """Needs: a reference that every known row keeps, and few rows that do not. Touches no value.

    Verified by every check on the rows that stay; the rows are tried again in every run.
    """

    cause = "late_parent"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan that sets the orphans of the batch aside."""
        case = case_of(scene)
        if case is None or scene.reader is None:
            return ()
        names = set(case.broken("orphans"))
        broken = [r for r in case.contract.references if r.match_share >= 1.0 and names & set(r.columns)]
        rows = tuple(sorted({n for r in broken for n in _orphans(case, r)}))
        if not rows or len(rows) > min(MOST_ROWS, max(3.0, MOST_SHARE * case.batch.accepted)):
            return ()
        told = ", ".join(f"no {r.to} for its {', '.join(r.columns)}" for r in broken)
        claim = Claim(
            proposer="orphan_rows",
            title=f"Let {len(rows):,} {'row' if len(rows) == 1 else 'rows'} of {case.source} wait for {broken[0].to}",
            rationale="Their counterparts are not there yet; they come in when these arrive.",
            evidence=(f"{len(rows):,} of {case.batch.accepted:,} rows: {told}",),
        )
        return (setting_aside(case, rows, reason=f"waits: {told}", claim=claim),)


def _orphans(case: Case, reference: Reference) -> list[int]:
    targets = ", ".join(quote(c) for c in reference.to_columns)
    try:
        reader = case.scene.reader
        known = reader.rows(f"SELECT DISTINCT {targets} FROM {reference.to}") if reader else []
    except WindvaneError:
        return []
    parents = {tuple(str(v) for v in r) for r in known}
    cells = ", ".join(f"CAST({quote(c)} AS VARCHAR)" for c in reference.columns)
    given = " AND ".join(f"{quote(c)} IS NOT NULL" for c in reference.columns)
    rows = case.rows(f"SELECT _row, {cells} FROM {case.arriving()} WHERE {given}")
    return [int(str(row[0])) for row in rows if tuple(str(v) for v in row[1:]) not in parents]


def remedy() -> Remedy:
    """The remedy."""
    return OrphanRows()
