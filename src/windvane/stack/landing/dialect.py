"""Decides how text becomes rows: delimiter, quote, comments, header and footnotes; refuses what is not certain."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import msgspec

from windvane.domain.errors import Unreadable
from windvane.domain.estate import Reading
from windvane.stack.landing.cells import look
from windvane.stack.landing.header import Found, find_header
from windvane.stack.landing.records import regular

_USUAL = (",", ";", "\t", "|")
_RARE = ("%", "^", "~", ":", "\x01", "\x1f", " ")
_WEIGHT = {"empty": 0.9, "number": 1.0, "time": 1.0, "word": 0.8, "text": 0.6, "odd": 0.15}
_CERTAIN = 0.85  # share of rows that must have the same number of fields
_MARGIN = 1.1  # by which the best delimiter must beat the next
_FOOTNOTE = re.compile(
    r"\W*(source|note|notes|total rows?|rows?|generated|exported|©|\(c\)|\(?\d+ rows?|\*|#)", re.IGNORECASE
)
_PROSE = re.compile(r"\W*[a-z]+\W+\w+", re.IGNORECASE)


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one file is read: its reading, its columns as delivered, and where its rows begin and end."""

    reading: Reading
    names: tuple[str, ...]
    width: int  # fields of a row; one more than names when every row ends with a delimiter
    first_line: int  # 1-based physical line of the first row
    footer: str = ""  # text at the end that is no rows


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A sample cut by one dialect; `rows` are (physical line, fields)."""

    reading: Reading
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    width: int
    first: int  # index of the first row of that width
    consistency: float
    score: float


def sniff(head: str, *, tail: str, encoding: str, hint: Reading | None = None, known: tuple[str, ...] = ()) -> Dialect:
    """The dialect of a file of which `head` and `tail` are the first and last text; `tail` is "" when it goes on.

    `hint` is tried first and kept when it still gives consistent rows (and the `known` header, if there is one).
    Raises `Unreadable`: `source.markup`, `source.empty`, `source.ambiguous`, `source.ragged`, `source.header`.
    """
    refuse_markup(head)
    text = head.replace("\0", "")
    if hint is not None and hint.format == "csv":
        kept = _under_hint(text, tail, hint, known)
        if kept is not None:
            return msgspec.structs.replace(kept, reading=msgspec.structs.replace(kept.reading, encoding=encoding))
    table = choose_table(text, known)
    return _finish(table, find_header(table.rows, table.width, table.first, known=known), tail, encoding)


def refuse_markup(head: str) -> None:
    """Raise `Unreadable` for an empty file and for HTML, XML or JSON that pretends to be a table."""
    start = head.lstrip("\ufeff \t\r\n\0")
    if not start:
        raise Unreadable("the file is empty", code="source.empty", why="it holds no text", fix="deliver it again")
    markup = re.match(r"<(!doctype|\?xml|[a-zA-Z][\w:-]*[\s>/])", start, re.IGNORECASE)
    if markup or re.match(r"[{\[]\s*([\"{\[\]}]|$)", start):
        kind = "HTML or XML" if markup else "JSON"
        raise Unreadable(
            f"the file is {kind}, not a table", code="source.markup",
            why=f"it begins with `{start[:40].splitlines()[0]}`; an error page is often saved like this",
            fix="fetch the data again" if markup else "fetch the data again, or name it .json or .ndjson",
        )  # fmt: skip


def choose_table(text: str, known: tuple[str, ...]) -> Table:
    """The one way to cut `text` into rows of equal width that beats all others. Raises `Unreadable` for none or two."""
    tables = [t for d in _USUAL for t in _cuts(text, d)]
    if not any(t.width > 1 and t.consistency >= _CERTAIN for t in tables):
        tables += [t for d in _RARE if d in text for t in _cuts(text, d) if _well_founded(t)]
    wide = sorted((t for t in tables if t.width > 1 and t.consistency >= _CERTAIN), key=lambda t: -t.score)
    restored = [t for t in wide if known and any(_same(r, known) for _, r in t.rows[: t.first + 1])]
    if restored:
        return restored[0]
    if not wide:
        return _one_column(tables)
    best, others = wide[0], [t for t in wide[1:] if t.reading.delimiter != wide[0].reading.delimiter]
    if others and best.score < _MARGIN * others[0].score:
        a, b = best, others[0]
        raise Unreadable(
            "the delimiter cannot be told for certain", code="source.ambiguous",
            why=f"`{a.reading.delimiter}` gives {a.width} columns, `{b.reading.delimiter}` gives {b.width}; both fit",
            fix='say which in the reading of the source: `delimiter = ";"`',
        )  # fmt: skip
    return best


def _well_founded(table: Table) -> bool:
    """Whether a delimiter that is rare is one here: enough rows, all of one width, header too, with plain cells."""
    return len(table.rows) > 2 and table.first == 0 and table.consistency > 0.99 and table.score > 0.5


def _same(row: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return {c.strip() for c in row} >= {c.strip() for c in known}


def _one_column(tables: list[Table]) -> Table:
    lone = next(t for t in tables if t.reading.delimiter == ",")
    cut = max(sum(len(r) > 1 for _, r in t.rows) / max(1, len(t.rows)) for t in tables if t.reading.delimiter in _USUAL)
    if cut > 0 and lone.rows:
        widths = ", ".join(f"{n} rows of {w}" for w, n in Counter(len(r) for _, r in lone.rows).most_common(3))
        raise Unreadable(
            "no delimiter gives rows of equal width", code="source.ragged",
            why=f"with `,` there are {widths} fields",
            fix="if it is a table, say how it is cut in the reading of the source; if it is prose, take it out",
        )  # fmt: skip
    return msgspec.structs.replace(lone, width=1, first=0, consistency=1.0)


def _cuts(text: str, delimiter: str) -> list[Table]:
    return [_cut(text, r) for r in _quotings(text, delimiter)]


def _quotings(text: str, delimiter: str) -> list[Reading]:
    edge = re.escape(delimiter)
    whole = re.compile(rf'(?:^|{edge})"(?:[^"]|"")*"(?={edge}|[\r\n]|\Z)', re.MULTILINE)
    opened = re.search(rf'(?:^|{edge}) *"', text, re.MULTILINE)
    if '\\"' in text and not regular(text, delimiter, escape='"') and regular(text, delimiter, escape="\\"):
        return [Reading(delimiter=delimiter, escape="\\")]
    if '"' not in text:
        single = re.findall(rf"(?:^|{edge})'[^'\r\n]*'(?={edge}|[\r\n]|\Z)", text, re.MULTILINE)
        if len(single) > text.count("\n") and 2 * len(single) >= text.count("'"):
            return [Reading(delimiter=delimiter, quote="'", escape="'")]
        return [Reading(delimiter=delimiter)]
    if whole.search(text) or opened:
        return [Reading(delimiter=delimiter)]
    return [Reading(delimiter=delimiter, quote="", escape="")]  # quotes stand inside cells only, as for inches


def _cut(text: str, reading: Reading) -> Table:
    rows = cut_rows(text, reading)
    marked = [r for r in rows if r[1][0].startswith("#")]
    if marked and len(marked) <= max(3, len(rows) // 5):
        plain = [r for r in rows if not r[1][0].startswith("#")]
        width = Counter(len(r) for _, r in plain).most_common(1)[0][0] if plain else 0
        if width > 1 and any(len(r[1]) != width for r in marked):
            header_like = [r for r in marked if len(r[1]) == width and r[0] < plain[0][0]]
            rows = header_like[-1:] + plain
            reading = msgspec.structs.replace(reading, comment="#")
    return _measure(tuple(rows), reading)


def cut_rows(text: str, reading: Reading) -> list[tuple[int, tuple[str, ...]]]:
    """(physical line, fields) of the rows in a sample; blank lines are none, and a broken cut gives no rows."""
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=reading.delimiter, quotechar=reading.quote or None,
        quoting=csv.QUOTE_MINIMAL if reading.quote else csv.QUOTE_NONE,
        doublequote=reading.escape != "\\", escapechar="\\" if reading.escape == "\\" else None,
    )  # fmt: skip
    rows, line = [], 1
    try:
        for fields in lines:
            if fields:
                rows.append((line, tuple(fields)))
            line = lines.line_num + 1
    except csv.Error:  # a field longer than the module allows: an opened quote that swallows the file
        return rows
    return rows


def _measure(rows: tuple[tuple[int, tuple[str, ...]], ...], reading: Reading) -> Table:
    counts = Counter(len(r) for _, r in rows)
    wide = [(n, w) for w, n in counts.items() if w > 1]
    if not wide:
        return Table(reading=reading, rows=rows, width=1, first=0, consistency=1.0 if rows else 0.0, score=0.0)
    width = max(wide)[1]
    first = next(i for i, (_, r) in enumerate(rows) if len(r) == width)
    body = [r for _, r in rows[first:]]
    even = [r for r in body if len(r) == width]
    tail = next((i for i, r in enumerate(reversed(body)) if len(r) == width), 0)  # footnotes do not count
    step = max(1, len(even) // 300)
    cells = [_WEIGHT[look(c)] for r in even[::step] for c in r]
    consistency = len(even) / max(1, len(body) - min(tail, 10))
    if first > max(30, len(rows) // 2) or (len(even) < 2 < len(rows)):
        consistency = 0.0
    return Table(
        reading=reading, rows=rows, width=width, first=first, consistency=consistency,
        score=consistency**2 * sum(cells) / max(1, len(cells)),
    )  # fmt: skip


def _under_hint(text: str, tail: str, hint: Reading, known: tuple[str, ...]) -> Dialect | None:
    table = _measure(tuple(r for r in cut_rows(text, hint) if not _comment(r[1], hint)), hint)
    if table.consistency < _CERTAIN or (table.width == 1 and len(known) > 1):
        return None
    try:
        found = _hinted_header(table, hint, known)
        return _finish(table, found, tail, hint.encoding) if found is not None else None
    except Unreadable:
        return None


def _comment(fields: tuple[str, ...], hint: Reading) -> bool:
    return bool(hint.comment) and fields[0].startswith(hint.comment)


def _hinted_header(table: Table, hint: Reading, known: tuple[str, ...]) -> Found | None:
    at = next((r for line, r in table.rows if line == hint.header_line), None) if hint.header_line else None
    if at is not None and known and not _same(at, known):
        shared = {c.strip().casefold() for c in at} & {c.strip().casefold() for c in known}
        if not shared or any(_same(r, known) for _, r in table.rows):
            return None  # another line is the header, or none is: the first row must not be taken for it
    if hint.header_line and (at is None or abs(len(at) - table.width) > 1):
        return None
    return find_header(table.rows, table.width, table.first, known=known, line=hint.header_line)


def _finish(table: Table, found: Found, tail: str, encoding: str) -> Dialect:
    reading = msgspec.structs.replace(table.reading, encoding=encoding, header_line=found.line)
    footer = _footer(tail, reading, table.width)
    skipped = len([x for x in re.split(r"\r\n|\n|\r", footer) if x.strip()])
    return Dialect(
        reading=msgspec.structs.replace(reading, skip_footer=skipped),
        names=found.names, width=table.width, first_line=found.first_line, footer=footer,
    )  # fmt: skip


def _footer(tail: str, reading: Reading, width: int) -> str:
    """The end of the text from the first footnote on: lines of one cell that say what they are."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", tail)
    kept = len(lines)
    while kept > 1 and width > 1 and len(lines) - kept < 40 and _lone(lines[kept - 1], reading):
        kept -= 1
    run = lines[kept:]
    text = [x for x in run if x.strip(f"\r\n {reading.delimiter}")]
    if not text or not all(map(_FOOTNOTE.match, text)):
        return _blank_end(tail)
    whole = any(reading.delimiter in x for x in text)  # a row of full width must be prose, below an empty line
    if whole and not (run[0] not in text and all(map(_PROSE.match, text))):
        return _blank_end(tail)
    return "".join(run)


def _lone(line: str, reading: Reading) -> bool:
    """Whether a line holds one cell; not the last line of a cell of several lines, which closes a quote."""
    if reading.quote and line.count(reading.quote) % 2:
        return False
    rows = cut_rows(line, reading)
    return not rows or (sum(bool(c.strip()) for c in rows[0][1]) <= 1 and (len(rows[0][1]) == 1 or not rows[0][1][-1]))


def _blank_end(tail: str) -> str:
    return tail[len(tail.rstrip("\r\n")) :]
