"""Lands delimited text: one pass, bounded memory, every record accounted for by our own cutter before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from windvane.domain.errors import Failed
from windvane.domain.estate import Source
from windvane.stack.landing.container import content
from windvane.stack.landing.dialect import Dialect, sniff
from windvane.stack.landing.encoding import Survey, survey, utf8
from windvane.stack.landing.records import Bad, Cut, Cutter, Grammar, nothing
from windvane.stack.landing.rowfile import GROUP_ROWS, Aside, RowFile

_BLOCK = 4 << 20  # bytes cut and parsed at a time, for a full row group
_LEAST_BLOCK = 1 << 16
_WHOLE_HEAD = 1 << 18


def read_dialect(path: Path, source: Source) -> tuple[Dialect, Survey]:
    """How `path` is to be read, decided from all its bytes. Raises `Unreadable`."""
    hint = source.reading
    seen = survey(path, hint=hint.encoding if hint is not None else "")
    head = seen.head
    if seen.size > _WHOLE_HEAD:
        head = head[: head.rfind("\n") + 1 or head.rfind("\r") + 1 or None]
    return sniff(head, tail=seen.tail, encoding=seen.encoding, hint=hint, known=source.columns), seen


def land_delimited(path: Path, dialect: Dialect, seen: Survey, *, rows: RowFile, aside: Aside) -> int:
    """Write the rows of `path` and set aside what is none; returns how many were read.

    Raises `Failed` (`landing.miscount`) when the parser and the cutter disagree: nothing is landed then.
    """
    cutter = Cutter(_grammar(dialect, seen))
    with content(path) as stream:
        blocks = _without_end(_without_start(utf8(stream, seen.encoding), dialect.first_line - 1), _footer(dialect))
        for cut in _cuts(cutter, blocks, size=max(_LEAST_BLOCK, _BLOCK * rows.chunk // GROUP_ROWS)):
            extra = _write(cut, dialect, rows)
            aside.add((*_cut_off(cut.bad, seen, cutter.read), *extra))
    return cutter.read


def _grammar(dialect: Dialect, seen: Survey) -> Grammar:
    reading = dialect.reading
    return Grammar(
        delimiter=reading.delimiter.encode(),
        quote=reading.quote.encode(),
        escape=reading.escape.encode(),
        comment=reading.comment.encode(),
        width=dialect.width,
        damaged=seen.damaged_lines,
    )


def _footer(dialect: Dialect) -> int:
    return len(dialect.footer.encode("utf-8", "surrogateescape"))


def _cuts(cutter: Cutter, blocks: Iterable[bytes], *, size: int) -> Iterator[Cut]:
    """The records of each block; those of a small file in one piece, as each piece is parsed by itself."""
    held = nothing()
    for block in _gathered(blocks, size):
        if len(held.data) > _LEAST_BLOCK:
            yield held
            held = nothing()
        held = _joined(held, cutter.feed(block))
    yield _joined(held, cutter.finish())


def _joined(one: Cut, other: Cut) -> Cut:
    ordinals = np.concatenate((one.ordinals, other.ordinals))
    return Cut(data=one.data + other.data, ordinals=ordinals, bad=(*one.bad, *other.bad))


def _gathered(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in blocks of at least `size`, the last one aside, and at most as much more as one block adds."""
    waiting: list[bytes] = []
    held = 0
    for block in blocks:
        for start in range(0, len(block), size):
            waiting.append(block[start : start + size])
            held += len(waiting[-1])
            if held >= size:
                yield b"".join(waiting)
                waiting, held = [], 0
    yield b"".join(waiting)


def _without_start(blocks: Iterator[bytes], lines: int) -> Iterator[bytes]:
    """The blocks after `lines` physical lines."""
    rest = b""
    for block in blocks:
        rest += block
        while lines and (found := re.search(rb"\r\n|\n|\r(?!\Z)", rest)):
            rest, lines = rest[found.end() :], lines - 1
        if not lines:
            yield rest
            yield from blocks
            return
    yield b"" if lines else rest


def _without_end(blocks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """The blocks without their last `count` bytes."""
    rest = b""
    for block in blocks:
        rest += block
        if len(rest) > count:
            yield rest[: len(rest) - count]
            rest = rest[len(rest) - count :]


def _write(cut: Cut, dialect: Dialect, rows: RowFile) -> tuple[Bad, ...]:
    """Parse and write the rows of one cut; gives back rows with a value after the last column."""
    if not len(cut.ordinals):
        return ()
    table = _parse(cut.data, dialect)
    if table.num_rows != len(cut.ordinals):
        raise Failed(
            "the rows of a file could not be counted for certain", code="landing.miscount",
            why=f"{len(cut.ordinals):,} records became {table.num_rows:,} rows near row {int(cut.ordinals[0]):,}",
            fix="report this file: no row of it was taken",
        )  # fmt: skip
    ordinals = cut.ordinals
    extra: tuple[Bad, ...] = ()
    if dialect.width > len(dialect.names):
        table, ordinals, extra = _trailing(table, ordinals, dialect)
    rows.write(table.columns, ordinals)
    return extra


def _parse(data: bytes, dialect: Dialect) -> pa.Table:
    names = [str(i) for i in range(dialect.width)]
    reading = dialect.reading
    return pcsv.read_csv(
        pa.BufferReader(data),
        read_options=pcsv.ReadOptions(column_names=names, block_size=max(len(data) + 1, 1 << 16)),
        parse_options=pcsv.ParseOptions(
            delimiter=reading.delimiter,
            quote_char=reading.quote or False,
            double_quote=bool(reading.quote),
            escape_char="\\" if reading.escape == "\\" else False,
            newlines_in_values=bool(reading.quote),
            ignore_empty_lines=dialect.width > 1,
        ),
        convert_options=pcsv.ConvertOptions(
            column_types={n: pa.string() for n in names},
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=False,
        ),
    )


def _trailing(table: pa.Table, ordinals: np.ndarray, dialect: Dialect) -> tuple[pa.Table, np.ndarray, tuple[Bad, ...]]:
    last = table.column(dialect.width - 1)
    kept = table.select(range(dialect.width - 1))
    filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(pc.coalesce(last, pa.scalar("")))), 0)
    if not pc.any(filled).as_py():
        return kept, ordinals, ()
    marks = np.asarray(filled)
    cells = table.filter(filled).to_pylist()
    bad = tuple(
        Bad(
            int(o),
            "line: a value after the last column",
            dialect.reading.delimiter.join(v or "" for v in row.values()).encode(),
        )
        for o, row in zip(ordinals[marks], cells, strict=True)
    )
    return kept.filter(pc.invert(filled)), ordinals[~marks], bad


def _cut_off(bad: tuple[Bad, ...], seen: Survey, read: int) -> tuple[Bad, ...]:
    """Say of a last line without its end that the file may be cut off."""
    if not bad or bad[-1].ordinal != read or seen.tail.endswith(("\n", "\r")):
        return bad
    if not seen.tail.encode("utf-8", "surrogateescape").endswith(bad[-1].raw):
        return bad
    return (*bad[:-1], msgspec.structs.replace(bad[-1], reason=f"{bad[-1].reason}; the file may be cut off"))
