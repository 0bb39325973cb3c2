"""SQL that turns delivered text into text a plain CAST understands, and SQL that tells whether it really does."""

from __future__ import annotations

import re

from windvane.stack.quality.moment_sql import moment_sql
from windvane.stack.quality.quoting import like, quoted
from windvane.stack.quality.spelling import EPOCH_DIGITS, Spelling, pattern, read

_SPECIAL = frozenset(".^$*+?()[]{}|\\/")


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
            return moment_sql(spelling.format, text, bare)
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


def without_nulls_sql(column_sql: str, null_tokens: tuple[str, ...], *, blanks: str = "") -> str:
    """The text, NULL where it is empty or a null token; trimmed first when `blanks` is `trim`."""
    return canonical_sql("text:trim" if blanks else "text", column_sql, null_tokens)


def _listed(null_tokens: tuple[str, ...]) -> str:
    return ", ".join(quoted(t) for t in dict.fromkeys(("", *(t.strip() for t in null_tokens))))


def _number(spelling: Spelling, text: str, bare: str) -> str:
    if spelling.group or spelling.prefix or spelling.minus:
        return _stripped(spelling, text, bare)
    if spelling.suffix:
        text = _without_suffix(text, bare, spelling.suffix.strip())
    return f"TRANSLATE({text}, ',.', '.?')" if spelling.point == "," else text


def _stripped(spelling: Spelling, text: str, bare: str) -> str:
    """Groups and units are taken out only where each stands where it may: `1,23` is not 123, `1.234,5` not 1.2345."""
    dropped = dict.fromkeys(spelling.group + (")" if spelling.minus == "()" else spelling.minus))
    made = bare
    for affix in (spelling.prefix.strip(), spelling.suffix.strip()):
        made = f"REPLACE({made}, {quoted(affix)}, '')" if len(affix) > 1 else made
        dropped |= dict.fromkeys((*affix, " ") if len(affix) == 1 else " " if affix else "")
    kept = {"(": "-"} if spelling.minus == "()" else {}  # what stands around them becomes the minus before them
    kept |= {",": "."} if spelling.point == "," else {}
    if kept or len(dropped) > 1:
        made = f"TRANSLATE({made}, {quoted(''.join(kept) + ''.join(dropped))}, '{''.join(kept.values())}')"
    else:
        made = f"REPLACE({made}, {quoted(''.join(dropped))}, '')"
    if spelling.minus == "-":
        made = f"CASE WHEN {like(bare, '%-')} THEN '-' ELSE '' END || {made}"
    return f"CASE WHEN REGEXP_MATCHES({bare}, {quoted(_shape(spelling))}) THEN {made} ELSE '?' || {text} END"


def _shape(spelling: Spelling) -> str:
    """A pattern for people, in the syntax that Postgres, Spark and DuckDB share (no backslashes)."""
    grouped = f"[0-9]{{1,3}}({_plain(spelling.group)}[0-9]{{3}})+|" if spelling.group else ""
    whole = f"{grouped}[0-9]+"
    if spelling.kind == "decimal":
        point = _plain(spelling.point or ".")
        whole = f"({whole})({point}[0-9]*)?|{point}[0-9]+"
    unit = f"({_plain(spelling.prefix.strip())} ?)?" if spelling.prefix else ""
    after = f"( ?{_plain(spelling.suffix.strip())})?" if spelling.suffix else ""
    if spelling.minus == "()":
        outside = f"|{unit}[(]({whole}){after}[)]" if unit else ""
        return f"^({unit}({whole}){after}|[(]{unit}({whole}){after}[)]{outside})$"
    if spelling.minus:
        return f"^{unit}({whole})-?{after}$"
    return f"^[+-]?{unit}{'[+-]?' if unit else ''}({whole}){after}$"


def _plain(text: str) -> str:
    """`text` as a pattern for itself; a class of one needs no backslash."""
    return "".join(c if c.isalnum() or c not in _SPECIAL else f"[{c}]" for c in text)


def _affix_condition(text: str, affix: str, form: str) -> str:
    if "%" in affix or "_" in affix or "!" in affix:
        escaped = "".join("!" + c if c in "%_!" else c for c in affix)
        return f"{text} LIKE {quoted(form.format(escaped))} ESCAPE '!'"
    return like(text, form.format(affix))


def _without_suffix(text: str, bare: str, suffix: str) -> str:
    condition = _affix_condition(bare, suffix, "%{}")
    cut = f"TRIM(SUBSTRING({bare}, 1, LENGTH({bare}) - {len(suffix)}))"
    return f"CASE WHEN {condition} THEN {cut} ELSE {text} END"


def _boolean(spelling: Spelling, text: str, bare: str) -> str:
    true, false = quoted(spelling.true.upper()), quoted(spelling.false.upper())
    return f"CASE UPPER({bare}) WHEN {true} THEN 'true' WHEN {false} THEN 'false' ELSE '?' || {text} END"


def _epoch(unit: str, text: str, bare: str) -> str:
    """Whole seconds by interval arithmetic (portable), the fraction as the digits that were spelled.

    Times before September 2001 have a digit less: it is filled up.
    """
    digits = EPOCH_DIGITS[unit]
    full = f"SUBSTRING('0' || {bare}, LENGTH({bare}) - {digits - 2})"
    moment = f"TIMESTAMP '1970-01-01 00:00:00' + CAST(SUBSTRING({full}, 1, 10) AS INTEGER) * INTERVAL '1' SECOND"
    made = f"CAST({moment} AS VARCHAR)"
    if digits > 10:
        made = f"{made} || '.' || SUBSTRING({full}, 11)"
    # beyond 2147483647 seconds (in 2038) the integer would overflow
    plain = (
        f"REGEXP_MATCHES({bare}, '^[1-9][0-9]{{{digits - 2},{digits - 1}}}$') "
        f"AND {full} <= '2147483647{'9' * (digits - 10)}'"
    )
    return f"CASE WHEN {plain} THEN {made} ELSE '?' || {text} END"
