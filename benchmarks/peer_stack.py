"""dlt and SQLMesh over DuckDB, set up by a careful person from the contract of an estate: the peer of the drill."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("SQLMESH__DISABLE_ANONYMIZED_ANALYTICS", "true")
os.environ.setdefault("MAX_FORK_WORKERS", "1")

import duckdb

from windvane.app.drill.base import Base
from windvane.domain.estate import Contract, Model, Ref
from windvane.domain.fault import Sent, Shape
from windvane.domain.ports import Row
from windvane.domain.table import written
from windvane.sql.parse import parse_model

FILE = "warehouse.duckdb"
MOST_VALUES = 12  # that are listed as accepted


class Peer:
    """The stack on the history of a base, built once; cases work on copies."""

    def __init__(self, base: Base, root: Path) -> None:
        self._base, self._root = base, root
        root.mkdir(parents=True)
        self._stack = Stack(base, root)
        for table in base.given.history:
            self._stack.put(table.file, written(table))
        self._stack.load(tuple(t.file for t in base.given.history))
        self._stack.model()

    @contextmanager
    def copied(self) -> Iterator[Stack]:
        """The stack as it was before the day."""
        with tempfile.TemporaryDirectory(prefix="windvane-peer-case-") as folder:
            root = Path(folder) / "peer"
            shutil.copytree(self._root, root)
            yield Stack(self._base, root)


class Stack:
    """Files, a dlt pipeline, and a SQLMesh project in one folder."""

    def __init__(self, base: Base, root: Path) -> None:
        self._base, self._root, self._day = base, root, 0
        self._types = {s.source: _types(base, s.source) for s in base.world.shapes}

    def put(self, name: str, content: bytes) -> None:
        """A file as it is delivered."""
        path = self._root / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def take(self, wave: tuple[Sent, ...]) -> str:
        """Load what came and run the models; why it stopped, empty when all went well."""
        for file in wave:
            self.put(file.name, file.content)
        return self.load(tuple(f.name for f in wave)) or self.run()

    def load(self, names: tuple[str, ...]) -> str:
        """One run of dlt over new files whose names fit a source; why it failed."""
        dlt = _dlt()
        found = [self._resource(s, mine) for s in self._base.world.shapes if (mine := _fits(self._base, s, names))]
        pipeline = dlt.pipeline(
            "peer", pipelines_dir=str(self._root / "dlt"), dataset_name="raw",
            destination=dlt.destinations.duckdb(str(self._root / FILE)),
        )  # fmt: skip
        try:
            if found:
                pipeline.run(found)
        except Exception as error:  # noqa: BLE001 - whatever stops it is what is counted
            return f"dlt: {type(error).__name__}: {str(error)[:200]}"
        return ""

    def _resource(self, shape: Shape, names: tuple[str, ...]) -> object:
        from dlt.sources.filesystem import filesystem, read_csv

        text = {t.name: "str" for t in shape.traits if t.kind in ("text", "date", "timestamp")}
        glob = names[0] if len(names) == 1 else f"{shape.source}*.csv"
        files = filesystem(bucket_url=(self._root / "files").as_uri(), file_glob=glob)
        made = (files | read_csv(dtype=text, keep_default_na=False, na_values=[""])).with_name(shape.source)
        made.add_map(lambda row: {k: None if v != v else v for k, v in row.items()})  # pandas says nan for nothing
        if shape.key:
            made.apply_hints(write_disposition="merge", primary_key=list(shape.key))
        return made

    def model(self) -> None:
        """Write the SQLMesh project and carry its first plan out."""
        for model in (m for m in self._base.estate.assets if isinstance(m, Model)):
            layer, _, name = model.name.partition(".")
            path = self._root / "models" / layer / f"{name}.sql"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_staging(name, self._types[name]) if layer == "staging" else self._built(model))
        context = self._context()
        context.plan(auto_apply=True, no_prompts=True, execution_time=self._now())
        context.close()

    def run(self) -> str:
        """What the schedule does once a day; why it failed."""
        self._day += 1
        context = self._context()
        try:
            status = context.run(ignore_cron=True, execution_time=self._now())
            return "SQLMesh: an audit or a model failed" if status.is_failure else ""
        except Exception as error:  # noqa: BLE001 - as above
            return f"SQLMesh: {type(error).__name__}: {str(error)[:200]}"
        finally:
            context.close()

    def _now(self) -> datetime:
        """A day after the day before: the schedule builds nothing twice on one day, and nothing ahead of the clock."""
        return datetime.now(UTC) + timedelta(days=self._day - 30)

    def rows(self, relation: str, columns: tuple[str, ...]) -> tuple[Row, ...]:
        """What readers see."""
        named = ", ".join(f'"{c}"' for c in columns)
        with duckdb.connect(str(self._root / FILE)) as link:
            return tuple(link.execute(f"SELECT {named} FROM {relation}").fetchall())

    def mark(self, source: str) -> object:
        """Changes when readers see anything else of a source."""
        columns = tuple(c for c in self._base.shown[f"core.{source}"] if not c.startswith("_"))
        named = ", ".join(f'"{c}"' for c in columns)
        with duckdb.connect(str(self._root / FILE)) as link:
            return link.execute(f"SELECT COUNT(*), SUM(hash({named})) FROM core.{source}").fetchone()

    def _built(self, model: Model) -> str:
        audits = self._audits(model.name.partition(".")[2]) if model.name.startswith("core.") else ""
        return f"MODEL (name {model.name}, kind FULL{audits});\n\n{parse_model(model.text).query}\n"

    def _audits(self, source: str) -> str:
        """What the contract names: not null, unique, accepted values, a row at least."""
        shape = next((s for s in self._base.world.shapes if s.source == source), None)
        if shape is None:
            return ""
        past = self._base.world.past(source)
        full = [t.name for t in shape.traits if t.name in past.columns and all(past.values(t.name))]
        found = ["number_of_rows(threshold := 1)"]
        found += [f"not_null(columns := ({', '.join(full)}))"] if full else []
        found += [f"unique_combination_of_columns(columns := ({', '.join(shape.key)}))"] if shape.key else []
        for trait in (t for t in shape.traits if t.kind == "text" and t.name in past.columns and not t.key):
            values = sorted(set(past.values(trait.name)) - {""})
            if 1 < len(values) <= MOST_VALUES:
                listed = ", ".join("'" + v.replace("'", "''") + "'" for v in values)
                found.append(f"accepted_values(column := {trait.name}, is_in := ({listed}))")
        return ", audits (" + ", ".join(found) + ")"

    def _context(self):
        from sqlmesh import Context
        from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig
        from sqlmesh.core.console import NoopConsole, set_console

        set_console(NoopConsole())
        link = DuckDBConnectionConfig(database=str(self._root / FILE))
        config = Config(
            gateways={"local": GatewayConfig(connection=link)}, default_gateway="local",
            model_defaults=ModelDefaultsConfig(dialect="duckdb", start="2020-01-01"),
        )  # fmt: skip
        return Context(paths=[str(self._root)], config=config)


def _dlt():
    try:
        import dlt
    except ImportError as error:
        raise SystemExit("the peer of the drill needs `dlt`: pip install dlt") from error
    return dlt


def _types(base: Base, source: str) -> tuple[tuple[str, str], ...]:
    """(column, type) as the contract of the staging model says."""
    contract = base.estate.find(Ref(kind="contract", name=f"staging.{source}"))
    return tuple((c.name, c.type) for c in contract.columns) if isinstance(contract, Contract) else ()


def _staging(source: str, types: tuple[tuple[str, str], ...]) -> str:
    cells = ",\n  ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in types)
    return (
        f"MODEL (name staging.{source}, kind VIEW);\n\nSELECT\n  {cells},\n  _dlt_load_id AS _batch,\n"
        "  DENSE_RANK() OVER (ORDER BY _dlt_load_id) AS _seq,\n"
        f"  ROW_NUMBER() OVER (ORDER BY _dlt_load_id, _dlt_id) AS _row\nFROM raw.{source}\n"
    )


def _fits(base: Base, shape: Shape, names: tuple[str, ...]) -> tuple[str, ...]:
    """The files whose names are those that a source delivers under."""
    last = base.world.before(shape.source)[-1].file
    pattern = last if last == f"{shape.source}.csv" else f"{shape.source}_*.csv"
    return tuple(n for n in names if fnmatch(n, pattern))
