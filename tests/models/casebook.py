"""Reads a golden case (`given.yaml`), lets architect and modeler propose for it, and builds what they propose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from windvane.adapters.warehouses.scratch import Scratch
from windvane.agents.architect import agent as architect
from windvane.agents.modeler import agent as modeler
from windvane.domain.batch import Batch, ColumnProfile, Profile
from windvane.domain.change import Put, apply
from windvane.domain.estate import Contract, Estate, Model, Source
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.sql.lineage import reads, upstream
from windvane.sql.parse import parse_model

GOLDEN = Path(__file__).parent / "golden"


@dataclass
class Case:
    """One golden case, with an engine in which its deliveries are visible as `src.*`."""

    folder: Path
    given: dict
    scene: Scene
    engine: Scratch

    def layers(self) -> Plan:
        """The architect's plan."""
        return architect().propose(self.scene)[0]

    def marts(self, goal: dict) -> tuple[Plan, ...]:
        """The modeler's plans for one goal, over the layers of the architect."""
        return modeler().propose(self.after_layers(goal))

    def after_layers(self, goal: dict) -> Scene:
        """The scene in which the layers were built."""
        estate = apply(self.scene.estate, self.layers().changes)
        return Scene(**{**vars_of(self.scene), "estate": estate, "goal": typed(goal), "reader": self.engine})

    def build(self, plan: Plan) -> None:
        """Run the models of a plan, sources first."""
        texts = {m.name: m.text for m in models_of(plan)}
        for name in sorted(texts, key=lambda n: (len(upstream(texts, n)), n)):
            build(self.engine, texts[name])


def vars_of(scene: Scene) -> dict:
    return {name: getattr(scene, name) for name in Scene.__dataclass_fields__}


def typed(goal: dict) -> Goal:
    return Goal(**{k: tuple(v) if isinstance(v, list) else v for k, v in goal.items()})


def models_of(plan: Plan) -> list[Model]:
    return [c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Model)]


def contracts_of(plan: Plan) -> dict[str, Contract]:
    found = [c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Contract)]
    return {c.relation: c for c in found}


def build(engine: Scratch, text: str) -> None:
    """Make the relation of one model, for all of time."""
    parsed = parse_model(text)
    query = parsed.query.replace("@start_date", "DATE '1970-01-01'").replace("@end_date", "DATE '2999-12-31'")
    query = query.replace("@start_ts", "TIMESTAMP '1970-01-01 00:00:00'").replace("@end_ts", "TIMESTAMP '2999-12-31'")
    engine.execute(f"CREATE SCHEMA IF NOT EXISTS {parsed.name.split('.')[0]}")
    engine.execute(f"CREATE OR REPLACE TABLE {parsed.name} AS {query}")
    assert all(r.partition(".")[0] in ("src", "staging", "core", "mart") for r in reads(text))


def open_case(folder: Path, tmp: Path) -> Case:
    """The case in `folder`; its deliveries are written to `tmp` as they would be landed."""
    given = yaml.safe_load((folder / "given.yaml").read_text("utf-8"))
    engine = Scratch(spill=tmp / "spill")
    engine.execute("CREATE SCHEMA src")
    sources = tuple(_source(name, table) for name, table in given["sources"].items())
    batches = [b for s in sources for b in _land(engine, s, given["sources"][s.name], tmp)]
    findings = tuple(_finding(text) for text in given.get("findings", []))
    estate = Estate(name=folder.name, assets=sources)
    return Case(folder, given, Scene(tmp, estate, findings, tuple(batches), scratch=engine), engine)


def _source(name: str, table: dict) -> Source:
    return Source(
        name=name, connector="files", location="in", columns=tuple(table["columns"]), delivery=table.get("delivery", "")
    )


def _land(engine: Scratch, source: Source, table: dict, tmp: Path) -> list[Batch]:
    found: list[Batch] = []
    for seq, rows in enumerate(table["batches"], 1):
        path = f"{source.name}-{seq}.parquet"
        columns = ", ".join('"' + c.replace('"', '""') + '"' for c in source.columns)
        engine.execute(f"CREATE OR REPLACE TABLE landing ({columns.replace(', ', ' VARCHAR, ')} VARCHAR)")
        for row in rows:
            engine.execute(f"INSERT INTO landing VALUES ({', '.join('?' * len(row))})", [_text(v) for v in row])
        select = f"SELECT *, '{source.name}-{seq}' AS _batch, {seq}::BIGINT AS _seq, rowid + 1 AS _row FROM landing"
        engine.execute(f"COPY ({select}) TO '{tmp / path}' (FORMAT parquet)")
        accepted = table.get("rows", len(rows))
        profile = Profile(rows=accepted, columns=tuple(_profiled(p) for p in table.get("profile", [])))
        found.append(_batch(source, seq, accepted, path, profile))
    files = ", ".join(f"'{tmp / b.path}'" for b in found)
    engine.execute(f"CREATE VIEW src.{source.name} AS SELECT * FROM read_parquet([{files}], union_by_name := true)")
    return found


def _batch(source: Source, seq: int, accepted: int, path: str, profile: Profile) -> Batch:
    return Batch(
        id=f"{source.name}-{seq}",
        source=source.name,
        delivery=path,
        digest=str(seq),
        landed_at="2026-11-23T08:00:00Z",
        rows_read=accepted,
        accepted=accepted,
        columns=source.columns,
        path=path,
        profile=profile,
    )


def _profiled(fields: dict) -> ColumnProfile:
    return ColumnProfile(**fields)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _finding(line: list) -> Finding:
    subject, claim, value, confidence, evidence = line
    return Finding(by="scout", subject=subject, claim=claim, value=value, confidence=confidence, evidence=evidence)
