"""Whole numbers that came with fractions: the column becomes a decimal, and no digit is rounded away."""

from __future__ import annotations

from windvane.domain.change import Put
from windvane.domain.estate import Contract, Ref
from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.domain.record import replace
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.spellings import suspects

WIDE = 28  # digits before and behind the point together
MOST = 9  # behind it


class Widen:
    """Needs: a column of whole numbers that measure something, whose texts are all plain decimals. Touches its type,
    for all rows. A number that names a thing has no fractions: there the text is wrong, not the type.

    Verified by every check; sums of the known rows do not move.
    """

    cause = "widened"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all such columns; none when a text is no plain decimal."""
        case = case_of(scene)
        if case is None:
            return ()
        names = [n for n in suspects(case) if _counts(case, n)]
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(suspects(case)):
            return ()
        claim = Claim(
            proposer="widen",
            title=f"Widen {', '.join(f'`{f.column}` to {f.kind}' for f in fixes)} in {case.source}",
            rationale="Whole numbers came with fractions; a wider type keeps every digit of all rows.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        plan = reading(case, fixes, claim)
        return (replace(plan, changes=(*plan.changes, *_contracts(scene, case, fixes))),)


def _counts(case: Case, column: str) -> bool:
    """Whether a column holds whole numbers that measure, and name nothing."""
    cast, said = case.cast(column), case.column(column)
    whole = cast is not None and cast.type in ("bigint", "integer")
    return whole and not case.is_key(column) and (said is None or said.meaning != "identifier")


def _fix(case: Case, column: str) -> Fix | None:
    raw = case.raw(column)
    if not raw:
        return None
    odd, digits = case.rows(
        f"SELECT COUNT(*) FILTER (NOT regexp_full_match(TRIM({raw}), '[+-]?[0-9]{{1,18}}([.][0-9]{{1,{MOST}}})?')), "
        f"MAX(LENGTH(regexp_extract(TRIM({raw}), '[.]([0-9]+)', 1))) FROM {case.landed} WHERE TRIM({raw}) <> ''"
    )[0]
    if odd or not digits:
        return None
    return Fix(column, case.text(column), f"{digits!s} digits behind the point", kind=f"decimal({WIDE},{digits!s})")


def _contracts(scene: Scene, case: Case, fixes: tuple[Fix, ...]) -> tuple[Put, ...]:
    kinds = {f.column: f.kind for f in fixes}
    found = (scene.estate.find(Ref(kind="contract", name=f"{layer}.{case.source}")) for layer in ("staging", "core"))
    return tuple(
        Put(asset=replace(c, columns=tuple(replace(k, type=kinds.get(k.name, k.type)) for k in c.columns)))
        for c in found
        if isinstance(c, Contract)
    )


def remedy() -> Remedy:
    """The remedy."""
    return Widen()
