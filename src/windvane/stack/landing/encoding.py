"""Decides the charset of a whole file for certain, and streams it as UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from windvane.domain.errors import Unreadable
from windvane.stack.landing.container import content

_CHUNK = 1 << 20
_TAIL = 1 << 16
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOSTLY = 0.05  # damaged lines per valid multi-byte character in a file that is taken for UTF-8
_HARDLY = 0.01  # valid multi-byte characters per damaged line in a file that is taken for another charset
_ENOUGH = 1_000_000  # valid characters after which they are counted no more
_LEADS = bytes(range(0xC2, 0xF5))


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What one pass over all bytes found: the charset, and the first and last text."""

    encoding: str
    head: str
    tail: str
    size: int  # unpacked bytes
    damaged_lines: int = 0  # of a UTF-8 file: lines that are not UTF-8


def survey(path: Path, *, hint: str = "") -> Survey:
    """Read all of `path` once and decide its charset; `hint` is what a `Reading` says and settles doubt.

    Raises `Unreadable` (`source.encoding`) when two charsets fit and differ, `source.truncated` for a damaged pack.
    """
    scan = _Scan()
    with content(path) as stream:
        while block := stream.read(_CHUNK):
            scan.feed(block)
    scan.finish()
    encoding = _decide(path, scan, hint)
    return Survey(
        encoding=encoding,
        head=_text(scan.head, encoding),
        tail=_tail(scan, encoding),
        size=scan.size,
        damaged_lines=scan.bad_lines if encoding.startswith("utf-8") else 0,
    )


def head_text(data: bytes, *, hint: str = "") -> tuple[str, str]:
    """(charset, text) of the first bytes of a file; a character cut at the end is dropped.

    Raises `Unreadable` (`source.encoding`).
    """
    scan = _Scan()
    scan.feed(data[: data.rfind(b"\n") + 1] or data)
    scan.finish()
    encoding = _decide(Path("the file"), scan, hint)
    return encoding, _text(data, encoding)


def odd_lines(path: Path) -> bytes:
    """The lines of a file that are not UTF-8, at most 1 MB of them."""
    scan = _Scan()
    with content(path) as stream:
        while block := stream.read(_CHUNK):
            scan.feed(block)
    scan.finish()
    return scan.odd


class _Scan:
    """Counts, line by line where needed, what is UTF-8 and what is not."""

    def __init__(self) -> None:
        self.head = b""
        self.tail = b""
        self.size = 0
        self.good = 0  # multi-byte characters in valid lines
        self.bad_lines = 0
        self.odd = b""  # lines that are not UTF-8, at most 1 MB
        self._rest = b""

    def feed(self, block: bytes) -> None:
        if len(self.head) < 1 << 18:
            self.head += block[: (1 << 18) - len(self.head)]
        self.tail = (self.tail + block)[-_TAIL:]
        self.size += len(block)
        if not self._rest and block.isascii():
            return
        block = self._rest + block
        end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        self._rest = block[end:] if len(block) - end < 16 * _CHUNK else b""
        self._lines(block[:end] if self._rest or end else block)

    def finish(self) -> None:
        self._lines(self._rest)
        self._rest = b""

    def _lines(self, block: bytes) -> None:
        if block.isascii():
            return
        try:
            block.decode()
        except UnicodeDecodeError:
            for line in block.splitlines():
                self._line(line)
        else:
            self.good += 0 if self.good > _ENOUGH else len(block) - len(block.translate(None, _LEADS))

    def _line(self, line: bytes) -> None:
        if line.isascii():
            return
        try:
            line.decode()
            self.good += len(line) - len(line.translate(None, _LEADS))
        except UnicodeDecodeError:
            self.bad_lines += 1
            if len(self.odd) < _CHUNK:
                self.odd += line + b"\n"


def _decide(path: Path, scan: _Scan, hint: str) -> str:
    marked = next((name for bom, name in _BOMS if scan.head.startswith(bom)), "")
    if marked:
        return marked
    wide = _wide(scan.head)
    if wide:
        return wide
    if not scan.bad_lines:
        return "utf-8"
    if scan.bad_lines <= _MOSTLY * scan.good:
        return "utf-8"
    if scan.good > _HARDLY * scan.bad_lines:
        raise Unreadable(
            f"cannot decode `{path.name}` for certain", code="source.encoding",
            why=f"it mixes charsets: {scan.good:,} characters are UTF-8 and {scan.bad_lines:,} lines are not",
            fix="deliver the file as UTF-8",
        )  # fmt: skip
    from windvane.stack.landing.charsets import choose  # most files are UTF-8

    return choose(path.name, scan.odd, hint=hint)


def _wide(head: bytes) -> str:
    sample = head[: 1 << 14]
    if len(sample) < 8 or b"\0" not in sample:
        return ""
    even, odd = sample[0::2].count(0) / (len(sample) / 2), sample[1::2].count(0) / (len(sample) / 2)
    if odd > 0.6 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.05 else ""


def _text(data: bytes, encoding: str) -> str:
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return codecs.getincrementaldecoder(encoding)(errors).decode(data)


def _tail(scan: _Scan, encoding: str) -> str:
    data = scan.tail
    if encoding.startswith(("utf-16", "utf-32")):
        step = 4 if "32" in encoding else 2
        data = data[len(data) % step if scan.size % step == 0 else 0 :]
        order = next((b for b, _ in _BOMS if scan.head.startswith(b) and len(b) == step), b"")
        encoding = encoding if not order else f"{encoding}-{'le' if order in _LITTLE else 'be'}"
    if encoding.startswith("utf-8"):
        return data.decode("utf-8", "surrogateescape")  # so that its length in bytes stays known
    return data.decode(encoding, "replace")


_LITTLE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE)


def utf8(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The text of `stream` as blocks of UTF-8 without byte order mark; damaged UTF-8 passes through as it is."""
    if encoding in ("utf-8", "utf-8-sig"):
        first = stream.read(_CHUNK)
        yield first.removeprefix(codecs.BOM_UTF8)
        while block := stream.read(_CHUNK):
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while block := stream.read(_CHUNK):
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise Unreadable(
            "a character cannot be decoded", code="source.encoding", why=f"not {encoding}: {error}",
            fix="deliver the file as UTF-8",
        ) from error  # fmt: skip
