"""Two columns that came with each other's contents: each reads the other's."""

from __future__ import annotations

from itertools import combinations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import columns_of, quote, swap_column
from windvane.stack.quality.table import is_number
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading

MINE, OTHER = 0.05, 0.8  # shares of arriving values known of the column itself, at most, and of the other, at least
FEWEST = 3  # different values
BETWEEN = 0.9  # share of arriving numbers within the known range of the other column


class SwapBack:
    """Needs: both columns hold what the other one held before and nothing of their own, and no third column fits.

    Touches the two columns in this batch. Verified by every check on the contents exchanged.
    """

    cause = "swapped"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan when exactly one pair is crossed."""
        case = case_of(scene)
        if case is None:
            return ()
        names = [n for n in case.broken() if case.raw(n) and n not in case.contract.key]
        pairs = [p for p in combinations(names, 2) if _family(case, p[0]) == _family(case, p[1]) and _crossed(case, *p)]
        if len(pairs) != 1:
            return ()
        one, other = pairs[0]
        fixes = tuple(_exchanged(case, a, b) for a, b in ((one, other), (other, one)))
        claim = Claim(
            proposer="swap_back",
            title=f"Exchange `{one}` and `{other}` in {case.source}",
            rationale="Each of the two columns came with the contents of the other.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _exchanged(case: Case, mine: str, other: str) -> Fix:
    raw = next(iter(columns_of(case.raw(mine))))
    text = swap_column(case.text(mine), raw, next(iter(columns_of(case.raw(other)))))
    return Fix(mine, text, f"holds what `{other}` holds in known rows")


def _family(case: Case, column: str) -> str:
    cast = case.cast(column)
    kind = cast.type if cast else ""
    return "number" if is_number(kind) else kind.partition("(")[0]


def _crossed(case: Case, one: str, other: str) -> bool:
    measure = _texts if _family(case, one) == "varchar" else _numbers
    return all(measure(case, a, b) for a, b in ((one, other), (other, one)))


def _texts(case: Case, mine: str, other: str) -> bool:
    """Whether arriving values of `mine` are known of `other` and not of `mine`, as shares of rows."""
    n, own, far, different = case.rows(
        f"SELECT SUM(n), SUM(CASE WHEN value IN (SELECT {quote(mine)} FROM {case.known}) THEN n ELSE 0 END), "
        f"SUM(CASE WHEN value IN (SELECT {quote(other)} FROM {case.known}) THEN n ELSE 0 END), COUNT(*) FROM "
        f"(SELECT {quote(mine)} AS value, COUNT(*) AS n FROM {case.arriving()} WHERE {quote(mine)} IS NOT NULL "
        f"GROUP BY 1)"
    )[0]
    rows = float(str(n or 0))
    known, foreign = float(str(own or 0)), float(str(far or 0))
    return int(str(different)) >= FEWEST and known <= MINE * rows and foreign >= OTHER * rows


def _numbers(case: Case, mine: str, other: str) -> bool:
    """Whether five quantiles of the arriving values are far nearer to those known of `other` than of `mine`."""
    arriving, own, far = (
        _quantiles(case, r, c) for r, c in ((case.arriving(), mine), (case.known, mine), (case.known, other))
    )
    if not arriving or not own or not far:
        return False
    spread = max(own[3] - own[1], far[3] - far[1], 1e-9)
    to_own = max(abs(a - b) for a, b in zip(arriving[1:4], own[1:4], strict=True)) / spread
    to_far = max(abs(a - b) for a, b in zip(arriving[1:4], far[1:4], strict=True)) / max(far[3] - far[1], 1e-9)
    return to_far <= 0.5 and to_own >= 1.0


def _quantiles(case: Case, relation: str, column: str) -> tuple[float, ...]:
    name = quote(column)
    value = (
        f"epoch(CAST({name} AS TIMESTAMP))"
        if _family(case, column) in ("date", "timestamp")
        else f"CAST({name} AS DOUBLE)"
    )
    found = case.rows(f"SELECT UNNEST(QUANTILE_CONT({value}, [0.05, 0.25, 0.5, 0.75, 0.95])) FROM {relation}")
    return tuple(float(str(r[0])) for r in found if r[0] is not None)


def remedy() -> Remedy:
    """The remedy."""
    return SwapBack()
