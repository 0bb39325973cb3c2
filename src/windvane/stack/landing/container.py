"""Looks through gz and zip to the bytes inside, and tells file formats by their first bytes."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, cast

from windvane.domain.errors import Unreadable

Packing = Literal["plain", "gzip", "zip"]
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook", "save the sheet as CSV"),
    (b"%PDF", "a PDF", "ask for the data as CSV"),
    (b"SQLite format 3\0", "a SQLite database", "give it as a source of its own by its path"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it, or pack it as gz or zip"),
    (b"Rar!", "a RAR archive", "unpack it, or pack it as gz or zip"),
    (b"BZh", "a bzip2 file", "unpack it, or pack it as gz or zip"),
    (b"\xfd7zXZ\0", "an xz file", "unpack it, or pack it as gz or zip"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it, or pack it as gz or zip"),
    (b"\x89PNG", "an image", "take it out of the folder"),
    (b"\xff\xd8\xff", "an image", "take it out of the folder"),
    (b"ORC", "an ORC file", "export it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file", "export it as Parquet or CSV"),
)
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")
_NOISE = ("__MACOSX/", ".")


def packing(head: bytes) -> Packing:
    """How a file is packed, by its first bytes."""
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    return "zip" if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") else "plain"


def foreign(head: bytes) -> tuple[str, str]:
    """(what it is, what to do) when the first bytes are of a format that is not read here, else two empty texts."""
    return next(((what, fix) for magic, what, fix in _FOREIGN if head.startswith(magic)), ("", ""))


def members(path: Path) -> tuple[zipfile.ZipInfo, ...]:
    """The data files of a zip, in order. Raises `Unreadable` for one that is broken, encrypted or an office file."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise Unreadable(
            f"cannot open `{path.name}`", code="source.truncated", why=f"the zip is damaged: {error}",
            fix="deliver the file again",
        ) from error  # fmt: skip
    if any(i.filename in _OFFICE for i in infos):
        raise Unreadable(
            f"cannot read `{path.name}`", code="source.format", why="it is an office document, not a table of text",
            fix="save the sheet as CSV",
        )  # fmt: skip
    if any(i.flag_bits & 1 for i in infos):
        raise Unreadable(
            f"cannot read `{path.name}`", code="source.encrypted", why="the zip is locked with a password",
            fix="deliver it without a password",
        )  # fmt: skip
    return tuple(i for i in infos if not i.is_dir() and not _noise(i.filename))


def _noise(name: str) -> bool:
    return name.startswith(_NOISE) or name.rpartition("/")[2].startswith(".")


@contextmanager
def content(path: Path, member: str = "") -> Iterator[BinaryIO]:
    """The unpacked bytes of a file, as a stream; a zip must hold one data file unless `member` names one.

    Raises `Unreadable` (`source.truncated`, `source.encrypted`, `source.several`), also while the stream is read.
    """
    with path.open("rb") as raw:
        kind = packing(raw.read(4))
        raw.seek(0)
        try:
            if kind == "gzip":
                with gzip.open(raw) as stream:
                    yield cast("BinaryIO", stream)
            elif kind == "zip":
                with zipfile.ZipFile(raw) as archive, archive.open(member or only_member(path)) as unpacked:
                    yield cast("BinaryIO", unpacked)
            else:
                yield raw
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            raise Unreadable(
                f"cannot unpack `{path.name}`", code="source.truncated", why=f"{error or 'it ends early'}",
                fix="deliver the file again; it may have been cut off on the way",
            ) from error  # fmt: skip


def only_member(path: Path) -> str:
    """The name of the one data file of a zip. Raises `Unreadable` (`source.several`, `source.empty`)."""
    found = [m.filename for m in members(path)]
    if len(found) == 1:
        return found[0]
    raise Unreadable(
        f"cannot tell which file of `{path.name}` is meant" if found else f"`{path.name}` holds no file",
        code="source.several" if found else "source.empty",
        why=f"it holds {len(found)}: {', '.join(found[:5])}",
        fix="unpack it, or give the folder it lies in as the source: each file inside is then read by itself",
    )
