"""By what all arriving numbers seem to be multiplied, and whether one story explains it.

A factor of the catalogue of units that fits inside a narrow interval, beyond every known move, on every series, is
identified. A factor like 1.08 is not: a move of prices and a change of currency fit it equally, so both are told.
"""

from __future__ import annotations

import math

from windvane.domain.incident import Hypothesis
from windvane.domain.record import Record, replace
from windvane.stack.quality.conformal import limit, median
from windvane.stack.quality.drift.seam import Seam, history, quantile_ratios, steps
from windvane.stack.quality.table import quoted

FACTORS: tuple[tuple[str, float], ...] = (
    ("hundred (cents, percent)", 100.0),
    ("thousand (milli, kilo)", 1000.0),
    ("ten thousand (basis points)", 10_000.0),
    ("million", 1e6),
    ("ten", 10.0),
    ("kilogram to pound", 2.2046226218),
    ("inch to centimetre", 2.54),
    ("metre to foot", 3.280839895),
    ("mile to kilometre", 1.609344),
    ("gallon to litre", 3.785411784),
    ("ounce to gram", 28.349523125),
    ("inch to millimetre", 25.4),
    ("sixty (minutes, seconds)", 60.0),
    ("hour to second", 3600.0),
    ("day to hour", 24.0),
    ("dozen", 12.0),
)
TENS = ("ten", "hundred", "thousand", "ten thousand", "million")
MONEY = ("price", "amount", "index_level", "")  # without a known meaning a number may be money
COVER = 0.02  # the interval holds the factor of all but this share of known steps
AGREE = 0.9  # share of series, and of quantiles, whose own ratio must lie near the factor
EXCHANGE = (0.2, 5.0)  # factors that are ordinary between currencies


class Shift(Record):
    """Arriving over known: `factor` with its interval, the stories that fit, and whether just one does.

    `unit` and `exact` name the catalogue factor when one fits; `cause` is empty while more than one story fits.
    """

    column: str
    factor: float
    low: float
    high: float
    series: int
    agreeing: float  # share of series within the interval
    exact: float = 1.0
    unit: str = ""
    cause: str = ""
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def identifiable(self) -> bool:
        """Exactly one story fits, and it is not that nothing happened."""
        return self.cause in ("unit_change", "sign_flip")


def factor(seam: Seam, *, column: str, meaning: str = "") -> Shift:
    """How `column` is multiplied where the arriving rows begin; `meaning` is one of `MEANINGS` or empty.

    Series are compared at the seam when `seam` has a time; otherwise (and in addition) five quantiles of the arriving
    rows with those of as many newest known rows.
    """
    flipped = _flipped(seam, column)
    if flipped:
        return flipped
    jumps, past = steps(seam, column, column), history(seam, column)
    ratios = quantile_ratios(seam, column)
    if not jumps and not ratios:
        return Shift(column=column, factor=1.0, low=0.0, high=math.inf, series=0, agreeing=0.0, evidence=("no values",))
    centre = median(jumps or ratios)
    width = _width(jumps, past, ratios)
    near = max(3 * width, 0.02)
    agreeing = _share_near(jumps or ratios, centre, near)
    shift = Shift(
        column=column,
        factor=math.exp(centre),
        low=math.exp(centre - width),
        high=math.exp(centre + width),
        series=len(jumps),
        agreeing=agreeing,
        evidence=_evidence(centre, width, jumps, ratios),
    )
    return _explain(shift, past, ratios, meaning)


def _width(jumps: tuple[float, ...], past: tuple[float, ...], ratios: tuple[float, ...]) -> float:
    """Half the interval of the log factor: what known steps do in all but `COVER` of cases, or how quantiles differ."""
    if jumps and len(past) >= 8:
        return max(limit([abs(p) for p in past], max(COVER, 1 / (len(past) + 1))).value, 1e-4)
    spread = max(jumps or ratios) - min(jumps or ratios)
    return max(spread / 2, 0.02)


def _share_near(values: tuple[float, ...], centre: float, near: float) -> float:
    return sum(abs(v - centre) <= near for v in values) / len(values)


def _explain(shift: Shift, past: tuple[float, ...], ratios: tuple[float, ...], meaning: str) -> Shift:
    """`shift` with its stories; one alone becomes the cause."""
    low, high = math.log(shift.low), math.log(shift.high)
    units = [(name, f**sign) for name, f in FACTORS for sign in (1, -1)]
    fitting = [(name, exact) for name, exact in units if low <= math.log(exact) <= high]
    size, reach = abs(math.log(shift.factor)), high - math.log(shift.factor)
    if size <= reach:
        steady = Hypothesis(cause="real_move", probability=1.0, evidence=shift.evidence)
        return _with(shift, (steady,), cause="real_move")
    stories = [*_unit_stories(shift, fitting, meaning), *_other_stories(shift, past, meaning, bool(fitting))]
    whole = sum(h.probability for h in stories if not h.ruled_out_by) or 1.0
    told = tuple(
        h if h.ruled_out_by else Hypothesis(cause=h.cause, probability=h.probability / whole, evidence=h.evidence)
        for h in stories
    )
    alive = [h for h in told if not h.ruled_out_by]
    steady_shape = not ratios or _share_near(ratios, math.log(shift.factor), max(3 * reach, 0.1)) >= AGREE
    sure = len(alive) == 1 and len(fitting) == 1 and shift.agreeing >= AGREE and steady_shape
    if sure:
        return _with(shift, told, cause=alive[0].cause, unit=fitting[0][0], exact=fitting[0][1])
    return _with(shift, told, cause="")


