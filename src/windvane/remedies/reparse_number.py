"""Numbers spelled otherwise: decimal commas, thousands, units; one grammar explains the batch, as history does."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.landing.fits import fits
from windvane.stack.quality.canonical import canonical_sql
from windvane.stack.quality.numbers import readings
from windvane.stack.quality.table import is_number
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.shapes import near
from windvane.stack.repair.spellings import null_tokens, suspects, texts_of, values_mark

EXPLAINS = 0.999  # of the rows


class ReparseNumber:
    """Needs: one grammar in which 99.9 % of the texts are numbers of the known size; two that differ are asked about.

    Touches how the column is read in this batch. Verified by every check on the numbers as read.
    """

    cause = "respelled_number"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns of numbers that do not read; none when one of them has no or several readings."""
        case = case_of(scene)
        if case is None:
            return ()
        names = [n for n in suspects(case) if (c := case.cast(n)) and is_number(c.type) and case.raw(n)]
        found = [(n, _fixes(case, n)) for n in names]
        sure = tuple(fixes[0] for _, fixes in found if len(fixes) == 1)
        if not sure or len(sure) != len(found):
            return ()
        claim = Claim(
            proposer="reparse_number",
            title=f"Read {', '.join(f'`{f.column}` as {f.because}' for f in sure)} in {case.source}",
            rationale="The numbers came in another spelling; one grammar reads them all, in the size they always had.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in sure),
        )
        return (reading(case, sure, claim),)


def _fixes(case: Case, column: str) -> list[Fix]:
    """The readings that fit, those that give other numbers apart."""
    made: dict[str, Fix] = {}
    spellings = {str(s) for s in readings(texts_of(case, column))}
    profiled = case.batch.profile.column(case.raw(column).strip('"')) if case.batch.profile else None
    spellings |= {
        g for g in ((profiled.grammar, profiled.runner_up) if profiled else ()) if g.startswith(("integer", "decimal"))
    }
    for grammar in sorted(spellings, key=lambda g: (not g.startswith("decimal"), len(g), g)):
        text = canonical_sql(grammar, case.raw(column), null_tokens(case, column))
        if _explains(case, column, text) and near(case, column, text):
            made.setdefault(values_mark(case, column, text), Fix(column, text, f"`{grammar}`"))
    return list(made.values())


def _explains(case: Case, column: str, text: str) -> bool:
    cast = case.cast(column)
    bad, rows = case.rows(
        f"SELECT COUNT(*) FILTER (t IS NOT NULL AND NOT {fits('t', cast.type if cast else 'double')}), COUNT(*) FROM "
        f"(SELECT ({text}) AS t FROM {case.landed}) AS texts"
    )[0]
    return float(str(bad)) <= (1 - EXPLAINS) * float(str(rows))


def remedy() -> Remedy:
    """The remedy."""
    return ReparseNumber()
