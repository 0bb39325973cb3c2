"""The base of every word of the domain: frozen, closed records with a content fingerprint."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TypeVar, dataclass_transform

import msgspec

R = TypeVar("R")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class RecordMeta(msgspec.StructMeta):
    """Makes every record frozen, closed and keyword-only, also its subclasses, and tells type checkers so."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, object], **config: object) -> type:
        config = {"frozen": True, "forbid_unknown_fields": True, "kw_only": True} | config
        return super().__new__(mcls, name, bases, namespace, **config)  # type: ignore[arg-type]


class Record(msgspec.Struct, metaclass=RecordMeta):
    """A value that cannot change, refuses fields it does not know, and is equal by content.

    Subclasses that are variants of a union carry a `tag`, which is written as the field `type`.
    """

    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, first 16 hexadecimal digits (64 bits).

        The record is read back from its JSON first: `5` given for a float is the `5.0` that a reader will see.
        Fields at their default are left out, so a field that a later version adds renames nothing that is written.
        """
        read = msgspec.json.decode(canonical(self), type=type(self))
        return hashlib.sha256(canonical(_said(read))).hexdigest()[:16]


def canonical(value: object) -> bytes:
    """JSON with dictionary keys in order, so that equal values give equal bytes."""
    return msgspec.json.encode(value, order="deterministic")


def decode(data: bytes | str, kind: type[R]) -> R:
    """The record of `kind` that `data` (JSON) spells.

    Raises `msgspec.ValidationError` when a field is missing, unknown or of another type.
    """
    return msgspec.json.decode(data, type=kind)


def replace(record: R, **changes: object) -> R:
    """A copy of a frozen record with some fields changed."""
    return msgspec.structs.replace(record, **changes)  # type: ignore[type-var]


def _said(value: object) -> object:
    """The value without the fields of records that are at their default."""
    if isinstance(value, Record):
        kind = type(value)
        tag = {"type": kind.__struct_config__.tag} if kind.__struct_config__.tag else {}
        stated = ((name, getattr(value, name), default) for name, default in _defaults(kind))
        return tag | {name: _said(held) for name, held, default in stated if held != default}
    if isinstance(value, tuple):
        return [_said(held) for held in value]
    if isinstance(value, dict):
        return {name: _said(held) for name, held in value.items()}
    return value


@cache
def _defaults(kind: type[Record]) -> tuple[tuple[str, object], ...]:
    """Fields with their defaults; `NODEFAULT` for those that must be given, which no value equals."""
    fields = msgspec.structs.fields(kind)
    return tuple(
        (f.encode_name, f.default if f.default_factory is msgspec.NODEFAULT else f.default_factory()) for f in fields
    )
