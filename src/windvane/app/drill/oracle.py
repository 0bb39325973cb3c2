"""What readers should see: the models of the untouched estate over the rows of the truth, on an engine of its own."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from windvane.adapters.warehouses.scratch import Scratch
from windvane.app.drill.base import Base
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Model, Ref
from windvane.domain.ports import Row
from windvane.domain.table import Table, written
from windvane.sql.parse import parse_model

_LAYERS = ("staging", "core", "mart")


@dataclass(frozen=True)
class Relation:
    """Rows of one relation; `key`: positions of the columns that name a row, none when no key is promised."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    key: tuple[int, ...] = ()


class Oracle:
    """Knows the history of a base; asked for a day, it gives every relation that readers see."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._engine = Scratch()
        self._engine.execute("CREATE SCHEMA hist; CREATE SCHEMA day; CREATE SCHEMA src")
        self._columns: dict[str, tuple[str, ...]] = {}
        for source in sorted({t.source for t in base.given.history}):
            tables = base.world.before(source)
            self._columns[source] = tables[-1].columns
            self._load("hist", source, tables, first=1)
            self._load("day", source, (), first=1)
            self._engine.execute(
                f"CREATE VIEW src.{source} AS SELECT * FROM hist.{source} UNION ALL BY NAME SELECT * FROM day.{source}"
            )
        self.relations = self._models()

    def day(self, tables: tuple[Table, ...], *, without: dict[str, frozenset[int]] | None = None) -> None:
        """Let this be the truth of the day; `without`: rows by source (1-based) that were put aside with a reason."""
        for source in self._columns:
            mine = tuple(t for t in tables if t.source == source)
            self._load("day", source, mine, first=len(self._base.world.before(source)) + 1)
            gone = (without or {}).get(source)
            if gone:
                self._engine.execute(f"DELETE FROM day.{source} WHERE _row IN ({', '.join(map(str, sorted(gone)))})")

    def relation(self, name: str, columns: tuple[str, ...]) -> Relation:
        """One relation with some of its columns."""
        named = ", ".join(f'"{c}"' for c in columns)
        rows = tuple(self._engine.rows(f"SELECT {named} FROM {name}"))
        return Relation(name, columns, rows, tuple(columns.index(k) for k in self._key(name) if k in columns))

    def places(self, source: str, key: tuple[str, ...]) -> dict[Row, int]:
        """The ordinal of each row of the day in `core`, by its key."""
        if not key:
            return {}
        named = ", ".join(f'"{k}"' for k in key)
        found = self._engine.rows(f"SELECT _row, {named} FROM core.{source} WHERE _batch LIKE 'day-%'")
        return {row[1:]: int(str(row[0])) for row in found}

    def close(self) -> None:
        """Drop everything."""
        self._engine.close()

    def _key(self, name: str) -> tuple[str, ...]:
        contract = self._base.estate.find(Ref(kind="contract", name=name))
        return contract.key if isinstance(contract, Contract) else ()

    def _load(self, schema: str, source: str, tables: tuple[Table, ...], *, first: int) -> None:
        columns = self._columns[source]
        typed = ", ".join(f'"{c}" VARCHAR' for c in columns)
        self._engine.execute(
            f"CREATE OR REPLACE TABLE {schema}.{source} ({typed}, _batch VARCHAR, _seq BIGINT, _row BIGINT)"
        )
        kinds = ", ".join(f"'{c}': 'VARCHAR'".replace("'", "'") for c in columns)
        for number, table in enumerate(tables, first):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "rows.csv"
                path.write_bytes(written(table.only(columns)))
                self._engine.execute(
                    f"INSERT INTO {schema}.{source} SELECT *, '{schema}-{number}', {number}, row_number() OVER () "
                    f"FROM read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', "
                    f"escape = '\"', columns = {{{kinds}}}, parallel = false)"
                )

    def _models(self) -> tuple[str, ...]:
        """Make every model a view, in the order in which they can be made; names of those that could."""
        waiting = [m for m in self._base.estate.assets if isinstance(m, Model)]
        waiting.sort(key=lambda m: _LAYERS.index(m.layer) if m.layer in _LAYERS else len(_LAYERS))
        made: list[str] = []
        for schema in sorted({m.layer for m in waiting}):
            self._engine.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        while waiting:
            left = [m for m in waiting if not self._made(m, made)]
            if len(left) == len(waiting):
                break
            waiting = left
        return tuple(n for n in made if not n.startswith("staging."))

    def _made(self, model: Model, made: list[str]) -> bool:
        try:
            query = parse_model(model.text).query
            if model.layer == "staging":  # whole numbers keep the fractions they come with: a wider type shows them
                query = query.replace("AS BIGINT)", "AS DECIMAL(38, 9))")
            self._engine.execute(f"CREATE VIEW {model.name} AS {query}")
        except WindvaneError:
            return False
        made.append(model.name)
        return True
