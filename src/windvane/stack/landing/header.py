"""Finds the header of a sample of rows, or shows that there is none; refuses when both fit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from windvane.domain.errors import Unreadable
from windvane.stack.landing.cells import look, shape

Rows = Sequence[tuple[int, tuple[str, ...]]]
_RESERVED = ("_batch", "_seq", "_row")
_WORDS = """
    id key field column code name title date day month year time timestamp type kind category status state city
    country region address street zip postcode phone email url text note notes comment description label value
    amount price quantity qty count total rate currency unit user customer product order store shop item place
    source target first last number no nr age sex gender lat lon latitude longitude
"""
_USUAL = frozenset(_WORDS.split())


class Found(msgspec.Struct, frozen=True):
    """Where the header stands (0: nowhere), the names of the columns, and the physical line of the first row."""

    line: int
    names: tuple[str, ...]
    first_line: int


def find_header(rows: Rows, width: int, first: int, *, known: tuple[str, ...] = (), line: int | None = None) -> Found:
    """The header of rows of which the first with `width` fields has index `first`.

    `line` is what a `Reading` says (0: none). Raises `Unreadable`: `source.header` when a first row of text could be
    either, `source.empty` when no row follows the header.
    """
    if len(rows) == 1 and line != 0:
        raise Unreadable(
            "the file has no rows", code="source.empty", why=f"line {rows[0][0]} is the only one, and may be a header",
            fix="deliver it again when there are rows",
        )  # fmt: skip
    if line is not None:
        start = next((i for i, (at, _) in enumerate(rows) if at == line), None) if line else None
        return _found(rows, start, width) if start is not None or line == 0 else _found(rows, first, width)
    if width == 1:
        return _found(rows, _single(rows, known), width)
    start = _short_header(rows, width, first)
    if start is None:
        start = next((i for i in range(first, len(rows)) if not _title(rows[i][1], width)), first)
        body = [r for _, r in rows[start + 1 :] if len(r) == width][:500]
        if not _is_header(rows[start][1], body, known):
            if start > 0:
                raise Unreadable(
                    "it cannot be told what the first lines are", code="source.header",
                    why=f"line {rows[start][0]} begins rows of {width} fields without a header, below other lines",
                    fix="take those lines out, or say which is the header in the reading of the source",
                )  # fmt: skip
            start = None
    return _found(rows, start, width, first=first)


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Delivered names made different, as an engine compares them: empty ones become `column_<n>`, twins get `_2`."""
    taken, made = set(_RESERVED), []
    for place, name in enumerate(names, 1):
        plain = (name.strip() and name) or f"column_{place}"
        number, candidate = 2, plain
        while candidate.casefold() in taken:
            candidate, number = f"{plain}_{number}", number + 1
        taken.add(candidate.casefold())
        made.append(candidate)
    return tuple(made)


def _found(rows: Rows, start: int | None, width: int, *, first: int = 0) -> Found:
    if start is None:
        return Found(0, unique([""] * width), rows[first][0] if rows else 1)
    line, names = rows[start]
    if start + 1 >= len(rows):
        raise Unreadable(
            "the file has a header and no rows", code="source.empty", why=f"line {line} is the last one",
            fix="deliver it again when there are rows",
        )  # fmt: skip
    if any("\ud800" <= c <= "\udfff" for n in names for c in n):
        raise Unreadable("the header cannot be decoded", code="source.encoding", fix="deliver the file as UTF-8")
    return Found(line, unique(names), line + sum(n.count("\n") or n.count("\r") for n in names) + 1)


