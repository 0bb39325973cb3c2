"""Cuts a stream of text into records by its own reckoning, so that no row depends on what a CSV reader makes of it.

A block whose quotes are all where RFC 4180 puts them is cut by counting with numpy; any other block is cut record by
record with a regular expression. What does not fit is set aside line by line, so that a quote that is never closed
costs one line and not the rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import numpy as np

from windvane.domain.errors import Unreadable

LONGEST = 1 << 22  # bytes of one record; a quote that is open for longer is taken for unterminated


class Grammar(msgspec.Struct, frozen=True, kw_only=True):
    """How records are spelled, in ASCII characters; `quote` may be empty, `escape` is the quote or a backslash."""

    delimiter: bytes
    quote: bytes
    escape: bytes
    comment: bytes
    width: int
    damaged: int = 1  # lines that are known not to be UTF-8; 0 spares looking for them


class Bad(msgspec.Struct, frozen=True):
    """A line that is no row: its ordinal in the delivery (1-based), why, and its bytes."""

    ordinal: int
    reason: str
    raw: bytes


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Whole records of the right width, one after the other, their ordinals, and what was set aside."""

    data: bytes
    ordinals: np.ndarray
    bad: tuple[Bad, ...] = ()


class Cutter:
    """Feeds on UTF-8 blocks and gives records; `read` counts every row or line that was no comment and not blank."""

    def __init__(self, grammar: Grammar) -> None:
        self.read = 0
        self._grammar = grammar
        self._patterns = _Patterns(grammar)
        self._rest = b""
        self._breaks = b""  # of a file of one column: the last bytes of its lines

    def feed(self, block: bytes) -> Cut:
        """The records that end within what came so far."""
        if len(self._rest) > 8 * LONGEST:
            raise Unreadable(
                "a line does not end", code="source.ragged", why=f"row {self.read + 1:,} is longer than 32 MB",
                fix="deliver the file with one row a line",
            )  # fmt: skip
        data = self._rest + (block.translate(None, b"\0") if b"\0" in block else block)
        cut = None if len(self._rest) > LONGEST else self._quickly(data)
        return cut if cut is not None else self._carefully(data, final=b"")

    def finish(self) -> Cut:
        """The records that are left when nothing more comes."""
        data, self._rest = self._rest, b""
        return self._carefully(data, final=b"end")

    def _quickly(self, data: bytes) -> Cut | None:
        """Cut by counting; `None` when a quote is out of place or the bytes are not UTF-8."""
        grammar = self._grammar
        if grammar.escape == b"\\" and b"\\" in data:
            return None
        if not grammar.quote and b'"' in data:
            return None
        found = _ends(data, grammar)
        if found is None:
            return None
        starts, ends, fields = found
        if not len(ends):
            self._rest = data
            return nothing()
        last = int(ends[-1])
        if grammar.width == 1:
            self._note(bytes(np.unique(np.frombuffer(data, np.uint8)[ends - 1])))
        if grammar.damaged and not _decodes(data[:last]):
            return None
        full = _full(data, starts, ends, grammar)
        good = full & (fields == grammar.width)
        if _swallowed(data, starts, ends, full & ~good) or (grammar.comment and _begins(data, starts, grammar, full)):
            return None
        self._rest = data[last:]
        return self._counted(data, (starts, ends, fields), (full, good))

    def _counted(
        self, data: bytes, found: tuple[np.ndarray, np.ndarray, np.ndarray], marks: tuple[np.ndarray, np.ndarray]
    ) -> Cut:
        starts, ends, fields = found
        full, good = marks
        ordinals = self.read + np.cumsum(full)
        self.read = int(ordinals[-1])
        if good.all():
            return Cut(data=data[: int(ends[-1])], ordinals=ordinals)
        bad = tuple(
            Bad(int(ordinals[i]), self._ragged(int(fields[i])), data[starts[i] : ends[i]].rstrip(b"\r\n"))
            for i in np.flatnonzero(full & ~good)
        )
        return Cut(data=_joined(data, starts, ends, good), ordinals=ordinals[good], bad=bad)

    def _note(self, breaks: bytes) -> None:
        """Refuse lone returns beside line feeds in a file of one column: there no width tells what ends a row."""
        self._breaks = bytes(sorted({*self._breaks, *breaks}))
        if self._breaks == b"\n\r":
            raise Unreadable(
                "it cannot be told what ends a row", code="source.ambiguous",
                why=f"near row {self.read + 1:,} lone carriage returns stand beside line feeds in a file of one column",
                fix="deliver the file with one kind of line end",
            )  # fmt: skip

    def _ragged(self, fields: int) -> str:
        return f"line: {fields} fields, {self._grammar.width} expected"

    def _carefully(self, data: bytes, *, final: bytes) -> Cut:
        good: list[bytes] = []
        ordinals: list[int] = []
        bad: list[Bad] = []
        at = whole = 0  # `whole`: 1 while the last row above is not in doubt
        for end, reason in self._steps(data, final):
            record, at = data[at:end], end
            if reason == "skip":
                continue
            if self._grammar.width == 1 and record[-1:] in (b"\n", b"\r"):
                self._note(record[-1:])
            self.read += 1
            if reason:
                bad.append(Bad(self.read, reason, record.rstrip(b"\r\n")))
                if whole and self._patterns.end_of_cell(record):
                    whole = 0
                    bad.append(Bad(ordinals.pop(), "line: its last cell may go on below", good.pop().rstrip(b"\r\n")))
            else:
                good.append(record if record[-1:] in (b"\n", b"\r") else record + b"\n")
                ordinals.append(self.read)
                whole = 1
        self._rest = data[at:]
        ordered = tuple(sorted(bad, key=lambda b: b.ordinal))
        return Cut(data=b"".join(good), ordinals=np.array(ordinals, dtype=np.int64), bad=ordered)

    def _steps(self, data: bytes, final: bytes) -> Iterator[tuple[int, str]]:
        """(end, reason) of each record or bad line in turn; stops where more bytes are needed."""
        at = 0
        while at < len(data):
            found = self._patterns.record.match(data, at)
            end = found.end() if found else at
            waits = not found and len(data) - at <= LONGEST and self._patterns.opened.match(data, at)
            if not final and (end == len(data) or waits) and not _ended(data, end, found):
                return
            reason = self._judge(data[at:end]) if found else _broken(self._line(data, at))
            if found and reason and reason != "skip" and len(data[at:end].splitlines()) > 1:
                found, reason = None, "line: opens a quote that swallows the next lines"
            if not found:
                end = at + len(self._line(data, at))
                if end == len(data) and not final:
                    return
            yield end, reason
            at = end

    def _line(self, data: bytes, at: int) -> bytes:
        found = self._patterns.line.match(data, at)
        return found.group() if found else data[at:]

    def _judge(self, record: bytes) -> str:
        """Why a whole record is no row: empty when it is one, `skip` for blank lines and comments."""
        grammar = self._grammar
        text = record.rstrip(b"\r\n")
        if not text and grammar.width > 1:
            return "skip"
        if not _decodes(record):
            return "line: not UTF-8"
        fields = self._patterns.fields(text)
        if grammar.comment and record.startswith(grammar.comment):
            return "skip" if fields != grammar.width or fields == 1 else "line: begins like a comment"
        if fields != grammar.width:
            return self._ragged(fields)
        return "line: a quote that is not expected" if self._patterns.stray(text) else ""


