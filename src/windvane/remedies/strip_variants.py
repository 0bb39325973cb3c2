"""New spellings of known categories: other case, blanks or signs of the same word become the known word."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.plain_text import folded
from windvane.stack.quality.table import literal
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading

MOST = 60


class StripVariants:
    """Needs: each unseen value equals exactly one known value but for case and blanks. A wrong letter is asked about.

    Touches those cells of this batch. Verified by every check.
    """

    cause = "variant_spelling"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns with such spellings; none when one value is no known one."""
        case = case_of(scene)
        if case is None:
            return ()
        names = case.broken("variants")
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(names):
            return ()
        claim = Claim(
            proposer="strip_variants",
            title=f"Read {', '.join(f'{f.because}' for f in fixes)} in {case.source}",
            rationale="The new spellings are known values but for case and blanks, and each is one of them only.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    said = case.column(column)
    if said is None or said.classification != "open" or column in case.contract.key:
        return None
    name = quote(column)
    pairs = case.rows(
        f"SELECT fresh.value, MIN(known.value), COUNT(DISTINCT known.value) FROM "
        f"(SELECT DISTINCT {name} AS value FROM {case.arriving()}) AS fresh JOIN "
        f"(SELECT DISTINCT {name} AS value FROM {case.known}) AS known ON {folded('known.value')} = "
        f"{folded('fresh.value')} "
        f"WHERE fresh.value NOT IN (SELECT {name} FROM {case.known} WHERE {name} IS NOT NULL) GROUP BY 1 ORDER BY 1"
    )
    if not pairs or len(pairs) > MOST or any(n != 1 for *_, n in pairs):
        return None
    whens = " ".join(f"WHEN {literal(str(new))} THEN {literal(str(old))}" for new, old, _ in pairs)
    told = ", ".join(f"`{new!s}` as `{old!s}`" for new, old, _ in pairs[:3])
    more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
    return Fix(column, f"CASE {case.text(column)} {whens} ELSE {case.text(column)} END", f"{told}{more}")


def remedy() -> Remedy:
    """The remedy."""
    return StripVariants()
