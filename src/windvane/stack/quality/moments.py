"""Readings of texts as dates and timestamps: formats that fit every text, and pairs that fit both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from windvane.stack.quality.spelling import EPOCH_DIGITS, MONTHS, Spelling, formats, pattern, tokens

_NUMERIC = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%m.%d.%Y",
    "%Y%m%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%Y-%m",
)  # fmt: skip
_ABBREVIATED = (
    "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d.%b.%Y", "%d. %b %Y", "%d%b%Y", "%d %b, %Y",
    "%d %b %y", "%d-%b-%y", "%d/%b/%y", "%d.%b.%y", "%d%b%y",
    "%b %d, %Y", "%b %d %Y", "%b-%d-%Y", "%b/%d/%Y", "%b. %d, %Y", "%b %d, %y",
    "%Y-%b-%d", "%Y/%b/%d", "%Y %b %d", "%Y%b%d",
)  # fmt: skip
_MONTHLY = ("%b-%y", "%b %Y", "%b-%Y", "%B %Y")
_NAMED = (*_ABBREVIATED, *_MONTHLY, *(f.replace("%b", "%B") for f in _ABBREVIATED))
_HAS_NAME = re.compile("|".join(m[:3] for m in MONTHS), re.IGNORECASE)
_TIMES = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H:%M:%SZ", "%H:%M:%S.%fZ")
UTC = ("Z", "+00", "+0000", "+00:00")
OFFSETS = ("%:z", "%z", "%-z", " %:z", " %z")  # taken off, so that what is left is UTC
_ISO_TIMES = (*(f"%H:%M:%S%-f{zone}" for zone in ("", *UTC, *OFFSETS)), *(f"%H:%M{zone}" for zone in ("Z", *OFFSETS)))
_TIME = re.compile(r"(?P<date>.+?)(?P<gap>[ T])(?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?[+-]\d\d(?::?\d\d)?)?)")
_LIKELY = 0.3  # share of texts a format must fit to be tried at all


def readings(counts: Mapping[str, int]) -> list[Spelling]:
    """Date and timestamp spellings worth trying on these trimmed texts, best known first."""
    sample = sorted(counts, key=lambda t: (-counts[t], t))[:50]
    timed = [m for m in map(_TIME.fullmatch, sample) if m]
    if len(timed) * 2 < len(sample):
        return [Spelling(kind="date", format=f) for f in _formats(sample)]
    gap = timed[0]["gap"]
    dates = _formats([m["date"] for m in timed])
    times = {d: (*_TIMES, *(_ISO_TIMES if d == "%Y-%m-%d" else ())) for d in dates}
    made = [Spelling(kind="timestamp", format=f"{d}{gap}{t}") for d in dates for t in times[d]]
    return [s for s in made if _share(s, sample) >= _LIKELY]


def _formats(sample: list[str]) -> list[str]:
    """Padded formats; where only the form without zeros fits all, that one."""
    found = []
    for form in _tried(sample):
        loose = loosened(form)
        strict_share, loose_share = (_share(Spelling(kind="date", format=f), sample) for f in (form, loose))
        if loose_share >= _LIKELY:
            found.append(form if strict_share >= loose_share else loose)
    return found


def _tried(texts: Iterable[str]) -> tuple[str, ...]:
    named = [bool(_HAS_NAME.search(t)) for t in texts]
    return (*(_NUMERIC if not all(named) else ()), *(_NAMED if any(named) else ()))


def loosened(form: str) -> str:
    """The format with days and months of one digit where no zero fills them up."""
    return form if form in ("%Y%m%d", "%Y-%m") else form.replace("%d", "%-d").replace("%m", "%-m")


def mixable(texts: Iterable[str]) -> list[Spelling]:
    """Spellings that may stand beside others in one column, in their widest form: those that say the whole day."""
    texts = list(texts)
    timed = [m for m in map(_TIME.fullmatch, texts) if m]
    if timed and len(timed) == len(texts):
        gaps = sorted({m["gap"] for m in timed})
        clocks = ("%H:%M", *_ISO_TIMES)
        return [Spelling(kind="timestamp", format=f"%Y-%m-%d{gap}{clock}") for gap in gaps for clock in clocks]
    whole = [f for f in _tried(texts) if f not in (*_MONTHLY, "%Y-%m") and ("%y" not in f or "%b" in f)]
    wide = [loosened(f).replace("%b", "%-b") for f in whole if "%B" not in f]
    return [Spelling(kind="date", format=f) for f in wide]


def _share(spelling: Spelling, sample: list[str]) -> float:
    form = re.compile(pattern(spelling))
    return sum(1 for t in sample if form.fullmatch(t)) / max(1, len(sample))


def exists(text: str, spelling: Spelling) -> bool:
    """Whether the day that the text spells is in the calendar (31 February is not)."""
    return day(text, spelling) is not None


def day(text: str, spelling: Spelling) -> date | None:
    """The day that the text spells, or `None` when it is not in the spelling or not in the calendar."""
    found = next(filter(None, (_parts(text, form) for form in formats(spelling))), None)
    if found is None:
        return None
    try:
        return date(*found)
    except ValueError:
        return None


def _parts(text: str, form: str) -> tuple[int, int, int] | None:
    match = _named(form).fullmatch(text)
    if match is None:
        return None
    got = match.groupdict()
    year = int(got["Y"]) if "Y" in got else _century(int(got["y"]))
    named = (got.get("b") or got.get("B") or "").lower()
    month = int(got["m"]) if "m" in got else next(i for i, m in enumerate(MONTHS, 1) if m.startswith(named))
    return year, month, int(got.get("d", "1"))


@lru_cache(maxsize=256)
def _named(form: str) -> re.Pattern[str]:
    """The pattern of a format with one named group per code, named by its letter."""
    made = [(t, pattern(Spelling(kind="date", format=t))) for t in tokens(form)]
    return re.compile("".join(f"(?P<{t[-1]}>{p})" if t[0] == "%" else p for t, p in made))


def _century(year: int) -> int:
    return 1900 + year if year >= 69 else 2000 + year


def swapped(spelling: Spelling) -> Spelling | None:
    """The same format with day and month changed over, or `None` when it has no numeric pair of them."""
    form = spelling.format
    if "|" in form or form.startswith("%Y") or not re.search("%-?d", form) or not re.search("%-?m", form):
        return None
    turned = re.sub(r"(%-?)([dm])", lambda m: m[1] + ("m" if m[2] == "d" else "d"), form)
    return Spelling(kind=spelling.kind, format=turned)


def epoch(counts: Mapping[str, int]) -> Spelling | None:
    """Digits that count seconds, milliseconds or microseconds from 1970 and fall between 2001 and 2037."""
    lengths = {len(t) for t in counts}
    unit = next((u for u, n in EPOCH_DIGITS.items() if lengths == {n}), None)
    if unit is None or not all(t.isdigit() and "1000000000" <= t[:10] <= "2147483647" for t in counts):
        return None
    return Spelling(kind="epoch", unit=unit)


def is_instant(spelling: Spelling) -> bool:
    """Whether the text says in which zone it is, so that the value read from it is UTC."""
    zoned = (*UTC, *OFFSETS)
    return spelling.kind == "epoch" or (
        spelling.kind == "timestamp" and all(form.endswith(zoned) for form in formats(spelling))
    )


_DISPUTED = range(30, 69)  # years of two digits that POSIX puts into this century and Excel into the last


def disputed_year(text: str, spelling: Spelling) -> bool:
    """Whether the century of a text with a year of two digits depends on who reads it."""
    match = next((m for m in (_named(f).fullmatch(text) for f in formats(spelling) if "%y" in f) if m), None)
    return match is not None and int(match["y"]) in _DISPUTED
