"""Defaults that crept in: values that stand for no value become none."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.stand_ins import MOMENTS, NUMBERS, WORDS, outside
from windvane.stack.quality.table import is_moment, is_number, literal
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading

MOST = 12  # spellings of such values in one column


class SentinelToNull:
    """Needs: values of the catalogue, outside all known values of a column that may be empty and is no key.

    A zero may be a real one, so it is asked about. Touches those cells of this batch. Verified by every check.
    """

    cause = "default_value"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns that hold such values; none when one of them cannot be told."""
        case = case_of(scene)
        if case is None:
            return ()
        names = case.broken("sentinel")
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(names):
            return ()
        claim = Claim(
            proposer="sentinel_to_null",
            title=f"Read {', '.join(f.because for f in fixes)} as no value in {case.source}",
            rationale=(
                "These values stand for no value: none of the known rows has one, and they lie outside all that do."
            ),
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    said, cast = case.column(column), case.cast(column)
    if said is None or cast is None or not said.nullable or case.is_key(column):
        return None
    test = _test(case, column, cast.type)
    if not test or case.rows(f"SELECT COUNT(*) FROM {case.known} WHERE {test}")[0][0]:
        return None
    found = case.rows(
        f"SELECT DISTINCT spelled FROM (SELECT TRY_CAST(({case.text(column)}) AS {cast.type}) AS {quote(column)}, "
        f"({case.text(column)}) AS spelled FROM {case.landed}) AS texts WHERE {test} ORDER BY 1 LIMIT {MOST + 1}"
    )
    spelled = [str(r[0]) for r in found]
    if not spelled or len(spelled) > MOST:
        return None
    text = (
        f"CASE WHEN {case.text(column)} IN ({', '.join(literal(s) for s in spelled)}) THEN NULL ELSE "
        f"{case.text(column)} END"
    )
    return Fix(column, text, f"{', '.join(spelled)} of `{column}`")


def _test(case: Case, column: str, kind: str) -> str:
    name = quote(column)
    if is_number(kind):
        low, high = case.rows(f"SELECT MIN({name}), MAX({name}) FROM {case.known}")[0]
        values = outside(NUMBERS, kind, low, high)
        return f"{name} IN ({', '.join(str(v) for v in values)})" if values else ""
    if is_moment(kind):
        return f"CAST(CAST({name} AS DATE) AS VARCHAR) IN ({', '.join(literal(m) for m in MOMENTS)})"
    return f"LOWER(TRIM({name})) IN ({', '.join(literal(w) for w in WORDS)})"


def remedy() -> Remedy:
    """The remedy."""
    return SentinelToNull()
