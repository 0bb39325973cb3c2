"""Tells a broken instrument from a bad reading: which errors of the engine say nothing about a plan."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

import duckdb

from windvane.adapters.warehouses.sqlmesh.lock import busy
from windvane.domain.errors import Failed, TryAgain, Unhealthy, WindvaneError

_PASSING = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.TransactionException, duckdb.ConnectionException)
_BROKEN = (duckdb.InternalException, duckdb.FatalException)
_TELLING = (duckdb.ConversionException, duckdb.ConstraintException, duckdb.InvalidInputException)
_DAMAGED = re.compile(r"Corrupt database file|not a valid DuckDB database file|Could not read enough bytes from file")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO}


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and everything it was raised from, outermost first."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def passing(error: BaseException) -> bool:
    """Whether the instrument ran out of something (disk, memory, a lock), which may be better the next time."""
    return not damaged(error) and any(
        isinstance(e, (*_PASSING, MemoryError, TryAgain)) or (isinstance(e, OSError) and e.errno in _ERRNOS)
        for e in chain(error)
    )


def damaged(error: BaseException) -> bool:
    """Whether bytes of the file are not those that were written: no use to try again, but raw has every row."""
    return any(isinstance(e, duckdb.Error) and _DAMAGED.search(str(e)) for e in chain(error))


def broken(error: BaseException) -> bool:
    """Whether the engine itself crashed: no evidence against a plan, and no use to try again."""
    return any(isinstance(e, _BROKEN) for e in chain(error))


def words(error: BaseException) -> str:
    """The first line of the innermost error of the engine, or of the error itself; never a value of the data."""
    engine = [e for e in chain(error) if isinstance(e, duckdb.Error)]
    at = (engine or [error])[-1]
    text = str(at).strip()
    first = text.splitlines()[0] if text else type(at).__name__
    return _QUOTED.sub("'...'", first) if isinstance(at, _TELLING) else first


def again(error: BaseException) -> TryAgain:
    """Passing trouble as ours."""
    known = next((e for e in chain(error) if isinstance(e, TryAgain)), None)
    if known is not None:
        return known
    holder = re.search(r"Conflicting lock is held in .*?\(PID (\d+)\)", str(error))
    if holder:
        return busy(holder[1])
    memory = any(isinstance(e, duckdb.OutOfMemoryException | MemoryError) for e in chain(error))
    return TryAgain(
        "the warehouse ran out of memory" if memory else "the warehouse ran out of something",
        code="engine.memory" if memory else "warehouse.resources",
        why=words(error),
        fix="free disk space or memory, then run again; nothing was changed",
    )


def spoilt(why: str) -> Unhealthy:
    """The error for a warehouse file whose bytes cannot be trusted."""
    return Unhealthy(
        "the warehouse file is damaged",
        code="warehouse.damaged",
        why=why,
        fix="windvane run, which makes it again from raw, row for row; readers keep the last release meanwhile",
    )


def translate(error: Exception) -> WindvaneError:
    """An error of the engine as ours: `TryAgain` when it is passing trouble, else `Failed`."""
    if isinstance(error, WindvaneError):
        return error
    if passing(error):
        return again(error)
    if damaged(error):
        return spoilt(words(error))
    return Failed("the warehouse refused a statement", code="engine.refused", why=words(error))
