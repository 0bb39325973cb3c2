"""Dates in another format: one format reads them all and goes on from history; day and month are never guessed."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.landing.fits import fits
from windvane.stack.quality.canonical import canonical_sql
from windvane.stack.quality.moments import readings, swapped
from windvane.stack.quality.table import is_moment
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading
from windvane.stack.repair.spellings import null_tokens, suspects, texts_of, values_mark

BEYOND = 366  # days outside the known span that are no continuation


class ReparseDate:
    """Needs: one format in which every text is a date near the known ones; if day and month could change over, it asks.

    Touches how the column is read in this batch. Verified by every check on the dates as read.
    """

    cause = "respelled_date"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns of dates that do not read; none when one of them has no or several readings."""
        case = case_of(scene)
        if case is None:
            return ()
        broken = (*suspects(case), *case.broken("future", "freshness", "arithmetic", "roundness"))
        names = [n for n in dict.fromkeys(broken) if (c := case.cast(n)) and is_moment(c.type) and case.raw(n)]
        found = [(n, _fixes(case, n)) for n in names]
        sure = tuple(fixes[0] for _, fixes in found if len(fixes) == 1)
        must = [n for n in names if n in suspects(case)]
        if not sure or any(n not in {f.column for f in sure} for n in must):
            return ()
        claim = Claim(
            proposer="reparse_date",
            title=f"Read {', '.join(f'`{f.column}` as {f.because}' for f in sure)} in {case.source}",
            rationale=(
                "The dates came in another format; one format reads them all, and they go on from the known ones."
            ),
            evidence=tuple(f"`{f.column}`: {f.because}" for f in sure),
        )
        return (reading(case, sure, claim),)


def _fixes(case: Case, column: str) -> list[Fix]:
    """Formats in which every text is a date near the known ones, those that give other dates apart."""
    texts = texts_of(case, column)
    made: dict[str, Fix] = {}
    spellings = list(readings(texts))
    spellings += [o for s in spellings if (o := swapped(s)) is not None]
    for spelling in spellings:
        text = canonical_sql(str(spelling), case.raw(column), null_tokens(case, column))
        if _reads(case, column, text):
            made.setdefault(values_mark(case, column, text), Fix(column, text, f"`{spelling}`"))
    if len(made) > 1 or not made:
        return list(made.values())
    ((mark, fix),) = made.items()
    same = column not in suspects(case) and mark == values_mark(case, column, case.text(column))
    return [] if same or not _goes_on(case, column, fix.text) else [fix]


def _reads(case: Case, column: str, text: str) -> bool:
    cast = case.cast(column)
    kind = cast.type if cast else "date"
    found = case.rows(
        f"SELECT 1 FROM (SELECT ({text}) AS t FROM {case.landed}) AS texts WHERE t IS NOT NULL AND NOT "
        f"{fits('t', kind)} LIMIT 1"
    )
    return not found


def _goes_on(case: Case, column: str, text: str) -> bool:
    name = f"CAST({quote(column)} AS DATE)"
    found = case.rows(
        f"SELECT new_low >= old_low - {BEYOND} AND new_high <= old_high + {BEYOND} FROM "
        f"(SELECT MIN({name}) AS old_low, MAX({name}) AS old_high FROM {case.known}) AS old, "
        f"(SELECT MIN({name}) AS new_low, MAX({name}) AS new_high FROM {case.arriving({column: text})}) AS fresh"
    )
    return bool(found and found[0][0])


def remedy() -> Remedy:
    """The remedy."""
    return ReparseDate()
