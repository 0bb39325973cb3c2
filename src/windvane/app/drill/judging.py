"""Scores one case: what was done, whether that was right, and whether readers saw a wrong value at any cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from windvane.app.drill.base import Base
from windvane.app.drill.case import Outcome
from windvane.app.drill.compare import Difference, difference, plain_row
from windvane.app.drill.oracle import Oracle, Relation
from windvane.domain.estate import Contract, Ref
from windvane.domain.fault import Class, Fault, Injection, Truth
from windvane.domain.ports import Row
from windvane.domain.record import Record
from windvane.domain.table import Table

_HELD = ("hold", "refuse", "stopped")  # a run that stops and says why leaves readers what they have
_SHOWN = ("heal", "quarantine", "publish")
_NATURES = {  # what a fault of a class may be called; two stories that fit may both be told
    "schema": ("schema", "data"),
    "file": ("data", "schema", "infrastructure"),
    "value": ("data", "schema", "real"),
    "key": ("data", "schema", "real"),
    "time": ("data", "real"),
    "infrastructure": ("infrastructure", "data"),
}


class Score(Record):
    """One case, judged. `wanted`: decisions that are right, the best first; `got`: what was done."""

    fault: str
    id: str
    kind: Class
    base: str
    seed: int
    source: str
    said: str
    wanted: tuple[str, ...]
    got: str
    right: bool
    detected: bool
    named: bool  # what is said of its nature fits
    placed: bool
    corrupted: int = 0
    unseeable: int = 0  # wrong cells of a batch that nothing in the data tells from a good one
    lost: int = 0
    harmed: int = 0
    why: str = ""
    checks: int = 0  # asked, and of those fired
    fired: int = 0
    cpu_s: float = 0.0

    @property
    def control(self) -> bool:
        """Whether nothing was wrong."""
        return self.kind == "control"

    @property
    def held(self) -> bool:
        """Whether readers keep the last good version, and it is said."""
        return self.got in _HELD

    @property
    def wrongly_held(self) -> bool:
        """Whether a person is asked about what needs no person."""
        return (self.held or self.got == "stuck") and "hold" not in self.wanted


class Wrong(Record):
    """What readers see that is not right."""

    corrupted: int = 0
    missing: int = 0
    harmed: int = 0
    aside: frozenset[int] = frozenset()  # rows of the target's table that were put aside with a reason
    where: tuple[str, ...] = ()


def judge(
    fault: tuple[str, Fault], injection: Injection, outcome: Outcome, *, base: Base, oracle: Oracle, seed: int
) -> Score:
    """The score of an outcome."""
    name, what = fault
    truth = injection.truth
    source = truth.place.partition(".")[0]
    got = _got(outcome, source)
    wrong = _wrong(injection, outcome, base=base, oracle=oracle)
    seen = _seen(wrong, truth)
    lost = _lost(injection, outcome)
    right = any(_right(r, got, seen) for r in truth.rights) and not lost and (truth.unseeable or not wrong.corrupted)
    if got in _SHOWN and truth.rights[0] in ("heal", "nothing", "notice"):
        right = right and _others_came(injection, outcome, source, base)
    asked = [c for t in outcome.trials for c in t.checks]
    return Score(
        fault=name,
        id=what.id,
        kind=what.kind,
        base=base.name,
        seed=seed,
        source=source,
        said=injection.said,
        wanted=truth.rights,
        got=got,
        right=right,
        detected=got != "publish" or (wrong.corrupted == 0 and "nothing" not in truth.rights),
        named=_named(what.kind, source, outcome),
        placed=_placed(source, outcome, got),
        corrupted=0 if truth.unseeable else wrong.corrupted,
        unseeable=wrong.corrupted if truth.unseeable else 0,
        lost=lost,
        harmed=wrong.harmed,
        why="; ".join((*wrong.where, *_told(outcome))),
        checks=len(asked),
        fired=sum(not c.passed and c.severity == "block" for c in asked),
        cpu_s=outcome.cpu_s,
    )


def _got(outcome: Outcome, source: str) -> str:
    visible = outcome.batches(source, "visible")
    if visible:
        if source in outcome.healed:
            return "heal"
        return "quarantine" if any(b.quarantined for b in visible) else "publish"
    if outcome.batches(source, "waiting"):
        return "hold"
    said = [s for s in outcome.signals if s.kind == "stray" or s.subject == source]
    if any(s.kind in ("unreadable", "missing", "stray") for s in said):
        return "refuse"
    if outcome.errors:
        return "failed" if any(e.startswith("traceback") for e in outcome.errors) else "stopped"
    return "stuck" if outcome.batches(source, "pending", "refused", "withdrawn") else "skip"


def _seen(wrong: Wrong, truth: Truth) -> str:
    """Whether readers see the `whole` truth, all but rows put `aside` that may be, or something `else`."""
    if truth.unseeable or (wrong.corrupted == 0 and wrong.missing == 0):
        return "whole"
    fair = wrong.aside <= set(truth.aside) and wrong.missing == len(wrong.aside)
    return "aside" if wrong.corrupted == 0 and fair else "else"


def _right(wanted: str, got: str, seen: str) -> bool:
    """Whether what was done is what is `wanted`; what counts as done is what readers see."""
    if wanted == "hold":
        return got in _HELD
    if wanted == "skip":
        return got == "skip"
    return got in _SHOWN and (seen == "whole" or (wanted == "quarantine" and seen == "aside"))


def _wrong(injection: Injection, outcome: Outcome, *, base: Base, oracle: Oracle) -> Wrong:
    tables = _arrived(injection, outcome)
    oracle.day(tables)
    cores = [d for d in _differences(base, outcome, oracle) if d.relation.startswith("core.")]
    aside = {d.relation: _aside(d, outcome, base, oracle) for d in cores if d.missing}
    put = {name.partition(".")[2]: rows for name, rows in aside.items() if rows}
    if put:
        oracle.day(tables, without=put)
    found = _differences(base, outcome, oracle)
    target = injection.truth.place.partition(".")[0]
    aside_there = bool(put.get(target)) or any(b.quarantined for b in outcome.batches(target, "visible"))
    waiting = _waiting(base, target, put) if aside_there else set()
    missing = sum(len(d.missing) for d in cores if d.relation.partition(".")[2] not in waiting)
    unexplained = sum(len(d.missing) * d.width for d in found)
    return Wrong(
        corrupted=sum(d.corrupted for d in found) + unexplained,
        missing=missing,
        aside=put.get(target, frozenset()),
        harmed=sum(_harmed(d, injection) for d in found),
        where=tuple(_where(d) for d in found if d.corrupted or d.missing),
    )


def _waiting(base: Base, target: str, put: Mapping[str, frozenset[int]]) -> set[str]:
    """The sources some of whose rows wait because what they refer to was put aside in `target`."""
    children = {s.source for s in base.world.shapes for t in s.traits if t.refers.partition(".")[0] == target}
    return {source for source in children if put.get(source)}


def _arrived(injection: Injection, outcome: Outcome) -> tuple[Table, ...]:
    """What is true of the deliveries that are visible; where a source has several, each is asked for by its name."""
    seen = {(b.source, b.delivery) for fate, b in outcome.fates if fate == "visible"}
    sources = Counter(t.source for t in injection.truth.tables)
    return tuple(
        t
        for t in injection.truth.tables
        if (t.source, t.file) in seen or (sources[t.source] == 1 and t.source in {s for s, _ in seen})
    )


def _differences(base: Base, outcome: Outcome, oracle: Oracle) -> list[Difference]:
    there = dict(outcome.relations)
    found: list[Difference] = []
    for name in oracle.relations:
        known = base.shown.get(name)
        if not known:
            continue
        columns = tuple(c for c in known if not c.startswith("_"))
        right = oracle.relation(name, columns)
        if name not in there or not set(columns) <= set(there[name]):
            found.append(Difference(name, extra=1, width=len(columns)))
            continue
        seen = outcome.published(name, columns)
        found.append(difference(right, Relation(name, columns, seen.rows, right.key)))
    return found


def _aside(d: Difference, outcome: Outcome, base: Base, oracle: Oracle) -> frozenset[int]:
    """Rows of the day that are missing because they were put aside with a reason, as their ordinals."""
    source = d.relation.partition(".")[2]
    batches = outcome.batches(source, "visible")
    if len(d.missing) > sum(b.quarantined + b.suppressed for b in batches):
        return frozenset()
    contract = base.estate.find(Ref(kind="contract", name=d.relation))
    key = contract.key if isinstance(contract, Contract) else ()
    columns = tuple(c for c in base.shown[d.relation] if not c.startswith("_"))
    found = oracle.places(source, key if key and set(key) <= set(columns) else columns)
    ordinals: dict[Row, int] = {plain_row(k): v for k, v in found.items()}
    return frozenset(ordinals[m] for m in d.missing if m in ordinals)


def _harmed(d: Difference, injection: Injection) -> int:
    """Wrong cells that the fault did not touch."""
    source, _, column = injection.truth.place.partition(".")
    if not d.relation.startswith("core.") or not column:
        return 0
    return sum(c != column or d.relation != f"core.{source}" for _, c in d.wrong)


def _where(d: Difference) -> str:
    columns = ",".join(sorted({c for _, c in d.wrong}))
    told = [f"{len(d.wrong)} wrong cells in {columns}"] if d.wrong else []
    told += [f"{d.extra} rows too many"] if d.extra else []
    told += [f"{len(d.missing)} rows missing"] if d.missing else []
    return f"{d.relation}: {', '.join(told)}"


def _lost(injection: Injection, outcome: Outcome) -> int:
    """Rows that were sent and are nowhere: neither accepted, nor aside, nor in a file that was refused as a whole."""
    read = {(b.source, b.delivery): b.rows_read for _, b in outcome.fates}
    newest: dict[tuple[str, str], int] = {}
    for wave in injection.waves:
        newest |= {(s.source, s.name): s.rows for s in wave if s.rows >= 0}
    return sum(max(0, rows - read[place]) for place, rows in newest.items() if place in read)


def _others_came(injection: Injection, outcome: Outcome, source: str, base: Base) -> bool:
    """Whether the sound deliveries of the day are visible too; those that refer to the broken one may wait for it."""
    others = {s.source for wave in injection.waves for s in wave} - {source}
    if any(b.quarantined for b in outcome.batches(source, "visible")):
        others -= {s.source for s in base.world.shapes for t in s.traits if t.refers.partition(".")[0] == source}
    return all(outcome.batches(s, "visible") for s in others if any(t.source == s for t in injection.truth.tables))


def _named(kind: Class, source: str, outcome: Outcome) -> bool:
    """Whether what is said of the source's incidents is of a nature that fits the fault; nothing said is not wrong."""
    about = [i for i in outcome.incidents if source in _words((i.place, *(s.subject for s in i.signals)))]
    natures = {i.nature for i in about if i.nature}
    return not natures or bool(natures & set(_NATURES.get(kind, tuple(natures))))


def _words(places: Iterable[str]) -> set[str]:
    return {word for place in places for word in place.replace(".", " ").split()}


def _placed(source: str, outcome: Outcome, got: str) -> bool:
    if got in ("publish", "skip"):
        return True
    subjects = {p for i in outcome.incidents for p in (i.place, *(s.subject for s in i.signals))}
    return source in _words(subjects | {s.subject for s in outcome.signals})


def _told(outcome: Outcome) -> tuple[str, ...]:
    """Why it was held, in the words of the gate."""
    told = [
        f"{d.id} {d.title}: " + "; ".join(r.detail for r in d.verdict.reasons if not r.held)
        for d, plan in outcome.decisions
        if d.verdict.outcome != "promote"
    ]
    told += [f"{s.subject}: {s.observed}" for s in outcome.signals if s.kind == "unreadable"]
    aside = [b for fate, b in outcome.fates if b.quarantined]
    told += [f"{b.source}: {b.quarantined} of {b.rows_read} rows quarantined" for b in aside]
    return (*told, *outcome.errors)
