"""Kinds of text that do not belong into a column of data, as patterns that engines share."""

from __future__ import annotations

from typing import NamedTuple

from windvane.stack.quality.table import literal


class Oddity(NamedTuple):
    """`told` says what a text holds in which `pattern` (over the text in lower case when `folded`) is found."""

    cause: str
    told: str
    pattern: str
    folded: bool = False


# What the bytes of UTF-8 look like when they are read as Windows-1252: a lead byte and one or more continuations.
_TAIL = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
# Controls, and what Unicode calls format characters: they change what a text is, and nobody sees them.
_UNSEEN = "[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
_CODES = "&(amp|lt|gt|quot|apos|nbsp|szlig|[a-zA-Z](uml|acute|grave|circ|cedil|tilde)|#[0-9]+|#x[0-9a-fA-F]+);"
_FEW = ".{0,40}"  # a marker stands alone or among few words; in long sentences, tests are what is talked about
ODDITIES = (
    Oddity("mojibake", "letters of a wrong encoding", f"[ÂÃÄÅÐÑ]{_TAIL}|â€|â{_TAIL}{_TAIL}|ï»¿"),
    Oddity("lost_letters", "letters that were lost", "\ufffd|ï¿½"),
    Oddity("escaped", "HTML codes", _CODES),
    Oddity("control_characters", "control or invisible characters", _UNSEEN),
    Oddity("personal_data", "what looks like an e-mail address", "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]"),
    Oddity("test_data", "a marker of test data", (f"(^|^{_FEW}[^a-z])test($|[^a-z]{_FEW}$)|(^|[^a-z])(dummy|lorem "
        "ipsum|foobar|asdf|qwerty)([^a-z]|$)"), folded=True),
)  # fmt: skip


def holds(oddity: Oddity, name: str) -> str:
    """SQL: the text `name` is of that kind."""
    text = f"LOWER({name})" if oddity.folded else name
    return f"REGEXP_MATCHES({text}, {literal(oddity.pattern)})"
