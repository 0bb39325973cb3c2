"""A text that came in two columns: joined again where joined texts are the known ones and the parts alone are not."""

from __future__ import annotations

from itertools import permutations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.shapes import equal, familiar, fresh, gone, read_from
from windvane.stack.repair.spellings import values_mark

MARKS = (" ", ", ", ",", "-", "/", "")
MOST = 4  # new columns of which two may be the parts


class JoinParts:
    """Needs: many joined texts that were known before, or equal values on shared keys, in exactly one way to join.

    Touches how the column is read in this batch. Verified by every check on the joined texts.
    """

    cause = "parted"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan; none when several ways to join give other texts, or none gives known ones."""
        case = case_of(scene)
        lost = gone(case) if case else ()
        parts = fresh(case) if case else ()
        if case is None or len(lost) != 1 or not 2 <= len(parts) <= MOST:
            return ()
        fixes = _fixes(case, lost[0], parts)
        if len(fixes) != 1:
            return ()
        claim = Claim(
            proposer="join_parts",
            title=f"Join {fixes[0].because} to `{lost[0]}` in {case.source}",
            rationale="A column that is gone came in two parts; joined, the texts are those that are known.",
            evidence=(f"`{lost[0]}`: {fixes[0].because}, as known before",),
        )
        return (reading(case, fixes, claim),)


def _fixes(case: Case, column: str, parts: tuple[str, ...]) -> tuple[Fix, ...]:
    made: dict[str, Fix] = {}
    for one, other in permutations(parts, 2):
        for mark in MARKS:
            a, b = (f"COALESCE({quote(p)}, '')" for p in (one, other))
            joined = f"CASE WHEN {b} = '' THEN {a} ELSE {a} || '{mark}' || {b} END"
            text = read_from(case, column, joined)
            if _known(case, column, text):
                said = f"`{one}` and `{other}` with {f'`{mark}`' if mark else 'nothing'} between"
                made.setdefault(values_mark(case, column, text), Fix(column, text, said))
    return tuple(made.values())


def _known(case: Case, column: str, text: str) -> bool:
    cast = case.cast(column)
    return equal(case, column, text) or (cast is not None and cast.type == "varchar" and familiar(case, column, text))


def remedy() -> Remedy:
    """The remedy."""
    return JoinParts()
