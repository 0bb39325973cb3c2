"""Lands JSON lists and NDJSON: one object a row, numbers as they are spelled, nested values as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from windvane.domain.errors import Unreadable
from windvane.stack.landing.container import content
from windvane.stack.landing.encoding import utf8
from windvane.stack.landing.header import unique
from windvane.stack.landing.records import LONGEST, Bad
from windvane.stack.landing.rowfile import Aside, RowFile

Item = dict[str, "str | None"] | Bad
_CHUNK_ROWS = 20_000  # at most
_BLANK = re.compile(r"[ \t\r\n]*")


class _Number(str):
    """A number as it was spelled."""

    __slots__ = ()


class _Twice(ValueError):
    """An object that has a key twice."""


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice
    return made


_DECODER = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_pairs, strict=False
)


def keys(path: Path, *, encoding: str, lines: str) -> tuple[str, ...]:
    """The keys of all objects, in order of first appearance. `lines` is `ndjson` or `json`. Raises `Unreadable`."""
    found: dict[str, None] = {}
    for item in _items(path, encoding=encoding, lines=lines):
        if not isinstance(item, Bad):
            found.update(dict.fromkeys(item))
    if not found:
        raise Unreadable(
            f"`{path.name}` holds no rows", code="source.empty", why="no object with a value was found in it",
            fix="deliver it again when there are rows",
        )  # fmt: skip
    return tuple(found)


def land_objects(path: Path, names: tuple[str, ...], *, encoding: str, lines: str, rows: RowFile, aside: Aside) -> int:
    """Write the objects of `path` as rows with the columns `names`; returns how many were read."""
    read, chunk, ordinals = 0, [], []
    for item in _items(path, encoding=encoding, lines=lines):
        read += 1
        if isinstance(item, Bad):
            aside.add((Bad(read, item.reason, item.raw),))
            continue
        chunk.append(item)
        ordinals.append(read)
        if len(chunk) >= min(_CHUNK_ROWS, rows.chunk):
            _write(chunk, ordinals, names, rows)
            chunk, ordinals = [], []
    _write(chunk, ordinals, names, rows)
    return read


def columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the Parquet columns for keys, different also when case is ignored."""
    return unique(names)


def _write(chunk: list[dict[str, str | None]], ordinals: list[int], names: tuple[str, ...], rows: RowFile) -> None:
    if chunk:
        arrays = [pa.array([row.get(name) for row in chunk], pa.string()) for name in names]
        rows.write(arrays, np.array(ordinals, dtype=np.int64))


def _items(path: Path, *, encoding: str, lines: str) -> Iterator[Item]:
    with content(path) as stream:
        blocks = utf8(stream, encoding)
        if lines == "ndjson":
            yield from (_line(line) for line in _lines(blocks) if line.strip())
        else:
            yield from _list(path, (b.decode("utf-8", "surrogateescape") for b in _whole(blocks)))


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    yield rest


def _whole(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks that end between characters."""
    rest = b""
    for block in blocks:
        data = rest + block
        cut = len(data)
        while cut > len(data) - 4 and cut > 0 and data[cut - 1] >= 0x80:
            cut -= 1
        rest = data[cut:]
        yield data[:cut]
    yield rest


def _line(line: bytes) -> Item:
    try:
        value = _DECODER.decode(line.decode())
    except UnicodeDecodeError:
        return Bad(0, "line: not UTF-8", line)
    except _Twice:
        return Bad(0, "line: a key stands twice in an object", line)
    except (json.JSONDecodeError, RecursionError):
        return Bad(0, "line: not JSON", line)
    return _row(value, line)


def _row(value: object, raw: bytes) -> Item:
    if not isinstance(value, dict):
        return Bad(0, "line: not an object", raw)
    row = {name: _text(cell) for name, cell in value.items()}
    if any("\ud800" <= c <= "\udfff" for t in (*row, *row.values()) if t and not t.isascii() for c in t):
        return Bad(0, "line: not UTF-8", raw)
    return row


def _text(cell: object) -> str | None:
    match cell:
        case None:
            return None
        case bool():
            return "true" if cell else "false"
        case str():
            return str(cell)
        case _:
            return _dumps(cell)


def _dumps(value: object) -> str:
    """JSON text of a nested value, numbers as they were spelled."""
    match value:
        case _Number():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_dumps(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_dumps, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _list(path: Path, texts: Iterator[str]) -> Iterator[Item]:
    """The elements of one top-level list, read piece by piece."""
    text = next(texts, "").lstrip("\ufeff")
    at = _BLANK.match(text).end()  # type: ignore[union-attr]
    if text[at : at + 1] != "[":
        raise _no_list(path, text[at : at + 40])
    at += 1
    while True:
        at = _BLANK.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "]" and not text[at + 1 :].strip():
            return
        item, end = _element(text, at)
        if item is None:
            more = next(texts, None)
            if more is None or len(text) - at > 8 * LONGEST:
                raise _broken(path)
            text, at = text[at:] + more, 0
            continue
        yield item
        at = end


def _element(text: str, at: int) -> tuple[Item | None, int]:
    """The next element and where the one after it begins; `None` when more text is needed."""
    start = at
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (json.JSONDecodeError, RecursionError):
        return None, start
    except _Twice:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, at)
        after = _after(text, end)
        return (
            (Bad(0, "line: a key stands twice in an object", text[at:end].encode()), after) if after else (None, start)
        )
    after = _after(text, end)
    return (_row(value, text[at:end].encode("utf-8", "surrogateescape")), after) if after else (None, start)


def _after(text: str, end: int) -> int:
    """Where the next element begins, or the closing bracket stands; 0 when more text is needed."""
    end = _BLANK.match(text, end).end()  # type: ignore[union-attr]
    if text[end : end + 1] == ",":
        return end + 1
    return end if text[end : end + 1] == "]" else 0


def _no_list(path: Path, start: str) -> Unreadable:
    return Unreadable(
        f"`{path.name}` is not a list of rows", code="source.markup",
        why=f"it begins with `{start.splitlines()[0] if start else ''}`; an error answer is often saved like this",
        fix="deliver a JSON list of objects, or one object a line as .ndjson",
    )  # fmt: skip


def _broken(path: Path) -> Unreadable:
    return Unreadable(
        f"`{path.name}` is not whole", code="source.truncated", why="the JSON list is broken or is not closed",
        fix="deliver the file again; it may have been cut off on the way",
    )  # fmt: skip
