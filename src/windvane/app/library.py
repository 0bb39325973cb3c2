"""The Python API: `windvane.open(path)` gives the newest release of an estate, lock-free, also while a run goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from windvane.domain.errors import Usage

if TYPE_CHECKING:
    import pandas
    import polars  # type: ignore[import-not-found,unused-ignore]
    import pyarrow

    from windvane.adapters.warehouses.released import Released
    from windvane.domain.ports import Row


class Table:
    """A relation, or a query over relations; nothing is read until a form is asked for."""

    def __init__(self, released: Released, *, name: str, query: str, this: str = "") -> None:
        self._released = released
        self._query = query
        self._this = this
        self.name = name

    def df(self) -> pandas.DataFrame:
        """As a pandas frame."""
        return self._released.df(self._query, this=self._this)

    def arrow(self) -> pyarrow.Table:
        """As an Arrow table."""
        return self._released.arrow(self._query, this=self._this)

    def pl(self) -> polars.DataFrame:
        """As a polars frame. Raises `Usage` (`polars.missing`) when polars is not installed."""
        return self._released.pl(self._query, this=self._this)

    def rows(self) -> list[Row]:
        """As a list of tuples."""
        found: list[Row] = [tuple(row.values()) for row in self.arrow().to_pylist()]
        return found

    def sql(self, query: str) -> Table:
        """A query over this relation, which it calls `this`: `estate["mart.x"].sql("SELECT count(*) FROM this")`."""
        if self._this or not self.name:
            raise Usage("only a relation is queried as `this`", code="query.nested", fix="use `estate.sql(...)`")
        return Table(self._released, name="", query=query, this=self.name)

    def __repr__(self) -> str:
        return f"<windvane {self.name or self._query} of {self._released.release}>"


class Estate:
    """An open estate. It stays at the release it was opened at until `refresh`."""

    def __init__(self, path: Path, *, release: str = "") -> None:
        self._path = path
        self._released = _released(path, release)

    @property
    def release(self) -> str:
        """The release that is read, like `R-7`."""
        return self._released.release

    @property
    def relations(self) -> tuple[str, ...]:
        """Names of the relations of the release."""
        return self._released.relations()

    def __getitem__(self, relation: str) -> Table:
        """One relation. Raises `Usage` (`relation.unknown`) naming those that are spelled alike."""
        name = self._released.relation(relation).name
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.partition(".")[::2])
        return Table(self._released, name=name, query=f"SELECT * FROM {quoted}")

    def sql(self, query: str) -> Table:
        """A query over the relations of the release."""
        return Table(self._released, name="", query=query)

    def refresh(self) -> Estate:
        """Go on to the newest release."""
        self._released = _released(self._path, "")
        return self

    def __repr__(self) -> str:
        return f"<windvane estate {self._path.name} at {self.release}: {', '.join(self.relations)}>"


def open(path: str | os.PathLike[str], *, release: str = "") -> Estate:  # noqa: A001
    """Open the estate folder `path` at its newest release, or at an older one that is kept.

    Raises `Usage`: `estate.missing` when there is no such folder, `release.none` before the first `windvane run`.
    """
    folder = Path(path).expanduser()
    if not (folder / ".windvane").is_dir():
        raise Usage(
            f"no estate at `{folder}`",
            code="estate.missing",
            why="the folder has no `.windvane`",
            fix='windvane init PATH --goal "..." makes one',
        )
    return Estate(folder.resolve(), release=release)


def _released(path: Path, release: str) -> Released:
    from windvane.adapters.warehouses.released import Released

    return Released(path, release=release)
