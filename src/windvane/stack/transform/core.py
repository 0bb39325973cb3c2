"""Core models: one row per key, the newest delivery wins; tables delivered in pieces become one."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.domain.estate import Model
from windvane.stack.transform.header import CARRIED, Header, listed, literal, model


@dataclass(frozen=True)
class Piece:
    """One staging relation: `columns` are its names for the columns of the core table, empty where it has none."""

    relation: str
    columns: tuple[str, ...]
    origin: str = ""


@dataclass(frozen=True)
class CoreTable:
    """What a core model gives; `origin` names the column that says which piece a row is from."""

    name: str  # without its layer
    columns: tuple[tuple[str, str], ...]  # (name, type)
    pieces: tuple[Piece, ...]
    key: tuple[str, ...] = ()
    origin: str = ""
    time_column: str = ""  # set when it is built incrementally
    about: str = ""
    remarks: tuple[str, ...] = ()


def core(table: CoreTable) -> Model:
    """`core.<name>`: FULL, or INCREMENTAL_BY_TIME_RANGE when the table names a time column.

    Without a key nothing is removed, not even exact repeats, and the model says so.
    """
    header = Header(
        name=f"core.{table.name}",
        kind="INCREMENTAL_BY_TIME_RANGE" if table.time_column else "FULL",
        grain=table.key,
        time_column=table.time_column,
        description=table.about,
    )
    return model(header, query=_newest(table) if table.key else _all_rows(table), remarks=table.remarks)


def _names(table: CoreTable) -> list[str]:
    return [*([table.origin] if table.origin else []), *(name for name, _ in table.columns), *CARRIED]


def _all_rows(table: CoreTable) -> str:
    return "\nUNION ALL\n".join(_piece(table, piece) for piece in table.pieces)


def _newest(table: CoreTable) -> str:
    partition = [*([table.origin] if table.origin else []), *table.key]
    number = f"ROW_NUMBER() OVER (PARTITION BY {listed(partition)} ORDER BY _seq DESC, _row DESC) AS _version"
    names = listed(_names(table))
    if len(table.pieces) == 1:
        inner = f"SELECT {names}, {number} FROM {table.pieces[0].relation}{_window(table, table.pieces[0])}"
        return f"SELECT {names} FROM ({inner}) AS versions WHERE _version = 1"
    return (
        f"WITH delivered AS ({_all_rows(table)}) "
        f"SELECT {names} FROM (SELECT {names}, {number} FROM delivered) AS versions WHERE _version = 1"
    )


def _piece(table: CoreTable, piece: Piece) -> str:
    cells = [f"{literal(piece.origin)} AS {table.origin}"] if table.origin else []
    for (name, kind), own in zip(table.columns, piece.columns, strict=True):
        cells.append(name if own == name else f"{own or f'CAST(NULL AS {kind.upper()})'} AS {name}")
    return f"SELECT {listed([*cells, *CARRIED])} FROM {piece.relation}{_window(table, piece)}"


def _window(table: CoreTable, piece: Piece) -> str:
    """The part of a piece that SQLMesh is asking for; timestamps are compared with whole days, both included."""
    if not table.time_column:
        return ""
    position = [name for name, _ in table.columns].index(table.time_column)
    own, kind = piece.columns[position], table.columns[position][1]
    first, last = ("@start_date", "@end_date") if kind == "date" else ("@start_ts", "@end_ts")
    return f" WHERE {own} BETWEEN {first} AND {last}"
