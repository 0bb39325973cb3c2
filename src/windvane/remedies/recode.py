"""Categories under other codes: rows that came under both prove which is which."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.table import literal
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading

WITNESSES = 3  # rows with the same key, per pair of codes
MOST = 60


class Recode:
    """Needs: known rows that come again with the new codes, so that each new code is one known code and the reverse.

    Equal frequencies are no proof. Touches the column in this batch. Verified by every check on the known codes.
    """

    cause = "recoded"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all recoded columns; none without proof for every code."""
        case = case_of(scene)
        if case is None or not case.contract.key:
            return ()
        names = [
            n for n in case.broken("accepted_values", "crossed", "category_share", "segments") if not case.is_key(n)
        ]
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(names):
            return ()
        claim = Claim(
            proposer="recode",
            title=f"Read the new codes of {', '.join(f'`{f.column}`' for f in fixes)} in {case.source}",
            rationale="Rows known before came again under the new codes; each new code stands for one known code.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    said, name = case.column(column), quote(column)
    if said is None or said.classification != "open":
        return None
    same = " AND ".join(f"old.{quote(k)} = fresh.{quote(k)}" for k in case.contract.key)
    keys = ", ".join(quote(k) for k in case.contract.key)
    newest = (
        f"(SELECT *, ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY _seq DESC, _row DESC) AS age FROM {case.known})"
    )
    pairs = case.rows(
        f"SELECT CAST(fresh.{name} AS VARCHAR), CAST(old.{name} AS VARCHAR), COUNT(*) FROM (SELECT * FROM "
        f"{case.arriving()}) AS fresh "
        f"JOIN {newest} AS old ON {same} AND old.age = 1 WHERE fresh.{name} IS NOT NULL AND old.{name} IS NOT NULL "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    new, old = {p[0] for p in pairs}, {p[1] for p in pairs}
    there = {str(r[0]) for r in case.rows(f"SELECT DISTINCT {name} FROM {case.arriving()} WHERE {name} IS NOT NULL")}
    proven = len(pairs) == len(new) == len(old) <= MOST and {str(n) for n in new} == there
    if not proven or not pairs or any(int(str(n)) < WITNESSES for *_, n in pairs):
        return None
    whens = " ".join(f"WHEN {literal(str(a))} THEN {literal(str(b))}" for a, b, _ in pairs)
    told = ", ".join(f"`{a!s}` is `{b!s}` ({n!s} rows)" for a, b, n in pairs[:4])
    return Fix(column, f"CASE {case.text(column)} {whens} ELSE {case.text(column)} END", told)


def remedy() -> Remedy:
    """The remedy."""
    return Recode()
