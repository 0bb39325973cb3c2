"""Things that are opened only when somebody uses them, so that a run with nothing to do costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from windvane.domain.ports import Resources, Row, Value

if TYPE_CHECKING:
    from windvane.adapters.warehouses.scratch import Scratch

T = TypeVar("T")


class Late(Generic[T]):
    """A value that is made on the first call and kept; `made` tells whether it was."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self.made = False

    @cached_property
    def _value(self) -> T:
        self.made = True
        return self._make()

    def __call__(self) -> T:
        return self._value


class LateEngine:
    """An `Engine` whose DuckDB is imported and opened at the first statement."""

    def __init__(self, spill: Path, resources: Resources) -> None:
        self.resources = resources
        self._engine: Late[Scratch] = Late(lambda: _scratch(spill, self.resources))

    def rows(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query."""
        return self._engine().rows(sql, params)

    def execute(self, sql: str, params: Sequence[Value] = ()) -> None:
        """Run a statement without a result."""
        self._engine().execute(sql, params)

    def use(self, resources: Resources) -> None:
        """Set memory limit, threads and spill directory for what follows."""
        self.resources = resources
        if self._engine.made:
            self._engine().use(resources)

    def close(self) -> None:
        """Close the engine if it was ever opened."""
        if self._engine.made:
            self._engine().close()


def _scratch(spill: Path, resources: Resources) -> Scratch:
    from windvane.adapters.warehouses.scratch import Scratch

    return Scratch(spill, resources)
