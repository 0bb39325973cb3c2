"""How text spells a value: the grammar strings of findings as records, and the exact pattern of each."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from windvane.domain.errors import Usage
from windvane.domain.record import Record

SpellingKind = Literal["integer", "decimal", "date", "timestamp", "boolean", "epoch", "text"]
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
_KINDS: tuple[SpellingKind, ...] = ("integer", "decimal", "date", "timestamp", "boolean", "epoch", "text")
_ESCAPED = frozenset(r".^$*+?()[]{}|\/-")
_PARTS = {
    "%d": r"(?:0[1-9]|[12]\d|3[01])",
    "%-d": r"(?:0?[1-9]|[12]\d|3[01])",
    "%m": r"(?:0[1-9]|1[0-2])",
    "%-m": r"(?:0?[1-9]|1[0-2])",
    "%Y": r"(?:1\d{3}|2\d{3}|9999)",
    "%y": r"\d{2}",
    "%b": "(?i:" + "|".join(m[:3] for m in MONTHS) + ")",
    "%B": "(?i:" + "|".join(MONTHS) + ")",
    "%-b": "(?i:sept|" + "|".join((*MONTHS, *(m[:3] for m in MONTHS))) + ")",  # the name in full or cut short
    "%H": r"(?:[01]\d|2[0-3])",
    "%M": r"[0-5]\d",
    "%S": r"[0-5]\d",
    "%f": r"\d{1,6}0*",
    "%-f": r"(?:\.\d{1,6}0*)?",  # a fraction with its point, where there is one
    "%z": r"[+-](?:0\d|1[0-4])[0-5]\d",
    "%:z": r"[+-](?:0\d|1[0-4]):[0-5]\d",
    "%-z": r"[+-](?:0\d|1[0-4])",
}
EPOCH_DIGITS = {"s": 10, "ms": 13, "us": 16}


class Spelling(Record):
    """One grammar, taken apart; fields that a kind does not use are empty."""

    kind: SpellingKind
    point: str = ""
    group: str = ""
    prefix: str = ""
    suffix: str = ""
    format: str = ""  # of dates and timestamps: strftime codes, `%-d` and `%-m` where the zero may be missing, `|`
    # between the formats of a column that mixes several, each text being in one
    minus: str = ""  # of numbers: `()` around those below zero, or `-` behind them
    true: str = ""
    false: str = ""
    unit: str = ""  # of epochs: s, ms, us
    blanks: Literal["", "trim"] = ""  # `trim`: some texts have blanks around them

    def __str__(self) -> str:
        options = [(n, getattr(self, n)) for n in ("point", "group", "prefix", "suffix", "minus", "true", "false")]
        parts = [self.format or self.unit] + [f"{name}={value}" for name, value in options if value] + [self.blanks]
        spelled = ";".join(p for p in parts if p)
        return f"{self.kind}:{spelled}" if spelled else self.kind


def read(grammar: str) -> Spelling:
    """The spelling that a grammar string like `decimal:point=,;group=.` names. Raises `Usage` (`grammar.unknown`)."""
    kind, _, rest = grammar.partition(":")
    found = next((k for k in _KINDS if k == kind), None)
    if found is None:
        raise _unknown(grammar)
    blanks: Literal["", "trim"] = "trim" if rest == "trim" or rest.endswith(";trim") else ""
    rest = rest[: -len("trim")].rstrip(";") if blanks else rest
    if found in ("date", "timestamp"):
        return Spelling(kind=found, format=rest, blanks=blanks)
    if found == "epoch":
        return Spelling(kind=found, unit=rest, blanks=blanks)
    spelling = Spelling(kind=found, blanks=blanks, **_options(rest, grammar))
    if found == "boolean" and not (spelling.true and spelling.false):
        raise _unknown(grammar)
    return spelling


def _options(rest: str, grammar: str) -> dict[str, str]:
    options = dict(part.split("=", 1) for part in rest.split(";") if "=" in part)
    if set(options) - {"point", "group", "prefix", "suffix", "minus", "true", "false"}:
        raise _unknown(grammar)
    return options


def _unknown(grammar: str) -> Usage:
    return Usage(
        f"unknown grammar `{grammar}`",
        code="grammar.unknown",
        why=f"a grammar starts with one of {', '.join(_KINDS)}",
        fix="write it like `decimal:point=,;group=.` or `date:%d.%m.%Y`",
    )


def formats(spelling: Spelling) -> tuple[str, ...]:
    """The date formats of a spelling: one, or those that its column mixes."""
    return tuple(spelling.format.split("|"))


def literal(text: str) -> str:
    """`text` as a regular expression that matches it exactly, in Python and in RE2."""
    return "".join("\\" + c if c in _ESCAPED else c for c in text)


def tokens(form: str) -> tuple[str, ...]:
    """A date format in its codes and single literal characters: `%-d.%m` gives `%-d`, `.`, `%m`."""
    found: list[str] = []
    at = 0
    while at < len(form):
        size = 1 if form[at] != "%" else 3 if form[at + 1 : at + 2] in ("-", ":") else 2
        found.append(form[at : at + size])
        at += size
    return tuple(found)


@lru_cache(maxsize=4096)  # the same formats are tried on every column of every batch
def pattern(spelling: Spelling) -> str:
    """The regular expression (Python and RE2) of the whole trimmed text; dates like 31 February still match."""
    if spelling.kind in ("integer", "decimal"):
        return _affixed(spelling, _number(spelling))
    if spelling.kind in ("date", "timestamp"):
        made = ["".join(_PARTS.get(t, literal(t)) for t in tokens(form)) for form in formats(spelling)]
        return made[0] if len(made) == 1 else f"(?:{'|'.join(made)})"
    if spelling.kind == "boolean":
        return f"(?i:{literal(spelling.true)}|{literal(spelling.false)})"
    if spelling.kind == "epoch":
        most = EPOCH_DIGITS[spelling.unit]  # times before September 2001 have a digit less
        return rf"[1-9]\d{{{most - 2},{most - 1}}}"
    return r"(?s:.*)"


def _number(spelling: Spelling) -> str:
    """No leading zeros (those are identifiers) and at most 18 digits before the point; groups of exactly three."""
    whole = r"(?:0|[1-9]\d{0,17})"
    if spelling.group:
        whole = rf"(?:0|[1-9]\d{{0,2}}(?:{literal(spelling.group)}\d{{3}}){{1,5}}|[1-9]\d{{0,17}})"
    if spelling.kind == "integer":
        return whole
    point = literal(spelling.point or ".")
    return rf"(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d{{1,3}})?"


def _affixed(spelling: Spelling, number: str) -> str:
    if spelling.minus:
        return _below_zero(spelling, number)
    sign = "[+-]?"
    if spelling.prefix:
        before = literal(spelling.prefix.strip())
        return rf"(?:{sign}{before} ?|{before} ?{sign}|{sign}){number}"
    if spelling.suffix:
        return rf"{sign}{number}(?: ?{literal(spelling.suffix.strip())})?"
    return sign + number


def _below_zero(spelling: Spelling, number: str) -> str:
    """Numbers whose minus is not before them; a minus before one would be a second way to say it, and does not fit."""
    before = f"(?:{literal(spelling.prefix.strip())} ?)?" if spelling.prefix else ""
    after = f"(?: ?{literal(spelling.suffix.strip())})?" if spelling.suffix else ""
    plain = f"{before}{number}{after}"
    if spelling.minus == "-":
        return f"{before}{number}-?{after}"
    return rf"(?:{plain}|\({plain}\)|{before}\({number}{after}\))"