class _Patterns:
    """Regular expressions for one grammar."""

    def __init__(self, grammar: Grammar) -> None:
        d, q = re.escape(grammar.delimiter), re.escape(grammar.quote)
        slash = rb"|\\." if grammar.escape == b"\\" else b""
        no = rb"\\" if slash else b""
        quoted = rb"%b(?:[^%b%b]|%b%b%b)*+%b" % (q, q, no, q, q, slash, q) if q else rb"(?!)"
        plain = rb"(?:[^%b%b%b\r\n]%b)*+" % (d, q, no, slash)
        field = rb"(?:%b|%b)" % (quoted, plain)
        self.record = re.compile(rb"%b(?:%b%b)*+(?:\r\n|\n|\r|\Z)" % (field, d, field), re.DOTALL)
        unclosed = rb"%b(?:[^%b%b]|%b%b%b)*+\\?\Z" % (q, q, no, q, q, slash)
        self.opened = re.compile(rb"(?:%b%b)*+%b" % (field, d, unclosed) if q else rb"(?!)", re.DOTALL)
        self.line = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
        self._covered = re.compile(rb"%b%b" % (quoted, slash), re.DOTALL)
        self._start = re.compile(rb'(?:^|%b)"' % d) if not grammar.quote else None
        self._delimiter = grammar.delimiter
        self._last = grammar.width - 1
        self._end = re.compile(rb"[^%b\r\n]*[^%b%b\r\n]%b(?:%b|[\r\n]|\Z)" % (q, q, d, q, d)) if q else None

    def end_of_cell(self, line: bytes) -> bool:
        """Whether a line closes a quote that none opened: the end of a cell whose beginning the line above may hold."""
        return self._end is not None and self._end.match(line) is not None and line.count(self._delimiter) < self._last

    def fields(self, text: bytes) -> int:
        """How many fields one record has."""
        return self._covered.sub(b"", text).count(self._delimiter) + 1

    def stray(self, text: bytes) -> bool:
        """Whether a cell begins with a quote although this file uses none."""
        return self._start is not None and self._start.search(text) is not None


