"""Times counted in another unit: seconds, milliseconds, microseconds or nanoseconds since 1970; the digits decide."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.canonical import canonical_sql
from windvane.stack.quality.spelling import EPOCH_DIGITS
from windvane.stack.quality.table import is_moment
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.spellings import null_tokens, suspects

NANO = 19  # digits; what is below a microsecond must be zero, or it would be lost
BEYOND = 366  # days outside the known span that are no continuation


class EpochScale:
    """Needs: every text has the digits of one unit, and the times it gives lie beside the known ones.

    Touches how the column is read in this batch. Verified by every check on the times as read.
    """

    cause = "epoch_unit"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns of times in one other unit."""
        case = case_of(scene)
        if case is None:
            return ()
        names = [n for n in suspects(case) if (c := case.cast(n)) and is_moment(c.type) and case.raw(n)]
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(names):
            return ()
        claim = Claim(
            proposer="epoch_scale",
            title=f"Read {', '.join(f'`{f.column}` as {f.because}' for f in fixes)} in {case.source}",
            rationale=(
                "The digits say in which unit times are counted since 1970, and the times go on from the known ones."
            ),
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    """How the texts of a column are read when all count one unit; days are read where each time is a midnight."""
    raw, cast = case.raw(column), case.cast(column)
    found = case.rows(
        f"SELECT LENGTH(TRIM({raw})), COUNT(*), MIN(CASE WHEN regexp_full_match(TRIM({raw}), '[0-9]+') THEN 1 "
        f"ELSE 0 END), "
        f"MIN(CASE WHEN {raw} LIKE '%000' THEN 1 ELSE 0 END) FROM {case.landed} WHERE TRIM({raw}) <> '' GROUP BY 1"
    )
    lengths = {int(str(f[0])) for f in found}
    if not found or any(f[2] != 1 for f in found):
        return None
    unit, told = _unit(lengths, whole=all(f[3] == 1 for f in found))
    if not unit:
        return None
    text = raw if told != "ns" else f"SUBSTRING({raw}, 1, LENGTH({raw}) - 3)"
    read = canonical_sql(f"epoch:{unit}", text, null_tokens(case, column))
    if cast is not None and cast.type == "date":
        if not _midnights(case, read):
            return None
        read = f"SUBSTRING({read}, 1, 10)"
    return Fix(column, read, f"`epoch:{told}`") if _goes_on(case, column, read) else None


def _unit(lengths: set[int], *, whole: bool) -> tuple[str, str]:
    """The unit that texts of these lengths count, as it is read and as it is told; empty when there is not one.

    Times before September 2001 have a digit less.
    """
    for unit, digits in EPOCH_DIGITS.items():
        if lengths <= {digits - 1, digits}:
            return unit, unit
    return ("us", "ns") if whole and lengths <= {NANO - 1, NANO} else ("", "")


def _midnights(case: Case, read: str) -> bool:
    texts = f"(SELECT {read} AS t FROM {case.landed}) AS texts"
    return not case.rows(f"SELECT 1 FROM {texts} WHERE t IS NOT NULL AND NOT t LIKE '% 00:00:00%' LIMIT 1")


def _goes_on(case: Case, column: str, text: str) -> bool:
    name = quote(column)
    found = case.rows(
        f"SELECT fresh.n > 0 AND new_low >= old_low - INTERVAL {BEYOND} DAY AND new_high <= old_high + INTERVAL "
        f"{BEYOND} DAY "
        f"FROM (SELECT MIN({name}) AS old_low, MAX({name}) AS old_high FROM {case.known}) AS old, (SELECT "
        f"COUNT({name}) AS n, "
        f"MIN({name}) AS new_low, MAX({name}) AS new_high FROM {case.arriving({column: text})}) AS fresh"
    )
    return bool(found and found[0][0])


def remedy() -> Remedy:
    """The remedy."""
    return EpochScale()
