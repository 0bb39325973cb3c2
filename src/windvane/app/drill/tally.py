"""Adds up the scores of a drill: by class, with how sure a zero is, and in one line."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.drill.judging import Score
from windvane.domain.fault import CLASSES
from windvane.domain.record import Record


class Row(Record):
    """What became of the cases of one class."""

    kind: str
    cases: int
    detected: int
    named: int
    placed: int
    right: int
    healed: int
    held: int
    wrongly_held: int
    corrupted: int
    lost: int
    harmed: int
    unseeable: int


def rows(scores: tuple[Score, ...]) -> tuple[Row, ...]:
    """One row for each class that has cases, controls last."""
    found = ((kind, tuple(s for s in scores if s.kind == kind)) for kind in CLASSES)
    return tuple(_row(kind, some) for kind, some in found if some)


def _row(kind: str, scores: tuple[Score, ...]) -> Row:
    return Row(
        kind=kind,
        cases=len(scores),
        detected=sum(s.detected for s in scores),
        named=sum(s.named for s in scores),
        placed=sum(s.placed for s in scores),
        right=sum(s.right for s in scores),
        healed=sum(s.right and s.got in ("heal", "publish", "quarantine") for s in scores),
        held=sum(s.held for s in scores),
        wrongly_held=sum(s.wrongly_held for s in scores),
        corrupted=sum(s.corrupted for s in scores),
        lost=sum(s.lost for s in scores),
        harmed=sum(s.harmed for s in scores),
        unseeable=sum(s.unseeable > 0 for s in scores),
    )


def told(scores: tuple[Score, ...]) -> Iterator[str]:
    """The table by class, and how far a zero can be trusted."""
    yield (
        f"{'class':<15}{'cases':>6}{'detected':>9}{'class':>7}{'place':>7}{'right':>7}{'healed':>7}{'held':>6}"
        f"{'wrongly':>8}{'corrupted':>10}{'lost':>6}{'harmed':>7}"
    )
    for r in rows(scores):
        yield (
            f"{r.kind:<15}{r.cases:>6}{r.detected:>9}{r.named:>7}{r.placed:>7}{r.right:>7}{r.healed:>7}{r.held:>6}"
            f"{r.wrongly_held:>8}{r.corrupted:>10}{r.lost:>6}{r.harmed:>7}"
        )
    faults = [s for s in scores if not s.control]
    controls = [s for s in scores if s.control]
    for what, bad, of in (
        ("faults with a corrupted cell", [s for s in faults if s.corrupted], faults),
        ("faults with a lost row", [s for s in faults if s.lost], faults),
        ("faults with a harmed cell", [s for s in faults if s.harmed], faults),
        ("faults held that need no person", [s for s in faults if s.wrongly_held], faults),
        ("controls stopped", [s for s in controls if not s.right], controls),
    ):
        yield f"{what}: {len(bad)} of {len(of)} ({bound(len(bad), len(of))})"
    blind = sum(s.unseeable > 0 for s in faults)
    yield f"faults that nothing in the data tells from a good day, shown as delivered: {blind} of {len(faults)}"
    asked, fired = sum(s.checks for s in controls), sum(s.fired for s in controls)
    yield f"checks fired on controls: {fired:,} of {asked:,}"


def bound(bad: int, of: int) -> str:
    """The share, or what it is at most with 95 % confidence when it never happened (the rule of three)."""
    if not of:
        return "none played"
    return f"{bad / of:.1%}" if bad else f"at most {min(1.0, 3 / of):.1%}"


def summary(scores: tuple[Score, ...]) -> str:
    """All in one line."""
    faults = [s for s in scores if not s.control]
    controls = [s for s in scores if s.control]
    many = max(1, len(faults))
    asked = max(1, sum(s.checks for s in controls))
    healed = sum(s.right and (s.got == "heal" or (s.got == "publish" and s.wanted[0] == "heal")) for s in faults)
    return (
        f"cases={len(faults)} corrupted={sum(s.corrupted for s in scores)} lost={sum(s.lost for s in scores)} "
        f"harmed={sum(s.harmed for s in scores)} right={sum(s.right for s in faults) / many:.4f} "
        f"false_alarms={sum(s.fired for s in controls) / asked:.5f} healed={healed / many:.3f} "
        f"held={sum(s.got in ('hold', 'refuse') for s in faults) / many:.3f} "
        f"wrongly_held={sum(s.wrongly_held for s in faults) / many:.3f}"
    )
