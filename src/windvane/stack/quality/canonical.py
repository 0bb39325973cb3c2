"""SQL that turns delivered text into text a plain CAST understands, and SQL that tells whether it really does."""

from __future__ import annotations

import re

from windvane.stack.quality.spelling import EPOCH_DIGITS, MONTHS, Spelling, pattern, read, tokens

_WIDTH = {"%d": 2, "%m": 2, "%Y": 4, "%y": 2, "%b": 3, "%H": 2, "%M": 2, "%S": 2, "%-d": 2, "%-m": 2}
_SPECIAL = frozenset(".^$*+?()[]{}|\\/")
_ISO_DATE = "%Y-%m-%d"
_ISO_TIMES = frozenset({"", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f",
                        " %H:%M:%S%-f", "T%H:%M:%S%-f"})  # fmt: skip
_UTC = ("Z", "+00", "+0000", "+00:00")


def canonical_sql(grammar: str, column_sql: str, null_tokens: tuple[str, ...] = ()) -> str:
    """Portable SQL over the text `column_sql` that gives text castable by a plain CAST, NULL for no value.

    Empty text and `null_tokens` are no value; text of blanks only is none too where the grammar says `trim` (TRIM costs
    more than the cast, so it is there only for columns in which outer blanks were seen).
    Text that is not in the grammar becomes text that no engine casts (most of it holds a `?`): a `1.5` among decimal
    commas is never read as another number. Raises `Usage` (`grammar.unknown`).
    """
    spelling = read(grammar)
    text = f"TRIM({column_sql})" if spelling.blanks else column_sql
    if not any(t.strip() for t in null_tokens):
        return render_sql(spelling, f"NULLIF({text}, '')", bare=text)
    rendered, none = render_sql(spelling, text), _listed(null_tokens)
    if rendered.startswith("CASE WHEN "):
        return f"CASE WHEN {text} IN ({none}) THEN NULL {rendered.removeprefix('CASE ')}"
    return f"CASE WHEN {text} NOT IN ({none}) THEN {rendered} END"


def render_sql(spelling: Spelling, text: str, *, bare: str = "") -> str:
    """Canonical text of `text`, a SQL expression that is NULL where there is no value and has no outer blanks.

    `bare` is a shorter spelling of the same text that need not be NULL where there is no value: then `text` stands in
    the result once.
    """
    bare = bare or text
    match spelling.kind:
        case "integer" | "decimal":
            return _number(spelling, text, bare)
        case "date" | "timestamp":
            return _moment(spelling.format, text, bare)
        case "boolean":
            return _boolean(spelling, text, bare)
        case "epoch":
            return _epoch(spelling.unit, text, bare)
        case "text":
            return text


def spells_sql(grammar: str, column_sql: str) -> str:
    """DuckDB predicate: the text is in the grammar (31 February is; the cast finds it)."""
    spelling = read(grammar)
    if spelling.kind == "text":
        return "TRUE" if spelling.blanks else f"NOT ({column_sql} LIKE ' %' OR {column_sql} LIKE '% ')"
    text = f"TRIM({column_sql})" if spelling.blanks else column_sql
    return f"regexp_full_match({text}, {quoted(pattern(spelling))})"


def castable_sql(type_name: str, text_sql: str) -> str:
    """DuckDB predicate: casting the text to `type_name` keeps the value exactly.

    Stricter than TRY_CAST, which reads `30.9` as 31, `1.005` as 1.01 in two decimals, `2020-01-05 10:00` as a date
    and `2020-01-1?` as the first.
    """
    kind, _, arguments = type_name.lower().partition("(")
    if kind in ("varchar", "text"):
        return "TRUE"
    form = _DECIMAL(arguments) if kind in ("decimal", "numeric") else _EXACT.get(kind)
    if form is None:
        return f"TRY_CAST({text_sql} AS {type_name}) IS NOT NULL"
    return f"(regexp_full_match({text_sql}, {quoted(form)}) AND TRY_CAST({text_sql} AS {type_name}) IS NOT NULL)"


_EXACT = {
    "bigint": r"\s*[+-]?\d{1,19}\s*",
    "integer": r"\s*[+-]?\d{1,10}\s*",
    "double": r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*",
    "date": r"\d{4}-\d{2}-\d{2}",  # no outer blanks: one could have stood between the pieces
    "timestamp": r"\d{4}-\d{2}-\d{2}([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6}0*)?)?(Z|[+-]00:?00)?)?",
    "boolean": r"(?i:true|false)",
}


