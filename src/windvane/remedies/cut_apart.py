"""Columns that came as one: cut at the mark that stands in every row, in the one order in which the parts fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.shapes import equal, fits_in, fresh, gone, read_from

MOST = 3  # columns in one
_MARK = re.compile(r"[^\w.+-]+|[^\w]")
_TEXTS = 500


class CutApart:
    """Needs: a mark that stands in each text as often as there are parts less one, and one order in which all fit.

    Touches how the lost columns are read in this batch. Verified by every check on the parts.
    """

    cause = "merged"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan; none when several cuts fit, or none does."""
        case = case_of(scene)
        lost = gone(case) if case else ()
        if case is None or not 2 <= len(lost) <= MOST:
            return ()
        found = [
            c for name in fresh(case) for mark in _marks(case, name, len(lost) - 1) for c in _cuts(case, name, mark)
        ]
        if len(found) != 1:
            return ()
        claim = Claim(
            proposer="cut_apart",
            title=f"Read {' and '.join(f'`{f.column}`' for f in found[0])} from parts of one column in {case.source}",
            rationale="Columns that are gone came as one; cut at its mark, every part is what it always was.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in found[0]),
        )
        return (reading(case, found[0], claim),)


def _marks(case: Case, name: str, times: int) -> list[str]:
    """Texts without letters or digits that stand so often in every value; longer ones before their pieces."""
    cell = quote(name)
    found = case.rows(f"SELECT DISTINCT {cell} FROM {case.landed} WHERE {cell} IS NOT NULL ORDER BY 1 LIMIT {_TEXTS}")
    texts = [str(t) for (t,) in found]
    marks = sorted({m for t in texts[:1] for m in _MARK.findall(t)}, key=len, reverse=True)
    fit = [m for m in marks if all(t.count(m) == times for t in texts)]
    return [m for i, m in enumerate(fit) if not any(m in longer for longer in fit[:i])]


def _cuts(case: Case, name: str, mark: str) -> Iterator[tuple[Fix, ...]]:
    """The orders of the lost columns in which every part fits."""
    lost, told = gone(case), mark.replace("'", "''")
    for order in permutations(lost):
        fixes = []
        for place, column in enumerate(order, 1):
            text = read_from(case, column, f"SPLIT_PART({quote(name)}, '{told}', {place})")
            if not (fits_in(case, column, text) or equal(case, column, text)):
                break
            fixes.append(Fix(column, text, f"part {place} of `{name}`, cut at `{mark}`"))
        else:
            yield tuple(fixes)


def remedy() -> Remedy:
    """The remedy."""
    return CutApart()
