"""What is known of a relation before its checks are made: built rows, or landed text read through the casts."""

from __future__ import annotations

import json
import re
from dataclasses import replace as _with

from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Model, Ref
from windvane.domain.ports import Engine, Reader, Scene
from windvane.domain.record import replace as record_replace
from windvane.sql.casts import casts
from windvane.sql.lineage import reads, upstream
from windvane.sql.parse import split
from windvane.stack import packs
from windvane.stack.quality.table import Role, Table, quoted

MOST_CATEGORIES = 3
MOST_SEGMENTS = 12
CARRIED = ("_batch", "_seq", "_row")
Known = tuple[Reader, str, tuple[str, ...]]  # engine, relation, columns
Looked = dict[str, Known | None]  # by relation, what was looked at: of large tables that takes time
_MACRO = re.compile(r"@(start|end)_\w+")
FEWEST_ROWS = 20  # per category, before its values are taken as known


def table_of(scene: Scene, contract: Contract, looked: Looked) -> Table | None:
    """The relation of a contract as rules see it; `None` when no engine is at hand to look with."""
    engine = scene.reader or scene.scratch
    if engine is None:
        return None
    role = role_of(scene, contract.relation)
    days = scene.estate.calendar
    table = Table(contract=_keyed(scene, contract, role), engine=engine, history="", role=role, calendar=days)
    if role == "result":
        return table
    table = _with(table, upstream=_upstream(scene, table))
    found = known_of(scene, contract, looked)
    if found is None:
        return table
    engine, history, names = found
    known = record_replace(table.contract, columns=tuple(c for c in contract.columns if c.name in names))
    sizes = tuple(
        n
        for _, n in engine.rows(f"SELECT _seq, COUNT(*) FROM {history} GROUP BY _seq ORDER BY _seq")
        if isinstance(n, int)
    )
    table = _with(table, contract=known, engine=engine, history=history, rows=sum(sizes), batches=sizes)
    return _with(table, accepted=_accepted(scene, table), segment=_segment(table))


def known_of(scene: Scene, contract: Contract, looked: Looked) -> Known | None:
    """Where the known rows of a relation are, and which columns they have; `None` when there are none."""
    if contract.relation not in looked:
        looked[contract.relation] = _built(scene, contract) or _landed(scene, contract)
    return looked[contract.relation]


def sources_of(scene: Scene, relation: str) -> tuple[str, ...]:
    """The sources that a relation rests on, through all models, sorted."""
    models = {m.name: m.text for m in scene.estate.of(Model) if isinstance(m, Model)}
    found = {relation, *upstream(models, relation)}
    return tuple(sorted(r.partition(".")[2] for r in found if r.startswith("src.")))


def role_of(scene: Scene, relation: str) -> Role:
    """Staging behind a core relation is a landing; a mart, or what carries no batch, is a result."""
    if relation.startswith("staging."):
        return "landing" if _behind(scene, relation) else "whole"
    model = scene.estate.find(Ref(kind="model", name=relation))
    carried = isinstance(model, Model) and "_batch" in model.text and "_seq" in model.text
    staged = all(r.startswith("staging.") for r in _reads(scene, relation))
    return "whole" if relation.startswith("core.") and carried and staged else "result"


def _behind(scene: Scene, staging: str) -> Contract | None:
    """The core contract whose model reads a staging relation and nothing but staging relations."""
    for contract in scene.estate.of(Contract):
        if isinstance(contract, Contract) and contract.relation.startswith("core."):
            above = _reads(scene, contract.relation)
            if staging in above and all(r.startswith("staging.") for r in above):
                return contract
    return None


def _keyed(scene: Scene, contract: Contract, role: Role) -> Contract:
    """A landing with the key of the core relation behind it, when it has columns of those names."""
    behind = _behind(scene, contract.relation) if role == "landing" and not contract.key else None
    names = {c.name for c in contract.columns}
    if behind is None or not set(behind.key) <= names:
        return contract
    return record_replace(contract, key=behind.key)


def _upstream(scene: Scene, table: Table) -> tuple[str, ...]:
    """Relations whose rows, or keys, become rows one by one; none when the key has other names there."""
    above = _reads(scene, table.relation)
    for relation in above:
        contract = scene.estate.find(Ref(kind="contract", name=relation))
        names = {c.name for c in contract.columns} if isinstance(contract, Contract) else set(table.contract.key)
        if table.role == "whole" and relation.startswith("staging.") and not set(table.contract.key) <= names:
            return ()
    return above if len(above) == 1 or all(r.startswith("staging.") for r in above) else ()