def _DECIMAL(arguments: str) -> str:  # noqa: N802 - reads as an entry of the table above
    scale = re.sub(r"\D", "", arguments.partition(",")[2]) or "0"
    return rf"\s*[+-]?(\d+(\.\d{{0,{scale}}}0*)?|\.\d{{1,{max(1, int(scale))}}}0*)\s*"


def quoted(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def without_nulls_sql(column_sql: str, null_tokens: tuple[str, ...], *, blanks: str = "") -> str:
    """The text, NULL where it is empty or a null token; trimmed first when `blanks` is `trim`."""
    return canonical_sql("text:trim" if blanks else "text", column_sql, null_tokens)


def _listed(null_tokens: tuple[str, ...]) -> str:
    return ", ".join(quoted(t) for t in dict.fromkeys(("", *(t.strip() for t in null_tokens))))


def _like(text: str, form: str) -> str:
    """`form` holds `%` and `_` as wildcards only."""
    return f"{text} LIKE {quoted(form)}"


def _number(spelling: Spelling, text: str, bare: str) -> str:
    if spelling.group or spelling.prefix:
        return _stripped(spelling, text, bare)
    if spelling.suffix:
        text = _without_suffix(text, bare, spelling.suffix.strip())
    return f"TRANSLATE({text}, ',.', '.?')" if spelling.point == "," else text


def _stripped(spelling: Spelling, text: str, bare: str) -> str:
    """Groups and units are taken out only where each stands where it may: `1,23` is not 123, `1.234,5` not 1.2345."""
    dropped = dict.fromkeys(spelling.group)
    made = bare
    for affix in (spelling.prefix.strip(), spelling.suffix.strip()):
        made = f"REPLACE({made}, {quoted(affix)}, '')" if len(affix) > 1 else made
        dropped |= dict.fromkeys((*affix, " ") if len(affix) == 1 else " " if affix else "")
    if spelling.point == ",":
        made = f"TRANSLATE({made}, {quoted(',' + ''.join(dropped))}, '.')"
    else:
        made = f"{'REPLACE' if len(dropped) == 1 else 'TRANSLATE'}({made}, {quoted(''.join(dropped))}, '')"
    return f"CASE WHEN REGEXP_MATCHES({bare}, {quoted(_shape(spelling))}) THEN {made} ELSE '?' || {text} END"


def _shape(spelling: Spelling) -> str:
    """A pattern for people, in the syntax that Postgres, Spark and DuckDB share (no backslashes)."""
    grouped = f"[0-9]{{1,3}}({_plain(spelling.group)}[0-9]{{3}})+|" if spelling.group else ""
    whole = f"{grouped}[0-9]+"
    if spelling.kind == "decimal":
        point = _plain(spelling.point or ".")
        whole = f"({whole})({point}[0-9]*)?|{point}[0-9]+"
    before = f"({_plain(spelling.prefix.strip())} ?)?[+-]?" if spelling.prefix else ""
    after = f"( ?{_plain(spelling.suffix.strip())})?" if spelling.suffix else ""
    return f"^[+-]?{before}({whole}){after}$"


def _plain(text: str) -> str:
    """`text` as a pattern for itself; a class of one needs no backslash."""
    return "".join(c if c.isalnum() or c not in _SPECIAL else f"[{c}]" for c in text)


def _affix_condition(text: str, affix: str, form: str) -> str:
    if "%" in affix or "_" in affix or "!" in affix:
        escaped = "".join("!" + c if c in "%_!" else c for c in affix)
        return f"{text} LIKE {quoted(form.format(escaped))} ESCAPE '!'"
    return _like(text, form.format(affix))


def _without_suffix(text: str, bare: str, suffix: str) -> str:
    condition = _affix_condition(bare, suffix, "%{}")
    cut = f"TRIM(SUBSTRING({bare}, 1, LENGTH({bare}) - {len(suffix)}))"
    return f"CASE WHEN {condition} THEN {cut} ELSE {text} END"


def _boolean(spelling: Spelling, text: str, bare: str) -> str:
    true, false = quoted(spelling.true.upper()), quoted(spelling.false.upper())
    return f"CASE UPPER({bare}) WHEN {true} THEN 'true' WHEN {false} THEN 'false' ELSE '?' || {text} END"


def _epoch(unit: str, text: str, bare: str) -> str:
    """Whole seconds by interval arithmetic (portable), the fraction as the digits that were spelled."""
    digits = EPOCH_DIGITS[unit]
    moment = f"TIMESTAMP '1970-01-01 00:00:00' + CAST(SUBSTRING({bare}, 1, 10) AS INTEGER) * INTERVAL '1' SECOND"
    made = f"CAST({moment} AS VARCHAR)"
    if digits > 10:
        made = f"{made} || '.' || SUBSTRING({bare}, 11)"
    # beyond 2147483647 seconds (in 2038) the integer would overflow
    plain = f"REGEXP_MATCHES({bare}, '^[0-9]{{{digits}}}$') AND {bare} <= '2147483647{'9' * (digits - 10)}'"
    return f"CASE WHEN {plain} THEN {made} ELSE '?' || {text} END"


def _moment(form: str, text: str, bare: str) -> str:
    if form == "%Y%m%d":  # eight digits or no date: nothing else has four, two and two of them
        return f"SUBSTRING({text}, 1, 4) || '-' || SUBSTRING({bare}, 5, 2) || '-' || SUBSTRING({bare}, 7)"
    if form.startswith(_ISO_DATE) and form[len(_ISO_DATE) :] in _ISO_TIMES:
        return text
    zone = next((z for z in reversed(_UTC) if form.endswith(z)), "")
    if form.startswith(_ISO_DATE) and zone:
        cut = f"SUBSTRING({bare}, 1, LENGTH({bare}) - {len(zone)})"
        return f"CASE WHEN {_like(bare, '%' + zone)} THEN {cut} ELSE '?' || {text} END"
    if form == "%Y-%m":
        return f"{text} || '-01'"
    if turned := _turned(form, text, bare):
        return turned
    branches = [_branch(tokens(form), widths, bare) for widths in _widths(form)]
    return f"CASE {' '.join(branches)} ELSE '?' || {text} END"


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
        if token == "%B":  # what follows is counted from the end
            return _branch_from_end(parts, widths, text)
    return f"WHEN {_like(text, form)} THEN {_assemble(found)}"


def _branch_from_end(parts: tuple[str, ...], widths: tuple[int, ...], text: str) -> str:
    at = parts.index("%B")
    before, behind = sum(widths[:at]), sum(widths[at + 1 :])
    found: dict[str, str] = {}
    start = 1
    for position, (token, width) in enumerate(zip(parts, widths, strict=True)):
        left = sum(widths[position:])
        if token == "%B":
            name = f"SUBSTRING({text}, {before + 1}, LENGTH({text}) - {before + behind})"
            found["B"] = _month(name, MONTHS)
        elif token[0] == "%":
            begin = str(start) if position < at else f"LENGTH({text}) - {left - 1}"
            found[token.replace("-", "")[1]] = _padded(token, f"SUBSTRING({text}, {begin}, {width})", width)
        start += width
    form = "".join(_wild(t, w) for t, w in zip(parts, widths, strict=True))
    return f"WHEN {_like(text, form)} THEN {_assemble(found)}"


def _wild(token: str, width: int) -> str:
    if token[0] != "%":
        return token
    return "%" if token in ("%f", "%B") else "_" * width


def _piece(token: str, text: str, place: tuple[int, int, int]) -> str:
    start, width, after = place
    last = after == 0
    cut = f"SUBSTRING({text}, {start})" if last else f"SUBSTRING({text}, {start}, {width})"
    if token == "%f":
        return f"SUBSTRING({text}, {start})"
    if token == "%b":
        return _month(f"SUBSTRING({text}, {start}, 3)", tuple(m[:3] for m in MONTHS))
    return _padded(token, cut, width)


def _padded(token: str, cut: str, width: int) -> str:
    if token == "%y":
        return f"CASE WHEN {cut} >= '69' THEN '19' ELSE '20' END || {cut}"
    return f"'0' || {cut}" if width == 1 else cut


def _month(name: str, names: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN '{n.upper()}' THEN '{i:02d}'" for i, n in enumerate(names, 1))
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