def regular(text: str, delimiter: str, *, escape: str) -> bool:
    """Whether every quote of a sample stands where a writer with this escape would put it."""
    grammar = Grammar(delimiter=delimiter.encode(), quote=b'"', escape=escape.encode(), comment=b"", width=0)
    patterns, data, at = _Patterns(grammar), text.encode("utf-8", "surrogateescape"), 0
    while at < len(data):
        found = patterns.record.match(data, at)
        if not found:
            return patterns.opened.match(data, at) is not None and b"\n" in data[at:]
        at = found.end()
    return True


def nothing() -> Cut:
    """No record at all."""
    return Cut(data=b"", ordinals=np.empty(0, dtype=np.int64))


def _ended(data: bytes, end: int, found: re.Match[bytes] | None) -> bool:
    """Whether the record that reaches the end of `data` is known to end there: by a line feed."""
    return found is not None and end == len(data) and data.endswith(b"\n")


def _broken(line: bytes) -> str:
    if not _decodes(line):
        return "line: not UTF-8"
    return "line: unterminated quote" if line.count(b'"') % 2 else "line: text beside a quote"


def _decodes(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _ends(data: bytes, grammar: Grammar) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """(starts, ends, fields) of the records that end in `data`; `None` when a quote is out of place."""
    array = np.frombuffer(data, np.uint8)
    outside: np.ndarray | None = None
    if grammar.quote and grammar.quote in data:
        outside = _outside(array, grammar)
        if outside is None:
            return None
    breaks = array == 10
    if b"\r" in data:
        returns = array == 13
        returns[:-1] &= ~breaks[1:]  # the line feed ends the record, not the return before it
        returns[-1] = False  # a line feed may follow in the next block
        breaks |= returns
    marks = array == grammar.delimiter[0]
    if outside is not None:
        breaks &= outside
        marks &= outside
    ends = np.flatnonzero(breaks) + 1
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    edges = np.searchsorted(np.flatnonzero(marks), ends)
    return starts, ends, np.diff(edges, prepend=0) + 1


def _outside(array: np.ndarray, grammar: Grammar) -> np.ndarray | None:
    """Which bytes stand outside quotes; `None` when a quote opens or closes inside a cell."""
    quotes = array == grammar.quote[0]
    inside = np.bitwise_xor.accumulate(quotes.view(np.uint8))
    places = np.flatnonzero(quotes)
    edge = np.zeros(256, dtype=bool)
    edge[[10, 13, grammar.delimiter[0], grammar.quote[0]]] = True
    opening, closing = places[0::2], places[1::2]
    before = array[opening[opening > 0] - 1]
    after = array[closing[closing < len(array) - 1] + 1]
    if not (edge[before].all() and edge[after].all()):
        return None
    outside: np.ndarray = inside == 0
    return outside


def _full(data: bytes, starts: np.ndarray, ends: np.ndarray, grammar: Grammar) -> np.ndarray:
    """Which records are rows: blank lines are none, but in a file of one column they are a missing value."""
    if grammar.width == 1:
        return np.ones(len(ends), dtype=bool)
    full: np.ndarray = ends - starts > 1
    short = np.flatnonzero(ends - starts == 2)
    for i in short:
        full[i] = data[starts[i] : ends[i]] != b"\r\n"
    return full


def _swallowed(data: bytes, starts: np.ndarray, ends: np.ndarray, ragged: np.ndarray) -> bool:
    """Whether a record of the wrong width goes over several lines, as it does when quotes were lost."""
    return any(len(data[starts[i] : ends[i]].splitlines()) > 1 for i in np.flatnonzero(ragged))


def _begins(data: bytes, starts: np.ndarray, grammar: Grammar, full: np.ndarray) -> bool:
    array = np.frombuffer(data, np.uint8)
    return bool((array[starts[full]] == grammar.comment[0]).any())


def _joined(data: bytes, starts: np.ndarray, ends: np.ndarray, good: np.ndarray) -> bytes:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return b"".join(data[starts[a] : ends[b - 1]] for a, b in zip(edges[0::2], edges[1::2], strict=True))