def _title(row: tuple[str, ...], width: int) -> bool:
    """Whether a full-width row is a title: one cell, or hardly any, is filled."""
    return sum(bool(c.strip()) for c in row) <= max(1, width // 4) and width > 2


def _short_header(rows: Rows, width: int, first: int) -> int | None:
    """A header with one name less than the rows have fields, when every row ends with a delimiter."""
    if first == 0 or len(rows[first - 1][1]) != width - 1 or _title(rows[first - 1][1], width - 1):
        return None
    body = [r for _, r in rows[first:] if len(r) == width]
    if len(body) > 2 < width and all(not r[-1].strip() and any(c.strip() for c in r) for r in body):
        return first - 1
    raise Unreadable(
        "the header does not fit the rows", code="source.header",
        why=f"line {rows[first - 1][0]} has {width - 1} fields and the rows have {width}",
        fix="correct the header, or say which line it is in the reading of the source: `header_line = 1`",
    )  # fmt: skip


def _is_header(row: tuple[str, ...], body: list[tuple[str, ...]], known: tuple[str, ...]) -> bool:
    cells = [c.strip() for c in row]
    if known and {c.strip() for c in known} <= set(cells):
        return True
    if any(c and any(r[i].strip() == c for r in body) for i, c in enumerate(cells)) or _repeats(cells):
        return _typed_apart(cells, body) and not any(look(c) in ("number", "time") for c in cells)
    looks = [look(c) for c in cells]
    if any(k in ("number", "time") for k in looks):
        return _numbered(cells)
    if _typed_apart(cells, body) or (not body and _named(cells)):
        return True
    if _all_text(body) and (_named(cells) or _other_shape(cells, body)):
        return True
    raise Unreadable(
        "it cannot be told whether the first row is a header", code="source.header",
        why=f"`{', '.join(cells[:4])}` looks like the rows below it",
        fix="say which in the reading of the source: `header_line = 1`, or 0 for none",
    )  # fmt: skip


def _repeats(cells: list[str]) -> bool:
    filled = [c.casefold() for c in cells if c]
    return len(set(filled)) * 2 < len(filled)


def _typed_apart(cells: list[str], body: list[tuple[str, ...]]) -> bool:
    """Whether some column holds numbers or times (or nothing) only, below a cell that is none."""
    for place, cell in enumerate(cells):
        looks = [look(r[place]) for r in body]
        typed = sum(k in ("number", "time") for k in looks)
        if (
            cell
            and typed
            and typed + looks.count("empty") >= 0.9 * len(looks)
            and look(cell) not in ("number", "time", "empty")
        ):
            return True
    return False


def _numbered(cells: list[str]) -> bool:
    """Whether the numbers of a header count up by one, as years do, beside a name."""
    numbers = [c for c in cells if look(c) == "number"]
    names = [c for c in cells if look(c) not in ("number", "time", "empty")]
    if not names or len(numbers) < 2 or not all(n.isdigit() for n in numbers):
        return False
    return all(int(b) - int(a) == 1 for a, b in pairwise(numbers))


def _named(cells: list[str]) -> bool:
    """Whether the cells are words that columns are called by."""
    words = [set(_parts(c)) for c in cells if c]
    return bool(words) and sum(bool(w & _USUAL) for w in words) * 2 >= len(words)


def _parts(cell: str) -> list[str]:
    spaced = "".join(f" {c}" if c.isupper() and i and cell[i - 1].islower() else c for i, c in enumerate(cell))
    return "".join(c if c.isalpha() else " " for c in spaced).casefold().split()


def _all_text(body: list[tuple[str, ...]]) -> bool:
    return bool(body)


def _other_shape(cells: list[str], body: list[tuple[str, ...]]) -> bool:
    """Whether some cell is built unlike nine of ten cells below it, which are alike."""
    for place, cell in enumerate(cells):
        shapes = [shape(r[place]) for r in body if r[place].strip()]
        if len(shapes) >= 2 and shape(cell) not in shapes and len(set(shapes)) <= max(1, len(shapes) // 10):
            return True
    return False


def _single(rows: Rows, known: tuple[str, ...]) -> int | None:
    body = [r for _, r in rows[1:501]]
    return 0 if rows and _is_header(rows[0][1], body, known) else None
