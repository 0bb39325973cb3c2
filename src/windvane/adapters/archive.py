"""An estate as one archive: every file with its SHA-256, of one moment, unpacked only when all of it holds."""

from __future__ import annotations

import hashlib
import io
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

from windvane.domain import crash
from windvane.domain.errors import Failed, Usage
from windvane.domain.record import Record, canonical

LIST = "windvane-backup.json"  # the last member: what must be there
_NOT = (".windvane/spill", ".windvane/logs", ".windvane/lock", ".windvane/project", ".windvane/fetched")
_SUFFIXES = (".sqlite-wal", ".sqlite-shm", ".duckdb.wal.tmp", ".pyc")


class Kept(Record):
    """One file of an archive."""

    path: str  # relative to the estate, with `/`
    size: int
    digest: str  # SHA-256, hexadecimal


class Contents(Record):
    """What an archive must hold, and of which moment it is."""

    made_at: str  # UTC, ISO 8601
    estate: str
    head: str  # of the ledger: `seq:hash`
    files: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(f.size for f in self.files)


def pack(root: Path, archive: Path, *, head: str) -> Contents:
    """Write the estate in `root`, which nobody changes meanwhile, to a new file `archive`, and read it back.

    SQLite files are copied through SQLite's own backup, so that a reader's log is in them. Raises `Usage`
    (`backup.there`) when the file exists, `Failed` (`backup.torn`) when what was written cannot be read back.
    """
    if archive.exists():
        raise Usage(f"`{archive}` is there already", code="backup.there", why="a backup never replaces a file",
                    fix="name another file")  # fmt: skip
    scratch = archive.with_name(f".{archive.name}.new")
    archive.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(scratch, "w", format=tarfile.PAX_FORMAT) as tar:
            files = tuple(_add(tar, root, path) for path in _files(root, but=(archive, scratch)))
            made = datetime.now(UTC).isoformat(timespec="seconds")
            contents = Contents(made_at=made, estate=root.resolve().name, head=head, files=files)
            _member(tar, LIST, canonical(contents))
        verify(scratch)
        crash.point("backup.written")
        scratch.replace(archive)
    finally:
        scratch.unlink(missing_ok=True)
    return contents


def verify(archive: Path) -> Contents:
    """Read every byte and compare it with the list at the end. Raises `Failed` (`backup.torn`, `backup.unknown`)."""
    found: dict[str, tuple[int, str]] = {}
    listed = b""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                data = tar.extractfile(member)
                if data is None:
                    raise _torn(archive, f"`{member.name}` is no file")
                if member.name == LIST:
                    listed = data.read()
                else:
                    found[member.name] = (member.size, hashlib.file_digest(data, "sha256").hexdigest())  # type: ignore[arg-type]
    except (tarfile.TarError, EOFError, OSError) as error:
        raise _torn(archive, str(error)) from error
    contents = _contents(archive, listed)
    wanted = {f.path: (f.size, f.digest) for f in contents.files}
    wrong = sorted(path for path in {*wanted, *found} if wanted.get(path) != found.get(path))
    if wrong:
        raise _torn(archive, f"{len(wrong)} files are not as they were written, `{wrong[0]}` first")
    return contents


def unpack(archive: Path, into: Path) -> Contents:
    """Verify, then write every file below `into`, which must be new or empty; a kill half way leaves no estate.

    Raises `Usage` (`restore.there`), and what `verify` raises.
    """
    if into.exists() and any(into.iterdir()):
        raise Usage(f"`{into}` is not empty", code="restore.there", why="a restore never mixes with what is there",
                    fix="name a new folder with --into")  # fmt: skip
    contents = verify(archive)
    scratch = into.with_name(f".{into.name}.restoring")
    shutil.rmtree(scratch, ignore_errors=True)  # of a restore that was killed
    with tarfile.open(archive) as tar:
        tar.extractall(scratch, filter="data")
    (scratch / LIST).unlink()
    crash.point("restore.written")
    if into.exists():
        into.rmdir()
    scratch.replace(into)
    return contents


def _files(root: Path, *, but: tuple[Path, ...]) -> Iterator[Path]:
    skipped = {p.resolve() for p in but}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        inside = not any(name == n or name.startswith(f"{n}/") for n in _NOT)
        if inside and path.is_file() and not path.name.endswith(_SUFFIXES) and path.resolve() not in skipped:
            yield path


def _add(tar: tarfile.TarFile, root: Path, path: Path) -> Kept:
    name = path.relative_to(root).as_posix()
    if path.suffix == ".sqlite":
        data = _sqlite(path)
        _member(tar, name, data)
        return Kept(path=name, size=len(data), digest=hashlib.sha256(data).hexdigest())
    info = tar.gettarinfo(path, arcname=name)
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    with path.open("rb") as file:
        tar.addfile(info, file)
        file.seek(0)
        return Kept(path=name, size=info.size, digest=hashlib.file_digest(file, "sha256").hexdigest())


def _member(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), int(datetime.now(UTC).timestamp()), 0o644
    tar.addfile(info, io.BytesIO(data))


def _sqlite(path: Path) -> bytes:
    """One moment of a SQLite file, its log included."""
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(":memory:")) as to,
    ):
        there.backup(to)
        return bytes(to.serialize())


def _contents(archive: Path, listed: bytes) -> Contents:
    try:
        contents = msgspec.json.decode(listed, type=Contents)
    except msgspec.DecodeError as error:
        raise Failed(
            f"`{archive}` is no backup of an estate",
            code="backup.unknown",
            why=f"it has no list of its files: {error}",
            fix="name a file that `windvane backup` wrote",
        ) from error
    if any(PurePosixPath(f.path).is_absolute() or ".." in PurePosixPath(f.path).parts for f in contents.files):
        raise _torn(archive, "a file wants to be outside the estate")
    return contents


def _torn(archive: Path, why: str) -> Failed:
    return Failed(f"`{archive}` is damaged", code="backup.torn", why=why, fix="use another backup; nothing was written")
