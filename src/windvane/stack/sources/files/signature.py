"""Reads the first bytes of a file to tell its format and columns; files of a known header are told by it alone."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import msgspec

from windvane.domain.errors import Unreadable
from windvane.domain.estate import Reading
from windvane.stack.landing.container import content
from windvane.stack.landing.dialect import Dialect, cut_rows, refuse_markup, sniff
from windvane.stack.landing.encoding import head_text
from windvane.stack.landing.land import format_of
from windvane.stack.sources.files.tree import Found

_HEAD = 1 << 16


class Signature(msgspec.Struct, frozen=True):
    """What a file is: how it is read and which columns it delivers."""

    reading: Reading
    columns: tuple[str, ...]


class Signatures:
    """Tells the signature of many files; keeps what it learned of a family, so that its next file costs little."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[str, Signature]]] = {}
        self._archives: dict[Path, zipfile.ZipFile] = {}

    def of(self, found: Found, family: str) -> Signature:
        """The signature of a file. Raises `Unreadable`, also for an empty file and one with a header only."""
        head = self._head(found)
        if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
            raise Unreadable("the file is empty", code="source.empty", why="it holds no text", fix="deliver it again")
        kind = format_of(found.logical, head)
        if kind == "parquet":
            return _parquet(found)
        if kind == "json" or kind == "ndjson":
            return _objects(head)
        return self._delimited(head, family, whole=b"" if len(head) < _HEAD else b"cut")

    def _head(self, found: Found) -> bytes:
        if not found.member:
            with content(found.path) as stream:
                return stream.read(_HEAD)
        if found.path not in self._archives:  # a zip of many members is opened once
            self._archives[found.path] = zipfile.ZipFile(found.path)
        try:
            with self._archives[found.path].open(found.member) as stream:
                return stream.read(_HEAD)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise Unreadable(
                "cannot unpack it", code="source.truncated", why=str(error) or "it ends early", fix="deliver it again"
            ) from error

    def _delimited(self, head: bytes, family: str, *, whole: bytes) -> Signature:
        encoding, text = head_text(head)
        text = text[: text.rfind("\n") + 1 or text.rfind("\r") + 1 or None] if whole else text
        refuse_markup(text)
        for start, signature in self._known.get(family, []):
            if text.startswith(start) and signature.reading.encoding == encoding and _goes_on(text, start, signature):
                return signature
        dialect = sniff(text, tail="" if whole else text, encoding=encoding)
        signature = Signature(dialect.reading, dialect.names)
        if dialect.reading.header_line:
            self._known.setdefault(family, []).append((_start(text, dialect), signature))
        return signature


def _start(text: str, dialect: Dialect) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[: dialect.first_line - 1])


def _goes_on(text: str, start: str, signature: Signature) -> bool:
    """Whether rows of the right width follow the header."""
    rows = cut_rows(text[len(start) : len(start) + 2000], signature.reading)[:3]
    return bool(rows) and abs(len(rows[0][1]) - len(signature.columns)) <= 1


def _parquet(found: Found) -> Signature:
    from windvane.stack.landing import columnar

    if found.member or found.path.suffix.lower() == ".gz":
        raise Unreadable(
            "a packed Parquet file", code="source.format", why="Parquet is compressed inside already",
            fix="unpack it",
        )  # fmt: skip
    return Signature(Reading(format="parquet"), columnar.names(found.path))


def _objects(head: bytes) -> Signature:
    encoding, text = head_text(head)
    start = text.lstrip("\ufeff \t\r\n")
    rows = start.startswith("[")
    try:
        first, _ = json.JSONDecoder(strict=False).raw_decode(start[1:].lstrip() if rows else start)
    except json.JSONDecodeError as error:
        raise Unreadable(
            "the file is not JSON", code="source.format", why=f"{error.msg} near character {error.pos}",
            fix="deliver a JSON list of objects, or one object a line",
        ) from error  # fmt: skip
    lines = [x for x in text.splitlines() if x.strip()]
    if not isinstance(first, dict) or (not rows and len(lines) > 1 and not lines[1].lstrip().startswith("{")):
        raise Unreadable(
            "the file is not a list of rows", code="source.markup",
            why=f"it begins with `{start[:40].splitlines()[0]}`",
            fix="deliver a JSON list of objects, or one object a line",
        )  # fmt: skip
    return Signature(Reading(format="json" if rows else "ndjson", encoding=encoding), tuple(map(str, first)))
