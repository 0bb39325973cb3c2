"""References spelled otherwise: `42` for `0042`, blanks, another case; one way of spelling finds all counterparts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Reference
from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading

MOST = 500_000  # keys looked at


class PadKey:
    """Needs: one normaliser under which every orphan of the batch has a counterpart and no two keys become one.

    Touches the referring column in this batch. Verified by every check, the one for orphans among them.
    """

    cause = "respelled_key"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan per reference whose orphans all come home one way only."""
        case = case_of(scene)
        if case is None or scene.reader is None:
            return ()
        linked = {r.columns[0]: r for r in case.contract.references if len(r.columns) == 1}
        wanted = [linked[n] for n in case.broken("orphans", "references") if n in linked]
        fixes = tuple(f for r in wanted if (f := _fix(case, r)) is not None)
        if not fixes or len(fixes) != len(wanted):
            return ()
        claim = Claim(
            proposer="pad_key",
            title=f"Spell {', '.join(f'`{f.column}`' for f in fixes)} as its counterpart does in {case.source}",
            rationale="Spelled one way, every arriving reference finds its counterpart, and no two become one.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, reference: Reference) -> Fix | None:
    (column,), (target,) = reference.columns, reference.to_columns
    cast = case.cast(column)
    parents = _parents(case, reference.to, target)
    if cast is None or not cast.type.startswith("varchar") or not parents:
        return None
    rows = case.rows(
        f"SELECT DISTINCT {quote(column)} FROM {case.arriving()} WHERE {quote(column)} IS NOT NULL LIMIT {MOST}"
    )
    values = [str(r[0]) for r in rows]
    sizes = {len(p) for p in parents}
    found = []
    for told, text, apply in _ways(case.text(column), sizes.pop() if len(sizes) == 1 else 0):
        made = [apply(v) for v in values]
        if set(made) <= parents and len(set(made)) == len(values):
            found.append((told, text, tuple(made)))
    if not found or len({made for *_, made in found}) != 1:
        return None
    told, text, _ = found[0]
    return Fix(column, text, f"{told} finds all {len(values):,} in `{reference.to}`")


def _parents(case: Case, relation: str, column: str) -> set[str]:
    reader = case.scene.reader
    try:
        rows = reader.rows(f"SELECT DISTINCT {quote(column)} FROM {relation} LIMIT {MOST}") if reader else []
    except WindvaneError:
        return set()
    return {str(r[0]) for r in rows if r[0] is not None}


def _ways(text: str, width: int) -> Iterator[tuple[str, str, Callable[[str], str]]]:
    """(in words, SQL, the same in Python) of each normaliser."""
    yield "without blanks", f"TRIM({text})", str.strip
    yield "in capitals", f"UPPER(TRIM({text}))", lambda v: v.strip().upper()
    yield "in small letters", f"LOWER(TRIM({text}))", lambda v: v.strip().lower()
    bare = f"LTRIM(TRIM({text}), '0')"
    yield "without leading zeros", bare, lambda v: v.strip().lstrip("0")
    if width:
        zeros = "0" * width
        padded = f"SUBSTRING('{zeros}' || TRIM({text}), LENGTH(TRIM({text})) + 1, {width})"
        keep = f"CASE WHEN LENGTH(TRIM({text})) <= {width} THEN {padded} ELSE {text} END"
        yield f"with zeros to {width} letters", keep, lambda v: v.strip().rjust(width, "0")


def remedy() -> Remedy:
    """The remedy."""
    return PadKey()
