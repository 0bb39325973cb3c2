"""From understood tables to the staging and core models of an estate, and what these promise."""

from __future__ import annotations

import re
from collections.abc import Callable

from windvane.agents.architect.claims import REFERENCE_SURE, split_columns
from windvane.agents.architect.pieces import Group, core_table
from windvane.agents.architect.tables import Table
from windvane.domain.change import Change, Put
from windvane.domain.estate import Column, Contract, Model, Reference
from windvane.stack.transform.core import core
from windvane.stack.transform.staging import staging

# A full rebuild costs 0.26 CPU s for 500,000 rows, what SQLMesh costs by itself; beyond that an incremental one is
# cheaper (measured: 4M rows 2.3 CPU s against 0.02 for one day).
ROWS_TO_BUILD_INCREMENTALLY = 500_000
EPOCH = "1970-01-01"  # where SQLMesh starts to count; an older row of an incremental model would be lost

Place = Callable[[str], tuple[str, dict[str, str]] | None]  # source -> (core relation, delivered name -> column)


def changes_for(groups: tuple[Group, ...], place: Place) -> tuple[Change, ...]:
    """Staging and core models of all groups, and a contract for each."""
    changes: list[Change] = []
    for found in groups:
        for table in found.tables:
            changes += [Put(asset=staging_model(table)), Put(asset=_contract(table, f"staging.{table.source}"))]
        changes += [Put(asset=core_model(found)), Put(asset=core_contract(found, place))]
    return tuple(changes)


def staging_model(table: Table) -> Model:
    """The staging model of one source."""
    return staging(
        table.source, table.staged, about=f"{sentence(table.grain or 'One row per delivered row')}, as typed values"
    )


def core_model(group: Group) -> Model:
    """The core model of a group, with the reasons for its key and its kind as comments."""
    lead = group.lead
    remarks = [group.evidence] if group.evidence else []
    if lead.key:
        remarks.append(f"One row per {' and '.join(lead.key)}: a later delivery replaces an earlier one")
    else:
        remarks.append(f"No row is removed: {lead.doubted}")
    time, reason = incremental(group)
    if time:
        remarks.append(reason)
    table = core_table(group, time_column=time, about=_about(group), remarks=tuple(remarks))
    return core(table)


def incremental(group: Group) -> tuple[str, str]:
    """(time column, reason) when only what changed should be built; an empty column when all of it should."""
    rows = sum(t.rows for t in group.tables)
    for table in group.tables:
        reason = _why_full(table, rows=rows)
        if reason:
            return "", f"core.{group.name} is built as a whole: {reason}"
    time, delivery = group.lead.time_column, group.lead.delivery
    return (
        time,
        f"Built by ranges of {time}: {rows:,} rows so far, delivery is `{delivery}`, a corrected row keeps its {time}",
    )


def core_contract(group: Group, place: Place) -> Contract:
    """What the core relation of a group promises."""
    origin = Column(name=group.origin, type="varchar", nullable=False, meaning="category", description="which delivery")
    columns = (origin, *group.lead.columns) if group.origin else group.lead.columns
    contract = _contract(group.lead, f"core.{group.name}")
    references = tuple(r for t in group.tables[:1] for r in references_of(t, place))
    return Contract(
        relation=contract.relation,
        description=_about(group),
        columns=tuple(_widest(c, group) for c in columns),
        key=contract.key,
        references=references,
        time_column=contract.time_column,
        cadence=contract.cadence,
    )


def references_of(table: Table, place: Place) -> tuple[Reference, ...]:
    """References that are sure, between core relations; `joinable` counts where its target is a whole key."""
    found: list[Reference] = []
    if table.claims.declared is not None:
        for declared in table.claims.declared.references:
            found += _reference(table, declared.columns, (declared.to, declared.to_columns), place, share=1.0)
    for finding in table.claims.findings:
        if finding.claim in ("reference", "joinable") and finding.confidence >= REFERENCE_SURE:
            columns = split_columns(finding.subject.partition(".")[2], table.claims.columns)
            source, _, listed = finding.value.partition(".")
            target = place(source)
            known = tuple(target[1]) if target else ()
            share = _match_share(finding.evidence, finding.confidence)
            found += _reference(table, columns, (source, split_columns(listed, known)), place, share=share)
    distinct = {(r.columns, r.to): r for r in reversed(found)}
    return tuple(sorted(distinct.values(), key=lambda r: (r.columns, r.to)))


def sentence(words: str) -> str:
    """Words with a capital at the start and no full stop."""
    text = words.strip().rstrip(".")
    return text[:1].upper() + text[1:]


def _reference(
    table: Table, columns: tuple[str, ...], to: tuple[str, tuple[str, ...]], place: Place, *, share: float
) -> list[Reference]:
    target = place(to[0])
    if target is None or not columns or len(columns) != len(to[1]) or to[0] == table.source:
        return []
    relation, names = target
    if any(c not in names for c in to[1]) or any(c not in table.names for c in columns):
        return []
    own, other = tuple(table.names[c] for c in columns), tuple(names[c] for c in to[1])
    return [Reference(columns=own, to=relation, to_columns=other, match_share=share)]


def _match_share(evidence: str, confidence: float) -> float:
    """The share of matching values that the evidence states as a percentage; else the confidence."""
    stated = re.search(r"(\d+(?:\.\d+)?)\s?%", evidence)
    return min(1.0, float(stated.group(1)) / 100) if stated else confidence


def _why_full(table: Table, *, rows: int) -> str:
    """Why a table must be built as a whole; empty when it may be built by days."""
    profile = table.profile_of(table.time_column) if table.time_column else None
    if rows < ROWS_TO_BUILD_INCREMENTALLY:
        return f"building {rows:,} rows costs less than the bookkeeping of an incremental build"
    if table.delivery not in ("append", "restating"):
        return f"its delivery is `{table.delivery or 'not known'}`"
    if table.time_column not in table.key:
        return "its key holds no time column, so an older row could not be found again"
    if table.column(table.time_column).type not in ("date", "timestamp"):
        return f"{table.time_column} is not sure to be a date"
    if profile is None or profile.nulls or not profile.minimum[:10] >= EPOCH:
        return f"{table.time_column} is empty or before {EPOCH} in some row, or was not profiled"
    return ""


def _about(group: Group) -> str:
    return sentence(
        group.lead.grain or (f"One row per {' and '.join(group.lead.key)}" if group.lead.key else "All rows")
    )


def _contract(table: Table, relation: str) -> Contract:
    core_layer = relation.startswith("core.")
    return Contract(
        relation=relation,
        description=sentence(table.grain or "One row per delivered row"),
        columns=table.columns,
        key=table.key if core_layer else (),  # staging holds every delivered version of a row
        time_column=table.time_column,
        cadence=table.cadence,
    )


def _widest(column: Column, group: Group) -> Column:
    """A column of the core relation: nullable, personal and as wide as in any of its pieces."""
    if column.name == group.origin:
        return column
    at = [c.name for c in group.lead.columns].index(column.name)
    own = [t.column(names[at]) for t, names in zip(group.tables, group.columns, strict=True) if names[at]]
    types = sorted((c.type for c in own), key=lambda t: [int(n) for n in re.findall(r"\d+", t)])
    return Column(
        name=column.name,
        type=types[-1],
        nullable=len(own) < len(group.tables) or any(c.nullable for c in own),
        classification="personal" if any(c.classification == "personal" for c in own) else column.classification,
        meaning=column.meaning,
        unit=column.unit if len({c.unit for c in own}) == 1 else "",
        description=column.description,
    )
