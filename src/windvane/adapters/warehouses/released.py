"""Reads a published release without the warehouse: no lock, any number of processes, all of one moment."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import msgspec

from windvane.domain.errors import Failed, TryAgain, Usage
from windvane.domain.manifest import MANIFEST, Manifest, PublishedRelation, manifest_name
from windvane.domain.ports import Row, Value
from windvane.domain.record import decode

if TYPE_CHECKING:
    import pandas
    import polars  # type: ignore[import-not-found,unused-ignore]
    import pyarrow

_READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


class Released:
    """One release of the estate folder `root`: the newest, or the one named. It never changes under the reader.

    Raises `Usage`: `release.none` before the first `windvane run`, `release.unknown` for one that is not kept.
    """

    def __init__(self, root: Path, *, release: str = "") -> None:
        self._folder = root.resolve() / ".windvane" / "published"
        self.manifest = self._read(release)
        self.release = self.manifest.release
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(self._views())

    def relations(self) -> tuple[str, ...]:
        """Names of all relations, like `mart.daily_prices`."""
        return tuple(r.name for r in self.manifest.relations)

    def relation(self, name: str) -> PublishedRelation:
        """What is known of one relation. Raises `Usage` (`relation.unknown`) naming close ones."""
        found = next((r for r in self.manifest.relations if r.name == name), None)
        if found is None:
            raise unknown(name, self.relations())
        return found

    def rows(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of one query over the released relations."""
        cursor = self._run(sql, params)
        found: list[Row] = cursor.fetchall()
        return found

    def arrow(self, sql: str, *, this: str = "") -> pyarrow.Table:
        """The result of a query as an Arrow table; `this` names a relation that the query calls `this`."""
        return self._run(sql, (), this=this).to_arrow_table()

    def df(self, sql: str, *, this: str = "") -> pandas.DataFrame:
        """The result of a query as a pandas frame."""
        return self._run(sql, (), this=this).df()

    def pl(self, sql: str, *, this: str = "") -> polars.DataFrame:
        """The result of a query as a polars frame. Raises `Usage` (`polars.missing`) when polars is not installed."""
        try:
            import polars  # type: ignore[import-not-found,unused-ignore]
        except ImportError as error:
            raise Usage("polars is not installed", code="polars.missing", fix="pip install polars") from error
        return polars.from_arrow(self.arrow(sql, this=this))

    def close(self) -> None:
        """Let the files go."""
        self._connection.close()

    def _run(self, sql: str, params: Sequence[Value], *, this: str = "") -> duckdb.DuckDBPyConnection:
        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READS:
                raise Failed("a release is only read", code="engine.write", why=f"not one query: `{sql[:80]}`")
            cursor = self._connection.cursor()
            if this:
                cursor.execute(f"CREATE TEMP VIEW this AS SELECT * FROM {_quoted(self.relation(this).name)}")
            return cursor.execute(sql, list(params))
        except duckdb.CatalogException as error:
            raise self._missing(error) from error
        except duckdb.IOException as error:
            why = f"release `{self.release}` is older than those that are kept, or the disk failed: {_first(error)}"
            raise TryAgain("a released file is gone", code="release.gone", why=why, fix="open again") from error
        except duckdb.Error as error:
            raise Failed("the query failed", code="engine.refused", why=_first(error)) from error

    def _read(self, release: str) -> Manifest:
        path = self._folder / (manifest_name(release) if release else MANIFEST)
        try:
            return decode(path.read_bytes(), Manifest)
        except FileNotFoundError:
            kept = sorted(p.stem.removeprefix("manifest-") for p in self._folder.glob("manifest-*.json"))
        except msgspec.MsgspecError as error:
            raise Failed("the manifest cannot be read", code="release.invalid", why=str(error)) from error
        if kept and release:
            raise Usage(f"no release `{release}`", code="release.unknown", why=f"kept are: {', '.join(kept)}")
        raise Usage(
            "nothing was released yet", code="release.none", why=f"no `{path}`", fix="windvane run builds and releases"
        )

    def _views(self) -> str:
        statements = [
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            f"SET allowed_directories = ['{_escaped(str(self._folder))}']",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ]
        statements += [f'CREATE SCHEMA "{s}"' for s in sorted({n.partition(".")[0] for n in self.relations()})]
        for relation in self.manifest.relations:
            files = ", ".join(f"'{_escaped(str(self._folder / f.path))}'" for f in relation.files)
            listed = ", ".join('"' + c.replace('"', '""') + '"' for c, _ in relation.columns) or "*"
            source = f"read_parquet([{files}])"
            statements.append(f"CREATE VIEW {_quoted(relation.name)} AS SELECT {listed} FROM {source}")
        return "; ".join(statements)

    def _missing(self, error: duckdb.CatalogException) -> Failed | Usage:
        said = _first(error)
        asked = said.partition("name ")[2].partition(" does not exist")[0]
        known = {n.partition(".")[2]: n for n in self.relations()}
        if "Table with name" not in said or not asked:
            return Failed("the query failed", code="engine.refused", why=said)
        return unknown(known.get(asked, asked), self.relations())


def unknown(name: str, known: Sequence[str]) -> Usage:
    """The error for a relation that does not exist, with those that are spelled alike."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known[:5])
    return Usage(
        f"no relation `{name}`",
        code="relation.unknown",
        why="the release does not hold it",
        fix=f"did you mean {', '.join(f'`{c}`' for c in close)}" if close else "windvane run builds relations",
    )


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.partition(".")[::2])


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def _first(error: Exception) -> str:
    return str(error).splitlines()[0]
