"""Says what a cell of text looks like: a number, a date, a word; evidence for dialects and headers."""

from __future__ import annotations

import re
from typing import Literal

Look = Literal["empty", "number", "time", "word", "text", "odd"]

_NUMBER = re.compile(
    r"([A-Z]{3} |[$€£] ?)?[+-]?(\d+([.,' \u00a0]\d{3})*([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?( ?[%€$£]| [A-Z]{3})?"
)
_MONTH = r"[A-Za-zÀ-ž]{3,9}\.?"
_DAY_FIRST = rf"\d{{1,2}}[-/. ](\d{{1,2}}|{_MONTH})[-/. ,]+\d{{2,4}}"
_DATE = rf"(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{_DAY_FIRST}|{_MONTH} \d{{1,2}},? \d{{4}})"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]\.?m\.?)?(Z| ?[+-]\d{2}:?\d{2})?"
_TIME = re.compile(rf"({_DATE}([T ]+{_CLOCK})?|{_CLOCK})", re.IGNORECASE)
_WORD = re.compile(r"[\w][\w .'’()/@:+&#*°-]*", re.UNICODE)
_ODD = re.compile(r"[,;\t|\"]")


def look(cell: str) -> Look:
    """The look of one cell; surrounding blanks do not count, `odd` holds a delimiter or a quote."""
    text = cell.strip()
    if not text or text in ("-", "--", "*", "**", "***", "****", "*****", ".", "?", "NA", "N/A", "null", "NULL", "\\N"):
        return "empty"
    if len(text) < 40 and _NUMBER.fullmatch(text):
        return "number"
    if len(text) < 40 and _TIME.fullmatch(text):
        return "time"
    if _ODD.search(text):
        return "odd"
    return "word" if _WORD.fullmatch(text) else "text"


def shape(cell: str) -> str:
    """The run of character classes of a cell: `A` capitals, `a` small letters, `9` digits, others as they are."""
    text = re.sub(r"\d+", "9", cell.strip())
    return re.sub(r"[^\W\dA-Z_]+", "a", re.sub(r"[A-Z]+", "A", text))[:24]
