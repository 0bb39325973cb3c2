"""Keeps original bytes for ever under the hash of their content, and knows where landed files lie."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from windvane.domain.errors import Failed, TryAgain

_CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class RawStore:
    """`.windvane/raw` of the estate folder `root`: `objects/ab/<sha256>`, `text/`, `quarantine/`, `corrections/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._raw = root / ".windvane" / "raw"

    def object(self, digest: str) -> Path:
        """Where the bytes with this SHA-256 lie, whether or not they are there."""
        return self._raw / "objects" / digest[:2] / digest

    def text(self, batch: str) -> Path:
        """Where the accepted rows of a batch lie."""
        return self._raw / "text" / f"{batch}.parquet"

    def quarantine(self, batch: str) -> Path:
        """Where the withheld rows of a batch lie."""
        return self._raw / "quarantine" / f"{batch}.parquet"

    def correction(self, batch: str) -> Path:
        """Where the cells that a person corrected are written down."""
        return self._raw / "corrections" / f"{batch}.csv"

    def relative(self, path: Path) -> str:
        """`path` as it is written into records: relative to the estate folder, with `/`."""
        return path.relative_to(self.root).as_posix()

    def put(self, file: Path) -> str:
        """Keep a copy of `file` and return its SHA-256; bytes that are there already are not written again.

        Raises `TryAgain`: `source.changed` when the file changes while it is read, `source.gone`, `disk.full`.
        """
        objects = self._raw / "objects"
        with storage(objects), _reading(file):
            before = _state(file)
            digest, size, copy = _copy(file, objects)
            try:
                if _state(file) != before or size != before[0]:
                    raise TryAgain(
                        f"`{file.name}` changed while it was read",
                        code="source.changed",
                        why=f"it had {before[0]:,} bytes when reading began; {size:,} were read",
                        fix="run again when its writer has finished",
                    )
                self._keep(copy, self.object(digest))
            finally:
                copy.unlink(missing_ok=True)
        return digest

    def _keep(self, copy: Path, target: Path) -> None:
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        copy.chmod(0o444)
        swap(copy, target)


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that becomes `target` when the block ends well and vanishes when not.

    Raises `TryAgain` (`disk.full`) when there is no room.
    """
    with storage(target.parent):
        temporary = target.parent / f".{target.name}.{os.getpid()}.part"
        try:
            yield temporary
            with temporary.open("rb") as handle:
                os.fsync(handle.fileno())
            swap(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def storage(folder: Path) -> Iterator[None]:
    """Make `folder`, and turn a full disk into `TryAgain` (`disk.full`)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise TryAgain(
            "no room to keep what was read",
            code="disk.full",
            why=f"{os.strerror(error.errno or 0)} in `{folder}`; nothing half written was left behind",
            fix="free space on that disk, then run again",
        ) from error


def swap(temporary: Path, target: Path) -> None:
    """Rename so that after a crash either the old state or the whole new file is there."""
    temporary.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if error.filename != str(file):
            raise
        raise TryAgain(f"`{file.name}` is gone", code="source.gone", why="it was there when it was listed") from error
    except PermissionError as error:
        raise Failed(
            f"`{file.name}` must not be read",
            code="source.refused",
            why=str(error.strerror),
            fix="give read permission",
        ) from error


def _state(file: Path) -> tuple[int, int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _copy(file: Path, folder: Path) -> tuple[str, int, Path]:
    digest = hashlib.sha256()
    size = 0
    handle, name = tempfile.mkstemp(prefix=".part-", dir=folder)
    try:
        with file.open("rb") as source, os.fdopen(handle, "wb") as target:
            while block := source.read(_CHUNK):
                digest.update(block)
                target.write(block)
                size += len(block)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size, Path(name)
