"""Portable SQL that turns dates and times as they were spelled into ISO text."""

from __future__ import annotations

from windvane.stack.quality.quoting import like
from windvane.stack.quality.spelling import MONTHS, tokens

_WIDTH = {"%d": 2, "%m": 2, "%Y": 4, "%y": 2, "%b": 3, "%H": 2, "%M": 2, "%S": 2, "%-d": 2, "%-m": 2}
_ISO_DATE = "%Y-%m-%d"
_ISO_TIMES = frozenset({"", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f",
                        " %H:%M:%S%-f", "T%H:%M:%S%-f"})  # fmt: skip
_UTC = ("Z", "+00", "+0000", "+00:00")
_OFFSETS = {  # characters, pattern
    "%-z": (3, "[+-](0[0-9]|1[0-4])"),
    "%:z": (6, "[+-](0[0-9]|1[0-4]):[0-5][0-9]"),
    "%z": (5, "[+-](0[0-9]|1[0-4])[0-5][0-9]"),
}
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_EXISTING = (
    "([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|[0-9]{4}-(0[13-9]|1[0-2])-(29|30)|"
    f"[0-9]{{4}}-(0[13578]|1[02])-31|{_LEAP}-02-29)"
)
_FULL = tuple((m, i) for i, m in enumerate(MONTHS, 1))
_SHORT = tuple((m[:3], i) for m, i in _FULL)
_BOTH = tuple(dict.fromkeys((*_SHORT, *_FULL, ("sept", 9))))


def moment_sql(form: str, text: str, bare: str) -> str:
    """ISO text of `text` in the date or timestamp format `form`; several formats stand between `|`.

    `bare` is the same text, not NULL where there is no value. Texts in none of the formats come out as no date.
    """
    if "|" in form:
        return _cased(form.split("|"), text, bare)
    if form.startswith(_ISO_DATE) and form.endswith(tuple(_OFFSETS)):
        return f"CASE {_iso(form, bare)} ELSE '?' || {text} END"
    if form == "%Y%m%d":  # eight digits or no date: nothing else has four, two and two of them
        return f"SUBSTRING({text}, 1, 4) || '-' || SUBSTRING({bare}, 5, 2) || '-' || SUBSTRING({bare}, 7)"
    if form.startswith(_ISO_DATE) and form[len(_ISO_DATE) :] in _ISO_TIMES:
        return text
    zone = next((z for z in reversed(_UTC) if form.endswith(z)), "")
    if form.startswith(_ISO_DATE) and zone:
        cut = f"SUBSTRING({bare}, 1, LENGTH({bare}) - {len(zone)})"
        return f"CASE WHEN {like(bare, '%' + zone)} THEN {cut} ELSE '?' || {text} END"
    if form == "%Y-%m":
        return f"{text} || '-01'"
    if turned := _turned(form, text, bare):
        return turned
    return _cased([form], text, bare)


def _cased(forms: list[str], text: str, bare: str) -> str:
    """One CASE with the branches of each format; those that say most of the text come first."""
    branches = [b for form in forms for b in _branches(form, bare)]
    return f"CASE {' '.join(b for _, b in sorted(branches, key=lambda b: -b[0]))} ELSE '?' || {text} END"


def _branches(form: str, bare: str) -> list[tuple[int, str]]:
    """(how exact, branch) of one format."""
    if form.startswith(_ISO_DATE) and len(form) > len(_ISO_DATE):
        return [(0, _iso(form, bare))]
    parts = tokens(form)
    told = sum(t[0] != "%" for t in parts) - (100 if _open(form) else 0)
    return [(told, _branch(parts, widths, bare)) for widths in _widths(form)]


def _open(form: str) -> str:
    """The code whose width is told by what is around it; empty when there is none."""
    return next((code for code in ("%B", "%-b") if code in form), "")


def _iso(form: str, bare: str) -> str:
    """A time behind an ISO date: its zone is taken off by arithmetic, of a day that exists: the cast must not fail."""
    clock = form[len(_ISO_DATE) + 1 :]
    zone = next((z for z in (*_OFFSETS, *reversed(_UTC)) if clock.endswith(z)), "")
    gap, seconds, blank = form[len(_ISO_DATE)], "%S" in clock, clock.removesuffix(zone).endswith(" ")
    shown = f"([01][0-9]|2[0-3]):[0-5][0-9]{':[0-5][0-9]' if seconds else ''}"
    shown += {"%-f": "([.][0-9]{1,6})?", ".%f": "[.][0-9]{1,6}"}.get(clock.removesuffix(zone).rstrip()[8:], "")
    shown += " " if blank else ""
    ends = _OFFSETS[zone][1] if zone in _OFFSETS else zone.replace("+", "[+]")
    day = _EXISTING if zone in _OFFSETS else "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    condition = f"REGEXP_MATCHES({bare}, '^{day}{gap}{shown}{ends}$')"
    if zone not in _OFFSETS:
        made = f"SUBSTRING({bare}, 1, LENGTH({bare}) - {len(zone)})" if zone else bare
        return f"WHEN {condition} THEN {made}"
    return f"WHEN {condition} THEN {_shifted((zone, seconds, blank), bare)}"


