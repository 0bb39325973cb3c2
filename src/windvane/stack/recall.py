"""Remembers what was asked of raw text: its files never change, and several stories and remedies ask the same of them.

Only for queries over such files: a table of the scratch engine may hold something else the next time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from windvane.domain.ports import Engine, Reader, Row, Value

MOST, LONGEST = 256, 2_000  # answers kept per engine, and rows of one that is worth keeping

_answers: WeakKeyDictionary[Engine | Reader, OrderedDict[str, list[Row]]] = WeakKeyDictionary()
_lock = Lock()


class Recalled:
    """A `Reader` over an engine that gives the answer to a query from memory when it was asked before."""

    def __init__(self, engine: Engine | Reader) -> None:
        self._engine = engine
        with _lock:
            self._known = _answers.setdefault(engine, OrderedDict())

    def rows(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of one query; with parameters it is always asked."""
        if params:
            return self._engine.rows(sql, params)
        with _lock:
            found = self._known.get(sql)
        if found is None:
            found = self._engine.rows(sql)
            if len(found) <= LONGEST:
                self._keep(sql, found)
        return list(found)

    def _keep(self, sql: str, found: list[Row]) -> None:
        with _lock:
            self._known[sql] = found
            while len(self._known) > MOST:
                self._known.popitem(last=False)