def _unit_stories(shift: Shift, fitting: list[tuple[str, float]], meaning: str) -> list[Hypothesis]:
    found = []
    for name, exact in fitting:
        tens = name.partition(" (")[0] in TENS
        wrong = (
            "" if tens or meaning not in MONEY else "the column may hold money, and money is not measured in that unit"
        )
        part = "" if shift.agreeing >= AGREE else f"only {shift.agreeing:.0%} of the series were multiplied by it"
        told = (f"{name}: factor {exact:.6g} lies in {shift.low:.4g} to {shift.high:.4g}",)
        found.append(Hypothesis(cause="unit_change", probability=0.9, evidence=told, ruled_out_by=wrong or part))
    return found


def _other_stories(shift: Shift, past: tuple[float, ...], meaning: str, catalogued: bool) -> list[Hypothesis]:  # noqa: FBT001
    size = abs(math.log(shift.factor))
    worst = max((abs(p) for p in past), default=0.0)
    as_large = (1 + sum(abs(p) >= size for p in past)) / (1 + len(past))
    beyond = f"{size / worst:.0f} times the largest of {len(past):,} known steps" if worst and size > 4 * worst else ""
    if not past and catalogued and size > math.log(5):
        beyond = "no history of single steps, but every part of the distribution moved by the same factor"
    moved = (f"a step so large or larger in {as_large:.2%} of known cases",)
    real = Hypothesis(cause="real_move", probability=max(as_large, 0.05), evidence=moved, ruled_out_by=beyond)
    ordinary = EXCHANGE[0] <= shift.factor <= EXCHANGE[1]
    apart = "" if ordinary else f"factor {shift.factor:.4g} is not ordinary between currencies, and it is one of a unit"
    money = meaning in MONEY
    fits = (f"factor {shift.factor:.4f} is ordinary between currencies",)
    excluded = "the column does not hold money" if not money else (apart if catalogued else "")
    return [real, Hypothesis(cause="currency", probability=0.4, evidence=fits, ruled_out_by=excluded)]


def _evidence(centre: float, width: float, jumps: tuple[float, ...], ratios: tuple[float, ...]) -> tuple[str, ...]:
    told = [f"factor {math.exp(centre):.4f}, interval {math.exp(centre - width):.4f} to {math.exp(centre + width):.4f}"]
    if jumps:
        told.append(f"{len(jumps)} series at the seam, from {math.exp(min(jumps)):.4f} to {math.exp(max(jumps)):.4f}")
    if ratios:
        told.append(f"five quantiles of arriving over known rows: {', '.join(f'{math.exp(r):.3f}' for r in ratios)}")
    return tuple(told)


def _flipped(seam: Seam, column: str) -> Shift | None:
    """All known values of one sign and all arriving ones of the other."""
    value = f"TRY_CAST({quoted(column)} AS DOUBLE)"
    ends = _both(seam, f"MIN({value}), MAX({value}), COUNT({value})")
    (low, high, n), (new_low, new_high, m) = ends
    if n < 20 or m < 1 or not ((low > 0 and new_high < 0) or (high < 0 and new_low > 0)):
        return None
    (level,), (new_level,) = _both(seam, f"MEDIAN(ABS({value}))")
    told = (f"{n:,.0f} known values have one sign, all {m:,.0f} arriving ones the other",)
    alike = 0.5 <= new_level / level <= 2 if level else False
    cause = Hypothesis(cause="sign_flip", probability=1.0, evidence=told)
    return Shift(
        column=column, factor=-new_level / level, low=-2.0, high=-0.5, series=0, agreeing=1.0, exact=-1.0,
        unit="sign", cause="sign_flip" if alike else "", hypotheses=(cause,), evidence=told,
    )  # fmt: skip


def _both(seam: Seam, asked: str) -> list[tuple[float, ...]]:
    """Numbers of the known and of the arriving rows; what is none counts as 0."""
    found = (seam.engine.rows(f"SELECT {asked} FROM {relation}")[0] for relation in (seam.known, seam.arriving))
    return [tuple(float(v) if isinstance(v, int | float) else 0.0 for v in side) for side in found]


def _with(shift: Shift, told: tuple[Hypothesis, ...], *, cause: str, unit: str = "", exact: float = 1.0) -> Shift:
    return replace(shift, hypotheses=told, cause=cause, unit=unit, exact=exact)
