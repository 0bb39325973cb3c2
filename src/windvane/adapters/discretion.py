"""Keeps secrets out of everything that goes out: records for the ledger, events, errors and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import msgspec

from windvane.adapters.secrets import hide
from windvane.domain.entry import Note
from windvane.domain.errors import WindvaneError
from windvane.domain.event import Emit, Event
from windvane.domain.record import Record, canonical, replace

R = TypeVar("R", bound=Record)

# Words of a record that may come from outside. Names, SQL and what is looked up by its text stay as they are: a
# password that is also the name of a table must not rename the table.
_SPOKEN = frozenset(
    ("observed", "detail", "because", "why", "evidence", "broken", "failures", "broke", "doubt", "rationale", "answer",
     "title", "what", "ruled_out_by")
)  # fmt: skip


# Notes that are looked up by what they say: names of batches, incidents, files and relations.
_LOOKED_UP = frozenset(("joined", "recovered", "refitted", "stray gone", "goal withdrawn", "forecast"))


def record(said: R) -> R:
    """`said` without a secret in any of its words."""
    if (isinstance(said, Note) and said.what in _LOOKED_UP) or not _holds(canonical(said)):
        return said
    return cast(R, _without(said))


def encoded(data: bytes) -> bytes:
    """JSON without a secret in any of its values; keys stay."""
    if not _holds(data):
        return data
    return msgspec.json.encode(_values(msgspec.json.decode(data)))


def event(emit: Emit) -> Emit:
    """An `Emit` whose events hold no secret."""

    def quietly(told: Event) -> None:
        emit(replace(told, text=hide(told.text), subject=hide(told.subject)))

    return quietly


@contextmanager
def errors() -> Iterator[None]:
    """Errors for people leave the block without a secret in what they say."""
    try:
        yield
    except WindvaneError as error:
        error.message, error.why, error.fix = hide(error.message), hide(error.why), hide(error.fix)
        error.args = (error.message,)
        raise


def _holds(data: bytes) -> bool:
    text = data.decode()
    plain = text.replace('\\"', '"').replace("\\\\", "\\")  # a secret with a quote in it is spelled otherwise in JSON
    return hide(text) != text or hide(plain) != plain


def _without(value: object) -> object:
    if not isinstance(value, Record):
        return _each(value, _without)
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    clean = {n: _spoken(v) if n in _SPOKEN else _without(v) for n, v in fields.items()}
    return replace(value, **clean)


def _spoken(value: object) -> object:
    return hide(value) if isinstance(value, str) else _each(value, _spoken)


def _each(value: object, change: Callable[[object], object]) -> object:
    if isinstance(value, Record):
        return _without(value)
    return tuple(change(v) for v in value) if isinstance(value, tuple) else value


def _values(value: object) -> object:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [_values(v) for v in value]
    return {k: _values(v) for k, v in value.items()} if isinstance(value, dict) else value
