"""Numbers that came with more digits behind the point: the column becomes a wider decimal, and none is rounded away."""

from __future__ import annotations

from windvane.domain.change import Put
from windvane.domain.estate import Contract, Ref
from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.domain.record import replace
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.finer import doubt
from windvane.stack.repair.numbers import MOST_DIGITS, digits_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.spellings import suspects

_FULL = 38  # digits that a decimal has at most
WIDE = 28  # digits before and behind the point together
MOST = 9  # behind it, of whole numbers that came with fractions
FINE = 18  # behind it, of decimals that came with more


class Widen:
    """Needs: a column of decimals, or of whole numbers that measure something, whose texts are all plain decimals.
    Touches its type, for all rows. A number that names a thing has no fractions: there the text is wrong, not the type.
    Where those with more digits may be other numbers (of another size, or on the grid of a factor), a person is asked.

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
            rationale="Numbers came with more digits behind the point; a wider type keeps every digit of all rows.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
            doubt="; ".join(d for f in fixes if (d := doubt(case, f.column, before=_usual(case, f.column)))),
        )
        plan = reading(case, fixes, claim)
        return (replace(plan, changes=(*plan.changes, *_contracts(scene, case, fixes))),)


def _counts(case: Case, column: str) -> bool:
    """Whether a column holds decimals, or whole numbers that measure, and name nothing."""
    cast, said = case.cast(column), case.column(column)
    number = cast is not None and (cast.type in ("bigint", "integer") or cast.type.startswith("decimal"))
    return number and not case.is_key(column) and (said is None or said.meaning != "identifier")


def _fix(case: Case, column: str) -> Fix | None:
    raw, cast = case.raw(column), case.cast(column)
    if not raw or cast is None:
        return None
    most = FINE if cast.type.startswith("decimal") else MOST
    odd, digits = case.rows(
        f"SELECT COUNT(*) FILTER (NOT regexp_full_match(TRIM({raw}), '[+-]?[0-9]{{1,18}}([.][0-9]{{1,{most}}})?')), "
        f"MAX(LENGTH(regexp_extract(TRIM({raw}), '[.]([0-9]+)', 1))) FROM {case.landed} WHERE TRIM({raw}) <> ''"
    )[0]
    behind = max(int(str(digits or 0)), _behind(cast.type))
    if odd or not digits or behind == _behind(cast.type):
        return None
    precise = max(WIDE, _before(cast.type) + behind)
    told = f"{digits!s} digits behind the point"
    return Fix(column, case.text(column), told, kind=f"decimal({precise},{behind})") if precise <= _FULL else None


def _usual(case: Case, column: str) -> int:
    """Digits behind the point that known numbers use."""
    return min(MOST_DIGITS, digits_of(case, column, case.known))


def _behind(kind: str) -> int:
    """Digits behind the point that a type keeps."""
    return int(kind.partition(",")[2].rstrip(")")) if kind.startswith("decimal") else 0


def _before(kind: str) -> int:
    """Digits before the point that a decimal keeps."""
    return int(kind.partition("(")[2].partition(",")[0]) - _behind(kind) if kind.startswith("decimal") else 0


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
