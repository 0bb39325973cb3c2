"""One stored line of the ledger, and the proof that nobody edited, dropped or moved one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple, cast

import msgspec

from windvane.domain.entry import Body, Entry, Step
from windvane.domain.record import canonical

_bodies: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)
_numbers: msgspec.json.Decoder[tuple[int, ...]] = msgspec.json.Decoder(tuple[int, ...])


class Line(NamedTuple):
    """A line as it is stored: `body` and `because` are JSON, decoded only when asked for."""

    seq: int
    time: str
    actor: str
    step: str
    key: str
    kind: str  # the tag of the body: `decided`, `landed`, ...
    body: str
    because: str
    previous: str
    hash: str

    def entry(self) -> Entry:
        """The line decoded. Raises `msgspec.ValidationError` when the body is no longer a known record."""
        return Entry(
            seq=self.seq,
            time=self.time,
            actor=self.actor,
            step=cast(Step, self.step),
            key=self.key,
            body=_bodies.decode(self.body),
            because=_numbers.decode(self.because),
            previous=self.previous,
            hash=self.hash,
        )

    def digest(self) -> str:
        """What `hash` must be. It covers the stored JSON, so a record that gains a field later breaks no old line."""
        body, because = msgspec.Raw(self.body.encode()), msgspec.Raw(self.because.encode())
        fields = (self.seq, self.time, self.actor, self.step, self.key, body, because, self.previous)
        return hashlib.sha256(canonical(fields)).hexdigest()


def store(entry: Entry) -> Line:
    """The line that keeps `entry`."""
    return Line(
        seq=entry.seq,
        time=entry.time,
        actor=entry.actor,
        step=entry.step,
        key=entry.key,
        kind=str(type(entry.body).__struct_config__.tag),
        body=canonical(entry.body).decode(),
        because=canonical(entry.because).decode(),
        previous=entry.previous,
        hash=entry.hash,
    )


class Fault(NamedTuple):
    """What is wrong, in words, at the first line that does not hold because of it."""

    seq: int
    what: str


def faults(lines: Iterable[Line], *, seq: int = 0, previous: str = "") -> tuple[Fault, ...]:
    """What is wrong with a chain read from its start, or after the line `seq` with the hash `previous`."""
    found: list[Fault] = []
    for line in lines:
        if line.seq != seq + 1:
            found.append(Fault(seq + 1, f"lines {seq + 1} to {line.seq - 1} were dropped"))
        elif line.previous != previous:
            told = f"line {line.seq} does not follow from line {seq}: one of them was moved or rewritten"
            found.append(Fault(line.seq, told))
        if line.digest() != line.hash:
            found.append(Fault(line.seq, f"line {line.seq} was edited"))
        elif _tag(line.body) != line.kind:
            found.append(Fault(line.seq, f"line {line.seq} was edited: its kind is not that of its body"))
        seq, previous = line.seq, line.hash
    return tuple(found)


def _tag(body: str) -> str:
    return msgspec.json.decode(body, type=_Tagged).type


class _Tagged(msgspec.Struct):
    """Any body, seen only by its tag."""

    type: str
