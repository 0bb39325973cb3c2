"""What is right when two faults befall one delivery: both truths, one worked into the other."""

from __future__ import annotations

from collections.abc import Sequence

from windvane.domain.fault import Injection, Right
from windvane.domain.record import replace
from windvane.domain.table import Cells, Table

_SHOWN: frozenset[Right] = frozenset({"heal", "quarantine", "nothing", "notice", "retry"})


def both(first: Injection, second: Injection, source: str) -> Injection | None:
    """`second` broke what `first` had sent. Waiting is always right for two, showing where each alone may be shown.

    `None` when one truth cannot be worked into the other, when both take several days, or when the second would break
    what the first did not let come.
    """
    if any(first.waves[1:]) or (len(first.waves) > 1 and len(second.waves) > 1):
        return None
    if _sends(second, source) and not _sends(first, source):
        return None
    said, trouble = f"{first.said}; {second.said}", (*first.trouble, *second.trouble)
    waves = (*second.waves, *first.waves[1:])
    made = replace(second, said=said, trouble=trouble, waves=waves)
    others = tuple(t for t in first.truth.tables if t.source != source)
    if not (_may_show(first, source) and _may_show(second, source)):
        truth = replace(first.truth, rights=("hold",), tables=others, place=source, aside=())
        return replace(made, truth=truth)
    assert first.broken is not None
    sent, seen = first.broken, _of(first, source)
    worked = _worked(seen, sent, _of(second, source), first.truth.aside, second.truth.aside)
    if worked is None:
        return None
    table, aside = worked
    put = "quarantine" in (*first.truth.rights, *second.truth.rights)
    rights: tuple[Right, ...] = ("hold", "quarantine", "heal") if put else ("hold", "heal")
    truth = replace(first.truth, rights=rights, tables=(*others, table), place=source, aside=aside)
    return replace(made, truth=truth)


def covered(first: Injection, second: Injection, alone: Injection | None) -> Injection | None:
    """`second` with the truth that it has `alone`, where it sends the same whether or not `first` befell the delivery.

    A file of yesterday, or none, holds nothing of what was broken today. `None` where something of `first` is left.
    """
    if alone is None or alone.waves != second.waves or len(first.waves) > 1 or first.trouble:
        return None
    return replace(alone, said=f"{first.said}; {alone.said}")


def _sends(injection: Injection, source: str) -> bool:
    return any(s.source == source for wave in injection.waves for s in wave)


def _may_show(injection: Injection, source: str) -> bool:
    there = [t for t in injection.truth.tables if t.source == source]
    return len(there) == 1 and not _SHOWN.isdisjoint(injection.truth.rights)


def _of(injection: Injection, source: str) -> Table:
    return next(t for t in injection.truth.tables if t.source == source)


def _worked(
    seen: Table, sent: Table, then: Table, aside: Sequence[int], more: Sequence[int]
) -> tuple[Table, tuple[int, ...]] | None:
    """The truth `seen` of what was `sent` with what `then` says otherwise of it, and the rows that may be put aside."""
    if then.rows == sent.rows and not more:
        return seen, tuple(aside)
    mine, others = _places(seen, sent), _places(then, sent)
    if mine is None or others is None:
        return None
    at = {place: i for i, place in enumerate(others)}
    rows: list[Cells] = []
    kept: list[int] = []  # rows of `sent`
    for row, place in zip(seen.rows, mine, strict=True):
        if place not in at:
            continue
        changed = _changed(row, seen, sent.rows[place], then.rows[at[place]], sent)
        if changed is None:
            return None
        rows.append(changed)
        kept.append(place)
    loose = {mine[i - 1] for i in aside} | {others[i - 1] for i in more}
    return replace(seen, rows=tuple(rows)), tuple(i for i, place in enumerate(kept, 1) if place in loose)


def _places(truth: Table, sent: Table) -> list[int] | None:
    """For each row of the truth the row of `sent` that it is of: all of them, or some unchanged, in order."""
    if len(truth.rows) == len(sent.rows):
        return list(range(len(sent.rows))) if _in_one_order(truth, sent) else None
    if truth.columns != sent.columns:
        return None
    found: list[int] = []
    ahead = iter(enumerate(sent.rows))
    for row in truth.rows:
        place = next((i for i, other in ahead if other == row), None)
        if place is None:
            return None
        found.append(place)
    return found


def _in_one_order(truth: Table, sent: Table) -> bool:
    """Whether most columns that both have are the same from row to row: a fault changes few of them."""
    common = [c for c in truth.columns if c in sent.columns]
    return 2 * sum(truth.values(c) == sent.values(c) for c in common) > len(common)


def _changed(row: Cells, seen: Table, before: Cells, after: Cells, sent: Table) -> Cells | None:
    """`row` with the cells that are `after` and were not so `before`; `None` where it has no such column."""
    if len(before) != len(after):
        return None
    told = {c: b for c, a, b in zip(sent.columns, before, after, strict=True) if a != b}
    if not set(told) <= set(seen.columns):
        return None
    return tuple(told.get(c, cell) for c, cell in zip(seen.columns, row, strict=True))
