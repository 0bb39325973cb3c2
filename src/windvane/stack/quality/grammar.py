"""Decides from texts what type a column has and how it is spelled, with confidence and the runner-up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from windvane.domain.record import Record, replace
from windvane.stack.quality import mixtures, moments, numbers
from windvane.stack.quality.canonical import canonical_sql, castable_sql, spells_sql
from windvane.stack.quality.spelling import Spelling, pattern, read
from windvane.stack.quality.telling import exemplary, told

__all__ = ["Decision", "canonical_sql", "castable_sql", "decide", "spells_sql"]

NULLS = frozenset({"null", "\\n", "n/a", "#n/a", "(null)", "<null>", "nan", "<na>"})  # mean no value in any column
TYPED_NULLS = NULLS | {"na", "n.a.", "none", "nil", "-", "--", "---", ".", "..", "...", "?", "missing", "unknown",
                       "not available", "no data", "k.a.", "tbd", "nd", "n.d."}  # fmt: skip
_BOOLEANS = (("true", "false"), ("yes", "no"), ("y", "n"), ("ja", "nein"), ("j", "n"), ("oui", "non"), ("si", "no"),
             ("sì", "no"), ("t", "f"), ("on", "off"), ("wahr", "falsch"), ("vrai", "faux"))  # fmt: skip
_TIME_WORDS = re.compile(r"(date|time|day|datum|dt|ts|tag|zeit|created|updated|_at$|stamp|epoch)", re.IGNORECASE)
FIT = 0.99  # share of values that must be in a grammar; the rest would be quarantined
UNSURE = 0.55
OFTEN, FEW_BUT_OFTEN = 100, 0.85  # rows from which few distinct texts are believed, and how far


class Decision(Record):
    """What texts are: `confidence` 0..1, `runner_up` the grammar that fits as well or next best (may be empty).

    `example` is a delivered number that shows its spelling; it may be personal, `evidence` never is.
    """

    type: str
    grammar: str
    null_tokens: tuple[str, ...] = ()
    confidence: float = 0.0
    runner_up: str = ""
    evidence: str = ""
    example: str = ""


def decide(counts: Mapping[str, int], *, name: str = "", siblings: tuple[str, ...] = ()) -> Decision:
    """Type, grammar and null tokens of a column from its distinct texts and their counts.

    `name` helps with bare digits (`20200105`, epochs); `siblings` are grammars that other columns of the same
    delivery surely have: they settle `1,234` and `03/04/2020`, which alone fit two readings.
    """
    trimmed: Counter[str] = Counter()
    for text, count in counts.items():
        trimmed[text.strip(" ")] += count
    padded = any(t != t.strip(" ") for t in counts)
    del trimmed[""]
    if not trimmed:
        return Decision(type="varchar", grammar="text", confidence=0.1, evidence="no value to decide from")
    values, tokens = _split(trimmed, TYPED_NULLS)
    if not values:
        values, tokens = _split(trimmed, NULLS)
    if not values:
        return Decision(
            type="varchar", grammar="text", null_tokens=tokens, confidence=0.3, evidence="no value but null tokens"
        )
    found = _booleans(values) or _typed(values, name, siblings)
    if found is not None and found.type != "varchar":
        return _with_tokens(found, tokens, padded=padded)
    _, tokens = _split(trimmed, NULLS)
    found = found or Decision(type="varchar", grammar="text", confidence=_sure(len(values)), evidence="text")
    return _with_tokens(found, tokens, padded=padded)


def _split(trimmed: Mapping[str, int], nulls: frozenset[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    values = {t: n for t, n in trimmed.items() if t.lower() not in nulls}
    return values, tuple(sorted(t for t in trimmed if t.lower() in nulls))


def _with_tokens(found: Decision, tokens: tuple[str, ...], *, padded: bool) -> Decision:
    found = replace(found, null_tokens=tokens, confidence=round(found.confidence, 3))
    if not padded:
        return found
    evidence = f"{found.evidence}, blanks around some"
    return replace(found, grammar=str(replace(read(found.grammar), blanks="trim")), evidence=evidence)


def _sure(distinct: int) -> float:
    """Rule of succession over distinct texts: ten that fit say 0.92, a thousand 0.995 (never more)."""
    return min(0.995, (distinct + 1) / (distinct + 2))


def _borne_out(values: Mapping[str, int]) -> float:
    """As sure as distinct texts make it; many rows of one or two texts (flags, a first day) are no doubt either."""
    return max(_sure(len(values)), FEW_BUT_OFTEN if sum(values.values()) >= OFTEN else 0.0)


def _booleans(values: Mapping[str, int]) -> Decision | None:
    spelled = {t.lower() for t in values}
    for true, false in _BOOLEANS:
        if spelled == {true, false} or (
            spelled <= {true, false} and true in ("true", "yes") and sum(values.values()) > 2
        ):
            grammar = str(Spelling(kind="boolean", true=true, false=false))
            sure = 0.97 if len(spelled) == 2 else 0.8
            return Decision(type="boolean", grammar=grammar, confidence=sure, evidence=told(read(grammar)))
    return None


def _typed(values: Mapping[str, int], name: str, siblings: tuple[str, ...]) -> Decision | None:
    """The best of numbers and moments, or text with the reason when identifiers only look like numbers."""
    if len(values) > 0 and not any(c.isdigit() for t in values for c in t[:40]):
        return None
    epoch = moments.epoch(values)
    if epoch is not None and _TIME_WORDS.search(name):
        return Decision(type="timestamp", grammar=str(epoch), confidence=0.9, runner_up="integer", evidence=told(epoch))
    dated = _dated(values)
    if dated is not None:
        return _moment(values, dated, (name, siblings))
    identifier = _identifier(values)
    if identifier:
        return Decision(type="varchar", grammar="text", confidence=0.95, runner_up="integer", evidence=identifier)
    number = _best(values, numbers.readings(values))
    return None if number is None else _number(values, number, siblings)


def _dated(values: Mapping[str, int]) -> Spelling | None:
    """The date or timestamp spelling of a column: one format, or several where one leaves texts to others."""
    plain = _best(values, moments.readings(values))
    most = _covered(values, plain) if plain is not None else FIT * sum(values.values())
    if plain is not None and most == sum(values.values()):
        return plain
    mixed = mixtures.mixture(values)
    if mixed is None or _covered(values, mixed) < most or (plain and _covered(values, mixed) == most):
        return plain
    return mixed


def _covered(values: Mapping[str, int], spelling: Spelling) -> int:
    return sum(n for _, n in _fitting(values, spelling))


def _best(values: Mapping[str, int], spellings: list[Spelling]) -> Spelling | None:
    """The first spelling that fits at least 99 % of the rows and no other fits better."""
    total = sum(values.values())
    best: tuple[int, Spelling] | None = None
    for spelling in spellings:
        fits = _covered(values, spelling)
        if fits >= FIT * total and (best is None or fits > best[0]):
            best = (fits, spelling)
    return None if best is None else best[1]


def _fitting(values: Mapping[str, int], spelling: Spelling) -> list[tuple[str, int]]:
    form = re.compile(pattern(spelling))
    found = [(t, n) for t, n in values.items() if form.fullmatch(t)]
    if spelling.kind in ("date", "timestamp"):
        found = [(t, n) for t, n in found if moments.exists(t, spelling)]
    return found


def _identifier(values: Mapping[str, int]) -> str:
    """Why digits are an identifier and no number; empty when they may be a number."""
    padded = sum(n for t, n in values.items() if numbers.leading_zero(t))
    if padded:
        return f"{padded:,} values with leading zeros: no numbers"
    long = sum(n for t, n in values.items() if numbers.too_long(t))
    return f"{long:,} values with more than {numbers.MOST_DIGITS} digits: no numbers" if long else ""


def _moment(values: Mapping[str, int], found: Spelling, context: tuple[str, tuple[str, ...]]) -> Decision:
    name, siblings = context
    other = moments.swapped(found)
    sure, runner, evidence = _borne_out(values), "", told(found)
    fitting = dict(_fitting(values, found))
    if "|" in found.format and (turned := mixtures.turned(fitting, found)) is not None:
        sure, runner = UNSURE, str(turned)
        evidence = f"{evidence}; no day is over 12: `{found}` and `{turned}` fit alike"
    elif other is not None and len(_fitting(fitting, other)) == len(fitting):
        known = {_order(read(s)) for s in siblings if read(s).kind in ("date", "timestamp")} - {""}
        found, other, sure, why = _settle(found, other, known)
        runner, evidence = str(other), f"{told(found)}; no day is over 12: `{found}` and `{other}` fit alike{why}"
    elif found.format == "%Y%m%d" or found.format == "%Y-%m":
        sure = min(sure, 0.95 if _TIME_WORDS.search(name) else 0.6)
        runner = "integer" if found.format == "%Y%m%d" else "text"
    elif any(moments.disputed_year(t, found) for t in fitting):
        sure, evidence = UNSURE, f"{evidence}; years have two digits, and 30 to 68 are of this century or of the last"
    elif "%y" in found.format:
        sure, evidence = min(sure, 0.8), f"{evidence}; years have two digits, 69 is 1969"
    return Decision(
        type=found.kind,
        grammar=str(found),
        confidence=sure * _share(fitting, values),
        runner_up=runner,
        evidence=evidence,
    )


def _order(spelling: Spelling) -> str:
    """`dm` or `md` for formats in which the two could be changed over."""
    if moments.swapped(spelling) is None:
        return ""
    return "".join(re.findall("[dm]", re.sub("%[^-dm]", "", spelling.format)))


def _settle(found: Spelling, other: Spelling, known: set[str]) -> tuple[Spelling, Spelling, float, str]:
    if len(known) != 1:
        return found, other, UNSURE, ""
    if _order(found) not in known:
        found, other = other, found
    return found, other, 0.85, "; another column of the delivery has this order for sure"


def _number(values: Mapping[str, int], found: Spelling, siblings: tuple[str, ...]) -> Decision:
    fitting = dict(_fitting(values, found))
    other = numbers.other_reading(fitting, found)
    sure, runner, evidence = _borne_out(values), "", told(found)
    if other is not None and any((found.group or found.point) in t for t in fitting):
        found, other, sure, why = _settle_point(found, other, siblings)
        runner, evidence = str(other), f"{told(found)}; `{found}` and `{other}` fit alike{why}"
    shapes = [numbers.decimals(t, found) for t in fitting]
    shape = (max(s[0] for s in shapes), max(s[1] for s in shapes), any(s[2] for s in shapes))
    share = _share(fitting, values)
    return Decision(
        type=numbers.number_type(found, shape),
        grammar=str(found),
        confidence=sure * share,
        runner_up=runner,
        evidence=evidence,
        example=exemplary(list(fitting), found),
    )


def _settle_point(found: Spelling, other: Spelling, siblings: tuple[str, ...]) -> tuple[Spelling, Spelling, float, str]:
    """A point that other columns surely use decides between thousands and decimals."""
    points = {s.point for s in map(read, siblings) if s.kind == "decimal" and s.point}
    mark = found.group or found.point
    if len(points) != 1:
        return found, other, UNSURE, ""
    as_decimal = points == {mark}
    if (found.kind == "decimal") != as_decimal:
        found, other = other, found
    return found, other, 0.85, f"; other columns of the delivery write decimals with `{points.pop()}`"


def _share(fitting: Mapping[str, int], values: Mapping[str, int]) -> float:
    return sum(fitting.values()) / sum(values.values())
