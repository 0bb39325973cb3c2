"""The architect: names, types, keys, layers and how each model is built, chosen from what the findings are sure of."""

from __future__ import annotations

from windvane.agents.architect import calendar, grain
from windvane.agents.architect.layers import changes_for, incremental
from windvane.agents.architect.newcomers import Newcomers, newcomers
from windvane.agents.architect.pieces import Group, group
from windvane.agents.architect.tables import Table, understand
from windvane.domain.estate import Check, Ref, Source
from windvane.domain.finding import Finding
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.ports import Agent, Scene

CPU_S_PER_MILLION_ROWS = 0.5  # measured: text to values and the newest per key, one thread
CPU_S_PER_MODEL = 0.05
QUARANTINE_SHARE = 0.01  # a larger share is judged by the gate anyway


def agent() -> Agent:
    """The architect."""
    return Architect()


class Architect:
    """Proposes staging and core models with their contracts; leaves models that exist as they are."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Nothing: the scout claims, the architect builds on it."""
        del scene
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """A plan for sources without models, one for each source with new columns; or a change of grain."""
        if scene.incident is not None and scene.incident.signals[0].kind in ("shortfall", "drift"):
            return (*grain.proposals(scene), *calendar.proposals(scene))
        sources = [s for s in scene.estate.of(Source) if isinstance(s, Source)]
        fresh = [s for s in sources if scene.estate.find(Ref(kind="model", name=f"staging.{s.name}")) is None]
        known = [s for s in sources if s not in fresh]
        plans = [_layers(tuple(understand(s, scene) for s in fresh), scene)] if fresh else []
        plans += [_columns(found, scene) for s in known if (found := newcomers(s, scene)) is not None]
        return tuple(plans)


def _layers(tables: tuple[Table, ...], scene: Scene) -> Plan:
    usable = tuple(t for t in tables if t.columns)
    groups = group(usable, scene)
    places = {t.source: (g, t) for g in groups for t in g.tables}
    older = {s.name: s for s in scene.estate.of(Source) if isinstance(s, Source) and s.name not in places}

    def place(source: str) -> tuple[str, dict[str, str]] | None:
        if source in places:
            found, table = places[source]
            position = found.tables.index(table)
            own = {n: lead.name for n, lead in zip(found.columns[position], found.lead.columns, strict=True) if n}
            return f"core.{found.name}", {d: own[n] for d, n in table.names.items() if n in own}
        if source in older:
            return f"core.{source}", understand(older[source], scene).names
        return None

    rows = sum(t.rows for t in usable)
    return Plan(
        incident=scene.incident.id if scene.incident else "",
        proposer="architect",
        title=f"Build staging and core for {_count(len(usable), 'source')}",
        base=scene.estate.fingerprint(),
        changes=changes_for(groups, place),
        rationale=_rationale(groups),
        evidence=tuple(_evidence(t) for t in usable),
        predicted=tuple(Effect(measure=f"rows staging.{t.source}", expected=float(t.rows)) for t in usable),
        probes=_probes(groups),
        acceptance=tuple(c for g in groups for c in _checks(g)),
        assumptions=_assumptions(groups),
        cost=round(rows / 1e6 * CPU_S_PER_MILLION_ROWS + CPU_S_PER_MODEL * (len(usable) + len(groups)), 3),
        serves="layers",
    )


def _rationale(groups: tuple[Group, ...]) -> str:
    lines: list[str] = []
    for found in groups:
        key = ", ".join(found.lead.key)
        how = f"one row per ({key})" if key else f"no row removed and no join on it: {found.lead.doubted}"
        pieces = f"; {found.evidence}" if found.evidence else ""
        reason = incremental(found)[1]
        lines.append(f"core.{found.name}: {how}{pieces}. {reason}")
        lines += [f"staging.{t.source}: a view, read once by core.{found.name}" for t in found.tables]
    return "\n".join(lines)


def _evidence(table: Table) -> str:
    found, confidence, evidence = table.claims.key()
    key = f"key ({', '.join(found)}), {confidence:.0%} sure: {evidence}" if found else table.doubted
    return f"{table.source}: {table.rows:,} rows; {key}"


def _assumptions(groups: tuple[Group, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for g in groups:
        if g.lead.key:
            found.append(
                f"core.{g.name}: ({', '.join(g.lead.key)}) stays unique; a later delivery corrects an earlier one"
            )
        if any(t.delivery == "snapshot" for t in g.tables):
            found.append(f"core.{g.name}: a row that a later snapshot does not repeat is kept")
        if len(g.tables) > 1:
            found.append(f"core.{g.name}: no key is ever in two of {', '.join(t.source for t in g.tables)}")
    return tuple(found)


def _probes(groups: tuple[Group, ...]) -> tuple[Probe, ...]:
    """Rows of every relation; screening may still quarantine some of what was landed, up to the usual limit."""
    found: list[Probe] = []
    for g in groups:
        found += [_rows(f"staging.{t.source}", slack=t.rows * QUARANTINE_SHARE) for t in g.tables]
        found.append(_rows(f"core.{g.name}", slack=0.0))
    return tuple(found)


def _rows(relation: str, *, slack: float) -> Probe:
    return Probe(name=f"rows {relation}", sql=f"SELECT COUNT(*) FROM {relation}", better="none", tolerance=slack)


def _checks(found: Group) -> tuple[Check, ...]:
    """Nothing lost between layers, and the key that core is built on really is one."""
    relation = f"core.{found.name}"
    checks: list[Check] = []
    for table in found.tables:
        staged = f"staging.{table.source}"
        sql = (
            f"SELECT 'src.{table.source} has ' || CAST(a.n AS VARCHAR) || ' rows, {staged} ' || CAST(b.n AS VARCHAR) "
            "AS broken "
            f"FROM (SELECT COUNT(*) AS n FROM src.{table.source}) AS a "
            f"CROSS JOIN (SELECT COUNT(*) AS n FROM {staged}) AS b WHERE a.n <> b.n"
        )
        checks.append(Check(name=f"{staged} keeps every row", relation=staged, rule="rows_kept", sql=sql, why="layers"))
    key = ", ".join(found.lead.key)
    if key:
        sql = (
            f"SELECT 'a key is repeated ' || CAST(COUNT(*) AS VARCHAR) || ' times' AS broken FROM {relation} "
            f"GROUP BY {key} HAVING COUNT(*) > 1"
        )
        checks.append(
            Check(name=f"{relation} key is unique", relation=relation, rule="unique", sql=sql, why=f"key ({key})")
        )
    return tuple(checks)


def _columns(found: Newcomers, scene: Scene) -> Plan:
    names = ", ".join(c.name for c in found.columns)
    left = f"; {', '.join(found.left_out)} does not take them by itself" if found.left_out else ""
    return Plan(
        incident=scene.incident.id if scene.incident else "",
        proposer="architect",
        title=f"Land {_count(len(found.columns), 'new column')} of {found.source}: {names}",
        base=scene.estate.fingerprint(),
        changes=found.changes,
        rationale=(
            f"{found.source} delivers {names} now and nothing is missing. They are landed in "
            f"{' and '.join(found.relations)}, empty for earlier rows; published models do not show them until "
            f"their contract does{left}"
        ),
        evidence=tuple(f"{c.name}: {'; '.join(c.evidence) or c.type}" for c in found.columns),
        probes=tuple(Probe(name=f"rows {r}", sql=f"SELECT COUNT(*) FROM {r}", better="none") for r in found.relations),
        cost=CPU_S_PER_MODEL * len(found.relations),
        serves=f"new columns of {found.source}",
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
