"""Finds tables that are one thing delivered in pieces: same columns, same key, and no key in two of them."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.agents.architect.tables import Table
from windvane.domain.naming import identifier
from windvane.domain.ports import Scene
from windvane.stack import packs
from windvane.stack.transform.core import CoreTable, Piece

SAME_SHARE = 0.8  # of the columns of the wider table must be in the other; all of the key must
TWINS = 0.5  # a pair that is this likely the same content is no pair of pieces


@dataclass(frozen=True)
class Group:
    """Tables for one core relation: `columns[i]` are the names in table i for the columns of the first."""

    name: str
    tables: tuple[Table, ...]
    columns: tuple[tuple[str, ...], ...]
    evidence: str = ""

    @property
    def lead(self) -> Table:
        """The table whose names the core relation takes: the widest."""
        return self.tables[0]

    @property
    def origin(self) -> str:
        """Name of the column that says which piece a row is from; empty for a table that comes whole."""
        return identifier("origin", {c.name for c in self.lead.columns}) if len(self.tables) > 1 else ""


def group(tables: tuple[Table, ...], scene: Scene) -> tuple[Group, ...]:
    """Every table in exactly one group; most groups hold one."""
    left = sorted(tables, key=lambda t: (-len(t.columns), t.source))
    found: list[Group] = []
    while left:
        lead = left.pop(0)
        members = [lead]
        for other in list(left):
            if all(_same_thing(m, other) and _disjoint(m, other, scene) for m in members):
                members.append(other)
                left.remove(other)
        taken = {t.source for t in tables if t not in members} | {g.name for g in found}
        found.append(_group(tuple(members), taken))
    return tuple(sorted(found, key=lambda g: g.name))


def core_table(group: Group, *, time_column: str, about: str, remarks: tuple[str, ...]) -> CoreTable:
    """What the core model of a group gives."""
    lead = group.lead
    return CoreTable(
        name=group.name,
        columns=tuple((c.name, c.type) for c in lead.columns),
        pieces=tuple(
            Piece(f"staging.{t.source}", own, _origin(t.source, group.name))
            for t, own in zip(group.tables, group.columns, strict=True)
        ),
        key=lead.key,
        origin=group.origin,
        time_column=time_column,
        about=about,
        remarks=remarks,
    )


def matched(lead: Table, other: Table) -> tuple[str, ...]:
    """For each column of `lead` its name in `other`: the same name, else the only one of its meaning and type."""
    found: list[str] = []
    for column in lead.columns:
        same = [c.name for c in other.columns if c.name == column.name and _fits(c.type, column.type)]
        alike = [
            c.name for c in other.columns if column.meaning and (c.meaning, c.type) == (column.meaning, column.type)
        ]
        rivals = [c for c in lead.columns if (c.meaning, c.type) == (column.meaning, column.type)]
        found.append(same[0] if same else alike[0] if len(alike) == len(rivals) == 1 else "")
    return tuple(found)


def _group(members: tuple[Table, ...], taken: set[str]) -> Group:
    lead = members[0]
    if len(members) == 1:
        return Group(lead.source, members, (tuple(c.name for c in lead.columns),))
    columns = tuple(matched(lead, m) for m in members)
    keys = ", ".join(lead.key)
    evidence = f"{' and '.join(m.source for m in members)} have the same columns, and no ({keys}) is in two of them"
    return Group(identifier(_stem(lead.source, members[1].source), taken), members, columns, evidence)


def _same_thing(one: Table, other: Table) -> bool:
    if not one.key or not other.key or not _stem(one.source, other.source) or _twins(one, other):
        return False
    columns = matched(one, other)
    own = {c.name: m for c, m in zip(one.columns, columns, strict=True)}
    return len([c for c in columns if c]) >= SAME_SHARE * len(one.columns) and {own[k] for k in one.key} == {*other.key}


def _twins(one: Table, other: Table) -> bool:
    pairs = ((one, other.source), (other, one.source))
    return any(t.claims.value("near_duplicate", sure=TWINS) == name for t, name in pairs)


def _fits(one: str, other: str) -> bool:
    return one == other or (one.startswith("decimal") and other.startswith("decimal"))


def _stem(one: str, other: str) -> str:
    """The words that two names share at their end or at their start: `etf_prices`, `stock_prices` -> `prices`."""
    a, b = one.split("_"), other.split("_")
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    end = next((i for i, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b)))
    return "_".join(a[len(a) - end :] if end >= start else a[:start])


def _origin(source: str, name: str) -> str:
    """What tells a piece from the others: `etf` of `etf_prices`."""
    return source.removesuffix(name).removeprefix(name).strip("_") or source


def _disjoint(one: Table, other: Table, scene: Scene) -> bool:
    """Whether no key is in both, measured on what was delivered; what cannot be measured is not claimed."""
    files = [[scene.root / b.path for b in t.batches if b.path] for t in (one, other)]
    if scene.scratch is None or not all(files) or not all(p.exists() for some in files for p in some):
        return False
    own = dict(zip((c.name for c in one.columns), matched(one, other), strict=True))
    left, right = (packs.relation(some, scene.scratch) for some in files)
    both = f"{_keys(one, one.key, left)} INTERSECT {_keys(other, tuple(own[k] for k in one.key), right)}"
    return scene.scratch.rows(f"SELECT COUNT(*) FROM ({both}) AS shared")[0][0] == 0


def _keys(table: Table, key: tuple[str, ...], relation: str) -> str:
    texts = {c.name: c.text for c in table.staged}
    return f"SELECT {', '.join(texts[k] for k in key)} FROM {relation}"