def _reads(scene: Scene, relation: str) -> tuple[str, ...]:
    model = scene.estate.find(Ref(kind="model", name=relation))
    return reads(model.text) if isinstance(model, Model) else ()


def _built(scene: Scene, contract: Contract) -> Known | None:
    """The relation itself, when the warehouse has it with all columns of the contract and some rows."""
    if scene.reader is None:
        return None
    names = tuple(c.name for c in contract.columns)
    listed = ", ".join(quoted(n) for n in (*names, *CARRIED))
    try:
        rows = scene.reader.rows(f"SELECT {listed} FROM {contract.relation} LIMIT 1")
    except WindvaneError:
        return None
    return (scene.reader, contract.relation, names) if rows else None


def _landed(scene: Scene, contract: Contract) -> Known | None:
    """Landed text read through the casts of the staging models, and through the query of the core model behind them."""
    if scene.scratch is None:
        return None
    core = scene.estate.find(Ref(kind="model", name=contract.relation))
    staged = (contract.relation,) if contract.relation.startswith("staging.") else _reads(scene, contract.relation)
    made = [_stage(scene, scene.scratch, relation) for relation in staged]
    if not made or not all(made) or not isinstance(core, Model):
        return None
    history = contract.relation
    if not history.startswith("staging."):
        history = quoted(f"known {contract.relation}")
        query = _MACRO.sub(lambda m: "'9999-12-31'" if m[1] == "end" else "'0001-01-01'", split(core.text)[1])
        scene.scratch.execute(f"CREATE OR REPLACE TEMP TABLE {history} AS {query.strip().rstrip(';')}")
    given = {str(r[0]) for r in scene.scratch.rows(f"DESCRIBE {history}")}
    return scene.scratch, history, tuple(c.name for c in contract.columns if c.name in given)


def _stage(scene: Scene, scratch: Engine, relation: str) -> str:
    """`relation` as a view of the scratch engine over landed text; empty when nothing of it was landed."""
    model = scene.estate.find(Ref(kind="model", name=relation))
    sources = sources_of(scene, relation)
    batches = [b for b in (*scene.history, *scene.batches) if b.source in sources and b.path]
    if not isinstance(model, Model) or len(sources) != 1 or not batches:
        return ""
    typed = ", ".join(f"TRY_CAST({c.text} AS {c.type}) AS {quoted(c.name)}" for c in casts(model.text))
    scratch.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(relation.partition('.')[0])}")
    scratch.execute(
        f"CREATE OR REPLACE VIEW {relation} AS SELECT {typed}, {', '.join(CARRIED)} "
        f"FROM {packs.relation([scene.root / b.path for b in batches], scratch)}"
    )
    return relation


def _accepted(scene: Scene, table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Category columns, as the scout found them: values known, not personal, many rows per value."""
    sources = sources_of(scene, table.relation)
    claimed = {
        plain(f.subject.partition(".")[2]): f
        for f in scene.findings
        if f.claim == "category" and f.subject.partition(".")[0] in sources and f.confidence >= 0.5
    }
    found = []
    for column in table.contract.columns:
        finding = claimed.get(plain(column.name))
        if finding is None or column.classification != "open" or not column.type.startswith("varchar"):
            continue
        values = tuple(str(v) for v in json.loads(finding.value))
        rows = table.engine.rows(f"SELECT COUNT({quoted(column.name)}) FROM {table.history}")[0][0]
        if isinstance(rows, int) and values and rows >= FEWEST_ROWS * len(values):
            found.append((column.name, values))
    return tuple(sorted(found, key=lambda f: len(f[1]))[:MOST_CATEGORIES])


def _segment(table: Table) -> str:
    """A text column that has one value in every batch, and a few over all of them."""
    for column in table.contract.columns:
        if not column.type.startswith("varchar") or column.classification != "open" or len(table.batches) < 2:
            continue
        name = quoted(column.name)
        most, parts = table.engine.rows(
            f"SELECT MAX(n), (SELECT COUNT(DISTINCT {name}) FROM {table.history}) "
            f"FROM (SELECT COUNT(DISTINCT {name}) AS n FROM {table.history} GROUP BY _batch) AS batches"
        )[0]
        if most == 1 and isinstance(parts, int) and 1 < parts <= MOST_SEGMENTS:
            return column.name
    return ""


def plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
