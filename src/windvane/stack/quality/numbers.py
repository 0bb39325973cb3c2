"""Readings of texts as numbers: which decimal point, which grouping, which unit around them, and what is ambiguous."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from windvane.domain.record import replace
from windvane.stack.quality.spelling import Spelling, pattern
from windvane.stack.quality.units import after_numbers, before_numbers

_GROUPS = {".": (",", " ", "'", "\u00a0", "\u202f", "\u2019"), ",": (".", " ", "'", "\u00a0", "\u202f")}
_AFFIXED = re.compile(r"[+-]?\s?(?P<before>[^\d\s.,+'’-]{0,5}?)\s?[+-]?(?:[\d.,'’ "
r"\u00a0\u202f]*\d[.,]?(?:[eE][+-]?\d+)?)"
                      r"(?P<after>\s?[^\d\s.,'’;=-]{0,6})")  # fmt: skip
_PADDED = re.compile(r"[+-]?0\d+")
_MARKED = {
    "()": re.compile(r"[^\d\s.,()+-]{0,3} ?\([^\d\s.,()+-]{0,3} ?\d[\d.,' \u00a0\u202f]*[^\d()]{0,4}\)"),
    "-": re.compile(r"[^\d\s.,()+-]{0,3} ?\d[\d.,' \u00a0\u202f]*-"),
}
MOST_DECIMALS = 9
MOST_DIGITS = 18


def readings(counts: Mapping[str, int]) -> list[Spelling]:
    """Number spellings worth trying on these trimmed texts, simplest first; units must be the same throughout."""
    minus = _minus(counts)
    if not minus:
        return _unsigned(counts)
    bare: Counter[str] = Counter()
    for text, count in counts.items():
        bare[_without(text)] += count
    return [replace(s, minus=minus) for s in _unsigned(bare)]


def _minus(counts: Mapping[str, int]) -> str:
    """How numbers below zero are marked when no minus stands before any: `()`, `-` behind them, or empty.

    Both are believed only beside more plain numbers: `(1)`, `(2)` alone are footnotes, and brackets below every other
    number are its error.
    """
    found: Counter[str] = Counter()
    for text, count in counts.items():
        found[next((mark for mark, form in _MARKED.items() if form.fullmatch(text)), "")] += count
    marks = [m for m in found if m]
    signed = any(t.lstrip().startswith(("-", "\u2212")) for t in counts)
    if len(marks) != 1 or signed or found[marks[0]] >= found[""]:
        return ""
    return marks[0]


def _without(text: str) -> str:
    return text.replace("(", "").replace(")", "").removesuffix("-")


def _unsigned(counts: Mapping[str, int]) -> list[Spelling]:
    before, after = _affixes(counts)
    if (before and after) or (before and not before_numbers(before)) or (after and not after_numbers(after)):
        return []
    affix = Spelling(kind="integer", prefix=before, suffix=after)
    used = set("".join(counts))
    found = [affix]
    found.append(replace(affix, kind="decimal", point="."))
    for point, groups in _GROUPS.items():
        for group in groups:
            if group in used:
                found.append(replace(affix, kind="integer", group=group))
                found += [replace(affix, kind="decimal", point=point, group=group)] if point in used else []
    found += [replace(affix, kind="decimal", point=",")] if "," in used else []
    return list({str(s): s for s in found}.values())


def _affixes(counts: Mapping[str, int]) -> tuple[str, str]:
    """The most frequent unit before and after the digits; both empty when most texts are bare."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for text, count in counts.items():
        match = _AFFIXED.fullmatch(text)
        if match:
            before[match["before"].strip()] += count
            after[match["after"]] += count
    return _one(before), _one(after)


def _one(found: Counter[str]) -> str:
    real = Counter({k: v for k, v in found.items() if k.strip() and not re.fullmatch(r"[eE]", k.strip())})
    if len({k.strip() for k in real}) != 1:
        return ""
    affix, count = min(real.items(), key=lambda kv: (-kv[1], kv[0]))
    return affix if sum(real.values()) * 2 >= sum(found.values()) and count else ""


def leading_zero(text: str) -> bool:
    """`0042` is an identifier, not forty-two."""
    return bool(_PADDED.fullmatch(text))


def too_long(text: str) -> bool:
    """More digits than a bigint is sure to hold."""
    return text.lstrip("+-").isdigit() and len(text.lstrip("+-")) > MOST_DIGITS


def decimals(text: str, spelling: Spelling) -> tuple[int, int, bool]:
    """(digits before the point, digits after it, has an exponent) of a text that is in `spelling`."""
    bare = text.replace(spelling.group, "") if spelling.group else text
    scientific = bool(re.search(r"\d[eE][+-]?\d", bare))
    head, _, tail = bare.partition(spelling.point or ".")
    return len(re.sub(r"\D", "", head)), len(re.sub(r"\D", "", tail)), scientific


def number_type(spelling: Spelling, shape: tuple[int, int, bool]) -> str:
    """`bigint`, `decimal(p,s)` with head-room, or `double` for exponents and more than nine decimals."""
    whole, fraction, scientific = shape
    if spelling.kind == "integer":
        return "bigint"
    if scientific or fraction > MOST_DECIMALS:
        return "double"
    return f"decimal({min(38, max(18, whole + fraction + 3))},{fraction})"


def other_reading(counts: Mapping[str, int], spelling: Spelling) -> Spelling | None:
    """The other number that the same texts may spell: `1,234` is 1234 or 1.234; `None` when it is sure."""
    if spelling.kind == "integer" and spelling.group in (",", "."):
        other = replace(spelling, kind="decimal", point=spelling.group, group="")
    elif spelling.kind == "decimal" and not spelling.group and spelling.point in (",", "."):
        other = replace(spelling, kind="integer", group=spelling.point, point="")
    else:
        return None
    form = re.compile(pattern(other))
    if not all(form.fullmatch(t) for t in counts):
        return None
    if other.kind == "integer" and any(_ungrouped_thousands(t, other.group) for t in counts):
        return None
    return other


def _ungrouped_thousands(text: str, group: str) -> bool:
    return group not in text and len(re.sub(r"\D", "", text)) > 3