def _shifted(clock: tuple[str, bool, bool], bare: str) -> str:
    """The local time less its offset; digits after the second are those that were spelled."""
    zone, seconds, blank = clock
    size = _OFFSETS[zone][0]
    local = f"SUBSTRING({bare}, 1, 19)" if seconds else f"SUBSTRING({bare}, 1, 16) || ':00'"
    made = f"CAST({local} AS TIMESTAMP) - CAST({_from_end(bare, size, 3)} AS INTEGER) * INTERVAL '1' HOUR"
    if size > 3:
        minutes = f"CAST({_from_end(bare, size, 1)} || {_from_end(bare, 2, 2)} AS INTEGER)"
        made += f" - {minutes} * INTERVAL '1' MINUTE"
    made = f"CAST({made} AS VARCHAR)"
    if seconds:
        made += f" || SUBSTRING({bare}, 20, LENGTH({bare}) - {19 + size + blank})"
    return made


def _from_end(bare: str, place: int, count: int) -> str:
    return f"SUBSTRING({bare}, LENGTH({bare}) - {place - 1}, {count})"


def _turned(form: str, text: str, bare: str) -> str:
    """`31.12.2021` with its pieces put in order, separators included; empty for a format that is built otherwise.

    Every character comes out once, so what casts had ten before the time, digits and separators where the format
    has them; another separator, also `-`, comes out as no date.
    """
    day, time = form[:8], form[8:]
    mark = day[2:3]
    rest = f" || SUBSTRING({bare}, 11)" if time else ""
    year = "7, 4" if time else "7"
    pieces = {
        f"%d{mark}%m{mark}%Y": (year, "3, 4", "1, 2"),
        f"%m{mark}%d{mark}%Y": (year, "6, 1", "1, 5"),
        f"%Y{mark}%m{mark}%d": ("1, 10",) if time else (),
    }.get(day)
    if pieces is None or mark not in "./- " or time not in _ISO_TIMES:
        return ""
    cuts = [f"SUBSTRING({bare if i else text}, {piece})" for i, piece in enumerate(pieces)]
    made = " || ".join(cuts) or text
    return (made if mark == "-" else f"TRANSLATE({made}, '{mark}-', '-?')") + rest


def _widths(form: str) -> list[tuple[int, ...]]:
    """Every combination of one and two digits for codes whose zero may be missing, longest first."""
    found: list[tuple[int, ...]] = [()]
    for token in tokens(form):
        choices = (2, 1) if token in ("%-d", "%-m") else (_WIDTH.get(token, 0 if token[0] == "%" else 1),)
        found = [(*f, c) for f in found for c in choices]
    return found


def _branch(parts: tuple[str, ...], widths: tuple[int, ...], text: str) -> str:
    """`WHEN text LIKE ... THEN year-month-day[ time]` for one set of widths; open-ended codes are `%f` and `%B`."""
    form = "".join(_wild(t, w) for t, w in zip(parts, widths, strict=True))
    found: dict[str, str] = {}
    start = 1
    after = sum(widths)
    for token, width in zip(parts, widths, strict=True):
        after -= width
        if token[0] == "%":
            found[token.replace("-", "")[1]] = _piece(token, text, (start, width, after))
        start += width
        if token in ("%B", "%-b"):  # what follows is counted from the end
            return _branch_from_end(parts, widths, text)
    return f"WHEN {like(text, form)} THEN {_assemble(found)}"


def _branch_from_end(parts: tuple[str, ...], widths: tuple[int, ...], text: str) -> str:
    at = parts.index(_open("".join(parts)))
    before, behind = sum(widths[:at]), sum(widths[at + 1 :])
    found: dict[str, str] = {}
    start = 1
    for position, (token, width) in enumerate(zip(parts, widths, strict=True)):
        left = sum(widths[position:])
        if position == at:
            name = f"SUBSTRING({text}, {before + 1}, LENGTH({text}) - {before + behind})"
            found["B"] = _month(name, _FULL if token == "%B" else _BOTH)
        elif token[0] == "%":
            begin = str(start) if position < at else f"LENGTH({text}) - {left - 1}"
            found[token.replace("-", "")[1]] = _padded(token, f"SUBSTRING({text}, {begin}, {width})", width)
        start += width
    form = "".join(_wild(t, w) for t, w in zip(parts, widths, strict=True))
    return f"WHEN {like(text, form)} THEN {_assemble(found)}"


def _wild(token: str, width: int) -> str:
    if token[0] != "%":
        return token
    return "%" if token in ("%f", "%B", "%-b") else "_" * width


def _piece(token: str, text: str, place: tuple[int, int, int]) -> str:
    start, width, after = place
    last = after == 0
    cut = f"SUBSTRING({text}, {start})" if last else f"SUBSTRING({text}, {start}, {width})"
    if token == "%f":
        return f"SUBSTRING({text}, {start})"
    if token == "%b":
        return _month(f"SUBSTRING({text}, {start}, 3)", _SHORT)
    return _padded(token, cut, width)


def _padded(token: str, cut: str, width: int) -> str:
    if token == "%y":
        return f"CASE WHEN {cut} >= '69' THEN '19' ELSE '20' END || {cut}"
    return f"'0' || {cut}" if width == 1 else cut


def _month(name: str, names: tuple[tuple[str, int], ...]) -> str:
    cases = " ".join(f"WHEN '{n.upper()}' THEN '{i:02d}'" for n, i in names)
    return f"CASE UPPER({name}) {cases} ELSE '?' END"


def _assemble(found: dict[str, str]) -> str:
    year = found.get("Y") or f"({found['y']})"
    month = found.get("m") or found.get("b") or found["B"]
    pieces = [year, "'-'", month, "'-'", found.get("d", "'01'")]
    if "H" in found:
        pieces += ["' '", found["H"], "':'", found["M"]]
    if "S" in found:
        pieces += ["':'", found["S"]]
    if "f" in found:
        pieces += ["'.'", found["f"]]
    return " || ".join(pieces)
