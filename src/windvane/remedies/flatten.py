"""Values that came inside an object: the one member that is the value it always was is read."""

from __future__ import annotations

import json
import re

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.shapes import fits_in, read_from
from windvane.stack.repair.spellings import texts_of, values_mark

_NAME = re.compile(r"[A-Za-z0-9_ .-]+")


class Flatten:
    """Needs: every text is an object, and exactly one of its members reads as the column always did.

    Touches how the column is read in this batch. Verified by every check on the values.
    """

    cause = "nested"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all such columns; none when a column has no such member, or several that differ."""
        case = case_of(scene)
        if case is None:
            return ()
        found = {c.name: _fixes(case, c.name) for c in case.made if case.raw(c.name) and members(case, c.name)}
        fixes = tuple(made[0] for made in found.values() if len(made) == 1)
        if not fixes or len(fixes) != len(found):
            return ()
        claim = Claim(
            proposer="flatten",
            title=f"Take {', '.join(f'`{f.column}` out of {f.because}' for f in fixes)} in {case.source}",
            rationale="The values came inside objects; one member holds what stood there before.",
            evidence=tuple(f"`{f.column}`: {f.because}, every row" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def members(case: Case, column: str) -> tuple[str, ...]:
    """Names of plain members that all objects in a column have; none when a text is no object."""
    common: set[str] | None = None
    for text in texts_of(case, column):
        if not text.startswith("{") or "\\" in text:
            return ()
        try:
            thing = json.loads(text)
        except ValueError:
            return ()
        plain = {k for k, v in thing.items() if not isinstance(v, dict | list) and _NAME.fullmatch(k)}
        common = plain if common is None else common & plain
    return tuple(sorted(common or ()))


def _fixes(case: Case, column: str) -> list[Fix]:
    """The members that fit, those that give other values apart."""
    made: dict[str, Fix] = {}
    for member in members(case, column):
        name = member.replace(".", "[.]")
        inside = f'REGEXP_REPLACE({case.raw(column)}, \'^.*"{name}" *: *("([^"]*)"|([^",}} ]*)).*$\', \'\\2\\3\')'
        text = read_from(case, column, inside)
        if fits_in(case, column, text):
            made.setdefault(values_mark(case, column, text), Fix(column, text, f"member `{member}`"))
    return list(made.values())


def remedy() -> Remedy:
    """The remedy."""
    return Flatten()
