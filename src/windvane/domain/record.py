"""The base of every word of the domain: frozen, closed records with a content fingerprint."""

from __future__ import annotations

import hashlib
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
        """
        read = msgspec.json.decode(canonical(self), type=type(self))
        return hashlib.sha256(canonical(read)).hexdigest()[:16]


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
