"""Searches candidate explanations of a batch that no remedy repairs; proposes only what is the single one that fits."""

from __future__ import annotations

import math

from windvane.agents.diagnostician.grammar import Candidate, candidates
from windvane.domain.finding import Finding
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.sql.alias import quote
from windvane.stack.quality.table import is_number
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.spellings import suspects, values_mark

MOST_COLUMNS = 4
NEAR = math.log(1.5)  # how far each of three quantiles may lie from the known ones


class Diagnostician:
    """An `Agent` that looks for compositions of at most two rules which bring a batch back to its own history."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:  # noqa: ARG002
        """Nothing: it is asked when something broke."""
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan when every suspicious column has exactly one reading that goes on from its history; else none."""
        case = case_of(scene)
        if case is None:
            return ()
        names = tuple(dict.fromkeys((*suspects(case), *case.broken())))
        numbers = [n for n in names if (c := case.cast(n)) and is_number(c.type) and case.raw(n) and not case.is_key(n)]
        odd = [n for n in numbers if case.misfits(n) or not _fits(case, n, case.text(n))]
        found = [(n, _explanations(case, n)) for n in odd[:MOST_COLUMNS]]
        if not found or any(len(e) != 1 for _, e in found):
            return ()
        fixes = tuple(Fix(n, e[0].text, e[0].told) for n, e in found)
        told = ", ".join(f"`{f.column}`: {f.because}" for f in fixes)
        claim = Claim(
            proposer="diagnostician",
            title=f"Read {told} in {case.source}",
            rationale="No known repair passed; of all compositions of two rules exactly one brings each column back to "
            "where its history lies.",
            evidence=tuple(f"`{f.column}`: {f.because}, the only one that fits" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _explanations(case: Case, column: str) -> list[Candidate]:
    """Readings that fit, those that give other values apart, the simplest first."""
    found: dict[str, Candidate] = {}
    for candidate in candidates(case, column):
        if not case.misfits(column, candidate.text) and _fits(case, column, candidate.text):
            found.setdefault(values_mark(case, column, candidate.text), candidate)
    return list(found.values())


def _fits(case: Case, column: str, text: str) -> bool:
    """Whether sign and three quantiles of the sizes are about the known ones."""
    old, new = (_shape(case, side, column) for side in (case.known, case.arriving({column: text})))
    if len(old) != 4 or len(new) != 4 or min(old[:3]) <= 0 or min(new[:3]) <= 0:
        return False
    return (
        all(abs(math.log(b / a)) <= NEAR for a, b in zip(old[:3], new[:3], strict=True)) and abs(old[3] - new[3]) < 0.5
    )


def _shape(case: Case, relation: str, column: str) -> tuple[float, ...]:
    size = f"ABS(CAST({quote(column)} AS DOUBLE))"
    found = case.rows(
        f"SELECT quantile_cont({size}, 0.25), quantile_cont({size}, 0.5), quantile_cont({size}, 0.75), "
        f"AVG(SIGN(CAST({quote(column)} AS DOUBLE))) FROM {relation} WHERE {quote(column)} <> 0"
    )[0]
    return tuple(float(str(v)) for v in found if v is not None)
