"""A few rows that cannot be: dates of another century, values far beyond all known; they are set aside."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.ends import at_end
from windvane.stack.quality.oddities import ODDITIES, holds
from windvane.stack.quality.table import is_moment
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, setting_aside

MOST_ROWS = 500
MOST_SHARE = 0.1  # of a batch: more are no exceptions
FAR, LONG = 10.0, 366  # as in the checks: times the known reach, days beyond the known span


class PoisonRows:
    """Needs: the rows that broke a check one by one, few of them. Touches no value: rows go to quarantine with a
      reason.

    Verified by every check on the rows that stay, and by the limit on quarantined rows.
    """

    cause = "poison_rows"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan that sets all such rows of the batch aside."""
        case = case_of(scene)
        if case is None:
            return ()
        tests = [*_far(case), *_marked(case), *_signed(case)]
        if not tests:
            return ()
        where = " OR ".join(f"COALESCE({t}, FALSE)" for _, t in tests)
        rows = [
            int(str(r[0]))
            for r in case.rows(f"SELECT _row FROM {case.arriving()} WHERE {where} ORDER BY 1 LIMIT {MOST_ROWS + 1}")
        ]
        if not rows or len(rows) > min(MOST_ROWS, max(3.0, MOST_SHARE * case.batch.accepted)):
            return ()
        told = "; ".join(dict.fromkeys(t for t, _ in tests))
        claim = Claim(
            proposer="poison_rows",
            title=f"Set {len(rows):,} {'row' if len(rows) == 1 else 'rows'} of {case.source} aside",
            rationale=f"{told}. The other rows of the delivery are as always.",
            evidence=(f"{len(rows):,} of {case.batch.accepted:,} rows: {told}",),
        )
        return (setting_aside(case, tuple(rows), reason=f"odd: {told}", claim=claim),)


def _far(case: Case) -> list[tuple[str, str]]:
    found = []
    for name in case.broken("extremes", "future", "range", "freshness"):
        cast = case.cast(name)
        if cast is None:
            continue
        column = quote(name)
        if is_moment(cast.type):
            day = f"CAST({column} AS DATE)"
            low, high, span = case.rows(
                f"SELECT MIN({day}), MAX({day}), date_diff('day', MIN({day}), MAX({day})) FROM {case.known}"
            )[0]
            if span is not None:
                ahead, back = LONG + int(str(span)) // 10, LONG + 2 * int(str(span))
                test = (
                    f"date_diff('day', DATE '{high!s}', {day}) > {ahead} OR date_diff('day', {day}, DATE "
                    f"'{low!s}') > {back}"
                )
                found.append((f"`{name}` lies far from all known dates", test))
        elif case.broken("extremes") and name in case.broken("extremes"):
            number = f"CAST({column} AS DOUBLE)"
            middle, low, high = case.rows(f"SELECT MEDIAN({number}), MIN({number}), MAX({number}) FROM {case.known}")[0]
            if middle is not None:
                reach = max(float(str(high)) - float(str(middle)), float(str(middle)) - float(str(low)))
                reach = FAR * (reach or max(1.0, abs(float(str(middle)))))
                ends = at_end(number, *(f"CAST('{edge!s}' AS DOUBLE)" for edge in (low, high)))
                beyond = f"(abs({number} - {middle!s}) > {reach!r} OR {ends})"
                found.append((f"`{name}` lies far beyond all known values", beyond))
    return found


def _marked(case: Case) -> list[tuple[str, str]]:
    """Rows of tests, and texts whose letters are lost: nothing brings them back."""
    kinds = [o for o in ODDITIES if o.cause in ("test_data", "lost_letters", "control_characters")]
    told = {s.observed for s in case.incident.signals if ".strange_text" in s.expected}
    return [
        (f"`{n}` holds {o.told}", holds(o, quote(n)))
        for n in case.broken("strange_text")
        for o in kinds
        if any(f"`{n}` holds {o.told}" in t for t in told)
    ]


def _signed(case: Case) -> list[tuple[str, str]]:
    """Values below zero where the meaning of the column allows none, when there are few."""
    found = []
    for name in case.broken("range"):
        low = case.rows(f"SELECT MIN({quote(name)}) FROM {case.known}")[0][0]
        if low is not None and float(str(low)) >= 0:
            found.append((f"`{name}` is below zero", f"{quote(name)} < 0"))
    return found


def remedy() -> Remedy:
    """The remedy."""
    return PoisonRows()
