"""What a Postgres catalogue says: tables, types, keys, references, and counters that move when rows change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from windvane.domain.estate import Column, Contract, Reference
from windvane.domain.naming import identifier

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

_TABLES = """
    SELECT n.nspname, c.relname, c.relkind::text, has_table_privilege(c.oid, 'SELECT'),
           array_agg(a.attname::text ORDER BY a.attnum),
           array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum),
           array_agg(a.attnotnull ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND has_schema_privilege(n.oid, 'USAGE')
    GROUP BY 1, 2, 3, 4 ORDER BY n.nspname <> 'public', 1, 2
"""
_CONSTRAINTS = """
    SELECT n.nspname, c.relname, k.contype::text, fn.nspname, f.relname,
           (SELECT array_agg(a.attname::text ORDER BY p.place) FROM unnest(k.conkey) WITH ORDINALITY AS p(num, place)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.num),
           (SELECT array_agg(a.attname::text ORDER BY p.place) FROM unnest(k.confkey) WITH ORDINALITY AS p(num, place)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.num)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
    WHERE k.contype IN ('p', 'f') ORDER BY k.conname
"""
# Counters of a table move with its rows; a view moves with anything, so it gets the newest transaction. A standby
# counts nothing: there the place in the log stands for all.
_STAMPS = """
    SELECT n.nspname, c.relname,
           CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text
                WHEN c.relkind = 'r' THEN concat_ws('-', c.relfilenode, s.n_tup_ins, s.n_tup_upd, s.n_tup_del)
                ELSE pg_snapshot_xmax(pg_current_snapshot())::text END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_TYPES = {
    "smallint": "bigint", "integer": "bigint", "bigint": "bigint", "real": "double", "double precision": "double",
    "boolean": "boolean", "date": "date",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamp",
    "text": "varchar", "uuid": "varchar", "json": "varchar", "jsonb": "varchar", "name": "varchar",
}  # fmt: skip


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table or view: the name of its source, where it stands, and its columns with declared types."""

    name: str
    schema: str
    table: str
    readable: bool
    columns: tuple[str, ...]
    types: tuple[str, ...]
    required: tuple[bool, ...]

    @property
    def full_name(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.table}"


def tables(connection: Connection) -> tuple[Table, ...]:
    """All tables and views outside the system's schemas, `public` first."""
    made: list[Table] = []
    for schema, table, _, readable, columns, types, required in connection.execute(_TABLES):
        taken = {t.name for t in made}
        name = identifier(str(table))
        if name in taken:
            name = identifier(f"{schema} {table}", taken)
        made.append(
            Table(
                name=name, schema=str(schema), table=str(table), readable=bool(readable), columns=_texts(columns),
                types=_texts(types), required=tuple(bool(r) for r in _list(required)),
            )
        )  # fmt: skip
    return tuple(made)


def filled(connection: Connection, table: Table) -> bool:
    """Whether there is a row."""
    from psycopg import sql

    query = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table.schema, table.table))
    return connection.execute(query).fetchone() is not None


def stamps(connection: Connection) -> dict[str, str]:
    """By full name, a text that changes when rows may have changed."""
    return {f"{schema}.{table}": str(mark) for schema, table, mark in connection.execute(_STAMPS)}


def declared(connection: Connection, found: Sequence[Table]) -> dict[str, Contract]:
    """By full name, what the catalogue promises; columns whose type says too little are left to the data."""
    names = {t.full_name: t.name for t in found}
    keys: dict[str, tuple[str, ...]] = {}
    links: dict[str, list[Reference]] = {}
    for schema, table, kind, to_schema, to_table, mine, others in connection.execute(_CONSTRAINTS):
        place, to = f"{schema}.{table}", names.get(f"{to_schema}.{to_table}")
        if kind == "p":
            keys[place] = _texts(mine)
        elif to is not None:
            link = Reference(columns=_texts(mine), to=to, to_columns=_texts(others), match_share=1.0)
            links.setdefault(place, []).append(link)
    return {
        t.full_name: Contract(
            relation=t.name, columns=_columns(t), key=keys.get(t.full_name, ()),
            references=tuple(links.get(t.full_name, ())),
        )
        for t in found
    }  # fmt: skip


def _columns(table: Table) -> tuple[Column, ...]:
    parts = zip(table.columns, table.types, table.required, strict=True)
    return tuple(Column(name=n, type=kind, nullable=not r) for n, t, r in parts if (kind := _portable(t)))


def _portable(declared_type: str) -> str:
    exact = re.fullmatch(r"numeric\((\d+),(\d+)\)", declared_type)
    if exact:
        return f"decimal({exact[1]},{exact[2]})"
    if declared_type.startswith("character"):
        return "varchar"
    return _TYPES.get(declared_type, "")


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in _list(value))
