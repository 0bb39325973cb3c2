"""Says how a column is spelled as a colleague would, for the comment beside its cleaning rule."""

from __future__ import annotations

from windvane.stack.quality.moments import OFFSETS
from windvane.stack.quality.spelling import Spelling, formats, tokens

# One moment of which every part can be told from the others; never a delivered value, which may be personal.
_SHOWN = {
    "%d": "31", "%-d": "31", "%m": "12", "%-m": "12", "%Y": "2021", "%y": "21", "%b": "Dec", "%B": "December",
    "%-b": "Dec(ember)", "%z": "+0100", "%:z": "+01:00", "%-z": "+01",
    "%H": "16", "%M": "05", "%S": "09", "%f": "123", "%-f": ".123",
}  # fmt: skip
_GROUPS = {",": "commas", ".": "points", " ": "blanks", "'": "apostrophes"}
_MINUS = {"()": "brackets around numbers below zero", "-": "minus behind the number"}
_EPOCHS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}
_SELF_EVIDENT = ("whole numbers", "numbers", "text", "dates as 2021-12-31", "times as 2021-12-31", "true or false")


def told(spelling: Spelling) -> str:
    """`decimal comma, points between thousands`, `dates as 31.12.2021`; never empty."""
    match spelling.kind:
        case "integer" | "decimal":
            said = _number(spelling)
        case "date" | "timestamp":
            zoned = any(form.endswith(OFFSETS) for form in formats(spelling))
            word = "dates" if spelling.kind == "date" else "moments" if zoned else "times"
            shown = ["".join(_SHOWN.get(t, t) for t in tokens(form)) for form in formats(spelling)]
            said = f"{word} as {' or '.join(shown)}"
            said += ", taken to UTC" if zoned else ""
        case "boolean":
            said = f"{spelling.true} or {spelling.false}"
        case "epoch":
            said = f"{_EPOCHS[spelling.unit]} since 1970"
        case "text":
            said = "text"
    return f"{said}, blanks around some" if spelling.blanks else said


def telling(evidence: str) -> bool:
    """Whether a comment would tell a reader more than the rule itself does."""
    first = evidence.partition(", ")[0].partition(" in all ")[0].partition(":")[0]
    plain = (first.startswith(_SELF_EVIDENT[3:]) and " or " not in first) or first in _SELF_EVIDENT
    padded = "blanks around" in evidence and first != "text"  # texts keep their blanks
    return bool(evidence) and (not plain or ";" in evidence or padded)


def exemplary(texts: list[str], spelling: Spelling) -> str:
    """The text of a number that shows best how numbers are spelled; empty where a description does."""
    if spelling.kind not in ("integer", "decimal") or told(spelling) in _SELF_EVIDENT:
        return ""
    marks = {spelling.point if spelling.kind == "decimal" else "", spelling.group, *spelling.suffix.split()} - {""}
    return max(sorted(texts), key=lambda t: (sum(m in t for m in marks), -abs(len(t) - 9)), default="")


def _number(spelling: Spelling) -> str:
    said = ["decimal comma"] if spelling.point == "," else []
    said += [_MINUS[spelling.minus]] if spelling.minus else []
    if spelling.group:
        said.append(f"{_GROUPS.get(spelling.group, f'`{spelling.group}`')} between thousands")
    said += [f"{affix.strip()} taken off" for affix in (spelling.prefix, spelling.suffix) if affix]
    plain = "whole numbers" if spelling.kind == "integer" else "numbers"
    return ", ".join(said) or plain
