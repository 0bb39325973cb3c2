"""Readings of texts as dates and timestamps: formats that fit every text, and pairs that fit both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from windvane.stack.quality.spelling import EPOCH_DIGITS, MONTHS, Spelling, pattern, tokens

_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%m.%d.%Y",
    "%Y%m%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d",
    "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %b %y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y", "%b-%y", "%b %Y", "%b-%Y",
    "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%B %Y", "%Y-%m",
)  # fmt: skip
_TIMES = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H:%M:%SZ", "%H:%M:%S.%fZ")
UTC = ("Z", "+00", "+0000", "+00:00")  # other offsets cannot be taken off by SQL that runs everywhere
_ISO_TIMES = tuple(f"%H:%M:%S%-f{zone}" for zone in ("", *UTC))  # as databases write them
_TIME = re.compile(r"(?P<date>.+?)(?P<gap>[ T])(?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00(?::?00)?)?)")
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
    for form in _DATES:
        loose = form.replace("%d", "%-d").replace("%m", "%-m") if form not in ("%Y%m%d", "%Y-%m") else form
        strict_share, loose_share = (_share(Spelling(kind="date", format=f), sample) for f in (form, loose))
        if loose_share >= _LIKELY:
            found.append(form if strict_share >= loose_share else loose)
    return found


def _share(spelling: Spelling, sample: list[str]) -> float:
    form = re.compile(pattern(spelling))
    return sum(1 for t in sample if form.fullmatch(t)) / max(1, len(sample))


def exists(text: str, spelling: Spelling) -> bool:
    """Whether the day that the text spells is in the calendar (31 February is not)."""
    found = _parts(text, spelling)
    if found is None:
        return False
    try:
        date(*found)
    except ValueError:
        return False
    return True


def _parts(text: str, spelling: Spelling) -> tuple[int, int, int] | None:
    match = _named(spelling.format).fullmatch(text)
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
    return re.compile("".join(f"(?P<{t.replace('-', '')[1]}>{p})" if t[0] == "%" else p for t, p in made))


def _century(year: int) -> int:
    return 1900 + year if year >= 69 else 2000 + year


def swapped(spelling: Spelling) -> Spelling | None:
    """The same format with day and month changed over, or `None` when it has no numeric pair of them."""
    form = spelling.format
    if form.startswith("%Y") or not re.search("%-?d", form) or not re.search("%-?m", form):
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
    return spelling.kind == "epoch" or (spelling.kind == "timestamp" and spelling.format.endswith(UTC))
