"""Records cannot change, refuse what they do not know, and are equal by content."""

from __future__ import annotations

import msgspec
import pytest

from windvane.domain.batch import Batch
from windvane.domain.decision import Verdict
from windvane.domain.estate import Column, Model
from windvane.domain.plan import Effect
from windvane.domain.record import Record, canonical, decode, replace


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Model(name="staging.a", text="").name = "b"  # type: ignore[misc]


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        decode(b'{"name": "a", "type": "date", "unknown": 1}', Column)


def test_the_fingerprint_is_of_the_content() -> None:
    one, same, other = (Column(name="a", type=t) for t in ("date", "date", "bigint"))
    assert one.fingerprint() == same.fingerprint() != other.fingerprint()
    assert decode(canonical(one), Column) == one
    assert replace(one, type="bigint") == other


def test_the_fingerprint_survives_writing_and_reading() -> None:
    effect = Effect(measure="rows", expected=5)
    assert decode(canonical(effect), Effect).fingerprint() == effect.fingerprint()


class Short(Record, tag="thing"):
    """A record as an older version knows it."""

    name: str
    parts: tuple[Effect, ...] = ()


class Grown(Record, tag="thing"):
    """The same record, with a field that a later version added."""

    name: str
    doubt: str = ""
    parts: tuple[Effect, ...] = ()


def test_a_field_added_later_renames_nothing_that_is_written() -> None:
    old = Short(name="a", parts=(Effect(measure="rows", expected=5),))
    read = decode(canonical(old), Grown)
    assert read.fingerprint() == old.fingerprint()
    assert replace(read, doubt="two stories").fingerprint() != old.fingerprint()


def test_a_batch_that_loses_rows_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="loses rows"):
        Batch(id="a-1", source="a", delivery="a", digest="", landed_at="", rows_read=3, accepted=1, quarantined=1)


def test_a_verdict_without_reasons_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="reason"):
        Verdict(outcome="promote", reasons=())
