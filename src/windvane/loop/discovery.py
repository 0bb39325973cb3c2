"""Anomalies that stay: what people confirm delivery after delivery is no fault but news, and is said as such."""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.change import Admit
from windvane.domain.decision import Decision
from windvane.domain.entry import Note
from windvane.domain.plan import Plan
from windvane.domain.rule import ALLOWED
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook

PERSISTS = 3  # deliveries in a row that come with it
WHAT = "discovery"  # of the note
_SEGMENT = frozenset({"accepted_values", "category_share", "segments"})
_REGIME = frozenset({
    "continuity", "distribution", "volume", "extremes", "null_share", "sign_share", "range", "freshness", "hours",
    "point_mass",
})  # fmt: skip


class Alarm(NamedTuple):
    """A check that broke on some columns of a source, and whose delivery a person let in all the same."""

    source: str
    check: str
    columns: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`segment` (things that were not there before) or `regime` (the same things at another level)."""
        return "segment" if _rule(self.check) in _SEGMENT else "regime"


def news(crew: Crew) -> tuple[str, ...]:
    """Say and write down, once, what has come with the last deliveries of a source although nothing else is wrong.

    A delivery counts when a person, or a rule of theirs, let it in and it broke no check but of levels and shares:
    every key, reference and arithmetic held. What came into other tables too, in the same time, stands beside it.
    """
    book = Logbook(crew.ledger)
    streaks = _streaks(book)
    found = []
    for alarm, decisions in streaks.items():
        key = f"{WHAT}:{alarm.source}:{alarm.check}:{','.join(alarm.columns)}"
        if len(decisions) < PERSISTS or crew.ledger.find(key) is not None:
            continue
        text = _told(alarm, decisions, _beside(alarm, decisions, streaks))
        because = tuple(f"approved:{book.decisions[d].plan}" for d in decisions)
        crew.write(key, Note(what=WHAT, detail=text), actor="windvane", step="learn", because=because)
        crew.say("learn", f"discovered: {text}", subject=alarm.source, level="good")
        found.append(text)
    return tuple(found)


def _streaks(book: Logbook) -> dict[Alarm, tuple[str, ...]]:
    """The decisions, without a delivery of the source between them that came without the alarm, up to the newest."""
    streaks: dict[Alarm, tuple[str, ...]] = {}
    for decision in book.decisions.values():
        plan = book.plans.get(decision.plan)
        if plan is None or decision.verdict.outcome != "promote" or decision.undoes:
            continue
        for source in {c.batch.source for c in plan.changes if isinstance(c, Admit)}:
            here = _alarms(book, decision, plan, source)
            for gone in [a for a in streaks if a.source == source and a not in here]:
                del streaks[gone]
            for alarm in here:
                streaks[alarm] = (*streaks.get(alarm, ()), decision.id)
    return streaks


def _alarms(book: Logbook, decision: Decision, plan: Plan, source: str) -> frozenset[Alarm]:
    """What a delivery that a person let in as it came broke, when all of it is a matter of levels and shares."""
    confirmed = any(r.rule in ("a person approved", ALLOWED) for r in decision.verdict.reasons)
    trial = book.trials.get(decision.plan)
    if not confirmed or trial is None or plan.serves.startswith("repair "):
        return frozenset()
    broken = [c for c in trial.checks if not c.passed and c.severity == "block"]
    if any(_rule(c.check) not in _SEGMENT | _REGIME for c in broken):
        return frozenset()
    return frozenset(Alarm(source, c.check, tuple(sorted(set(c.broken.split("`")[1:2])))) for c in broken)


def _beside(alarm: Alarm, decisions: tuple[str, ...], streaks: dict[Alarm, tuple[str, ...]]) -> tuple[str, ...]:
    """Alarms of other sources that were confirmed in the same time, as words."""
    first, last = _number(decisions[0]), _number(decisions[-1])
    return tuple(
        f"{_named(other)} ({', '.join(there)})"
        for other, there in streaks.items()
        if other.source != alarm.source and any(first - 2 <= _number(d) <= last + 2 for d in there)
    )


def _told(alarm: Alarm, decisions: tuple[str, ...], beside: tuple[str, ...]) -> str:
    new = "a new segment" if alarm.kind == "segment" else "a new regime"
    where = f"; so has {' and '.join(beside)}" if beside else "; no other table has it"
    use = "a segment to count by" if alarm.kind == "segment" else "a feature: before and since"
    text = f"{new} in {_named(alarm)}: it stayed over {len(decisions)} deliveries ({', '.join(decisions)}), every key, "
    return f"{text}reference and sum held{where}; worth {use}"


def _named(alarm: Alarm) -> str:
    return f"{alarm.source} {', '.join(f'`{c}`' for c in alarm.columns)}".strip()


def _rule(check: str) -> str:
    return next((p for p in check.split(".")[2:3]), "")


def _number(decision: str) -> int:
    return int(decision.partition("-")[2])
