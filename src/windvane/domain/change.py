"""Typed changes to an estate; `apply` and `invert` are pure."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.domain.estate import Asset, Estate, Ref, ref_of
from windvane.domain.record import Record, replace


class Put(Record, tag="put"):
    """Add an asset, or replace the one of the same kind and name."""

    asset: Asset


class Retire(Record, tag="retire"):
    """Take an asset away."""

    ref: Ref


class Admit(Record, tag="admit"):
    """Make the rows of a landed batch visible."""

    batch: Batch


class Withdraw(Record, tag="withdraw"):
    """Make the rows of an admitted batch invisible again; raw bytes are kept."""

    batch: Batch


class Rerun(Record, tag="rerun"):
    """Compute a relation anew for event days `first`..`last` (ISO dates, both included)."""

    relation: str
    first: str
    last: str


Change = Put | Retire | Admit | Withdraw | Rerun


def apply(estate: Estate, changes: tuple[Change, ...]) -> Estate:
    """The estate after `changes`; changes to data leave the assets as they are."""
    assets = list(estate.assets)
    for change in changes:
        match change:
            case Put(asset=asset):
                assets = [a for a in assets if ref_of(a) != ref_of(asset)] + [asset]
            case Retire(ref=ref):
                assets = [a for a in assets if ref_of(a) != ref]
            case Admit() | Withdraw() | Rerun():
                pass
    return replace(estate, assets=tuple(sorted(assets, key=lambda a: str(ref_of(a)))))


def invert(estate: Estate, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes that lead back to `estate` after `changes` were applied to it, last first."""
    return tuple(_invert_one(estate, change) for change in reversed(changes))


def _invert_one(estate: Estate, change: Change) -> Change:
    match change:
        case Put(asset=asset):
            before = estate.find(ref_of(asset))
            return Put(asset=before) if before is not None else Retire(ref=ref_of(asset))
        case Retire(ref=ref):
            before = estate.find(ref)
            return Put(asset=before) if before is not None else change
        case Admit(batch=batch):
            return Withdraw(batch=batch)
        case Withdraw(batch=batch):
            return Admit(batch=batch)
        case Rerun():
            return change
