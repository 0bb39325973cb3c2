"""Whole numbers that came as `5.00`: the same numbers, with nothing behind the point."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.spellings import suspects


class WholeNumbers:
    """Needs: every text is a whole number, with zeros only behind the point. Touches the column in this batch.

    Verified by every check; the numbers are the delivered ones.
    """

    cause = "respelled_number"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all such columns."""
        case = case_of(scene)
        if case is None:
            return ()
        names = [n for n in suspects(case) if (c := case.cast(n)) and c.type in ("bigint", "integer") and case.raw(n)]
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(names):
            return ()
        claim = Claim(
            proposer="whole_numbers",
            title=f"Read {', '.join(f'`{f.column}`' for f in fixes)} as whole numbers in {case.source}",
            rationale="Behind the point are zeros only: the numbers are the same, spelled as decimals.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    raw = case.raw(column)
    whole = f"REGEXP_MATCHES({raw}, '^[+-]?[0-9]+[.]0*$')"
    odd, zeros = case.rows(
        f"SELECT COUNT(*) FILTER (NOT regexp_full_match(TRIM({raw}), '[+-]?[0-9]{{1,18}}([.]0*)?')), COUNT(*) "
        f"FILTER ({whole}) "
        f"FROM {case.landed} WHERE TRIM({raw}) <> ''"
    )[0]
    if odd or not zeros:
        return None
    bare = f"CAST(CAST(CAST({raw} AS DECIMAL(38, 9)) AS DECIMAL(29, 0)) AS VARCHAR)"
    return Fix(
        column,
        (f"CASE WHEN {whole} THEN {bare} ELSE {case.text(column)} END"),
        f"{int(str(zeros)):,} numbers end in zeros",
    )


def remedy() -> Remedy:
    """The remedy."""
    return WholeNumbers()
