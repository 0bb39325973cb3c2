"""A hand-made ledger: a build with a rival, a healed rename, a held price jump, and names that attack."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.adapters.ledger import Ledger
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, Withdraw
from windvane.domain.decision import Decision, Flip, Lesson, Reason, Release, Verdict
from windvane.domain.entry import (
    Body,
    Decided,
    Diagnosed,
    Entry,
    Found,
    Landed,
    Learned,
    Note,
    Noticed,
    Promoted,
    Proposed,
    Steering,
    Tried,
    Understood,
)
from windvane.domain.estate import Model, Product, Source
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.incident import Hypothesis, Incident, Signal
from windvane.domain.plan import Effect, Plan
from windvane.domain.run import CheckResult, Measurement, Trial

EVIL = 'price "\U0001f986" \x1b[31mred\x1b]0;title\x07\n  undo: rm -rf ~ \u202egnp.exe\u202c'
GOAL = Goal(sentence="average price per fund and month", measure="prices.price", aggregate="avg", entities=("fund",))
STAGING = "MODEL (name staging.prices);\n\nSELECT\n  CAST(p AS decimal(18, 6)) AS price\nFROM src.prices\n"
HEALED = STAGING.replace("CAST(p ", "CAST(COALESCE(p, preis) ")


@dataclass
class Writer:
    """Writes lines one minute apart, each following from those named."""

    ledger: Ledger
    lines: int = 0

    def __call__(self, step: str, actor: str, body: Body, *because: Entry) -> Entry:
        self.lines += 1
        seqs = tuple(e.seq for e in because)
        return self.ledger.append(actor=actor, step=step, key=f"line:{self.lines}", body=body, because=seqs)  # type: ignore[arg-type]


def batch(name: str, rows: int, quarantined: int = 0, delivery: str = "") -> Batch:
    return Batch(
        id=f"prices-{name}",
        source="prices",
        delivery=delivery or f"{name}.csv",
        digest="ab" * 32,
        landed_at="2026-11-23T08:00:00Z",
        rows_read=rows,
        accepted=rows - quarantined,
        quarantined=quarantined,
        quarantine_path=f".windvane/raw/quarantine/prices-{name}.parquet" if quarantined else "",
    )


def trial(plan: Plan, *moved: tuple[str, float | None, float], **more: object) -> Trial:
    return Trial(
        plan=plan.fingerprint(),
        environment="trial",
        before=tuple(Measurement(name=n, value=b) for n, b, _ in moved),
        after=tuple(Measurement(name=n, value=a) for n, _, a in moved),
        **more,  # type: ignore[arg-type]
    )


def decision(name: str, plan: Plan, verdict: Verdict) -> Decision:
    return Decision(
        id=name,
        incident=plan.incident,
        plan=plan.fingerprint(),
        title=plan.title,
        proposer=plan.proposer,
        verdict=verdict,
    )


def release(name: str, made: Decision, replaced: str, *relations: str, batches: tuple[str, ...] = ()) -> Release:
    return Release(
        id=name,
        decision=made.id,
        plan=made.plan,
        estate="e" * 16,
        relations=relations,
        batches=batches,
        replaced=replaced,
    )


def passed(*checks: str) -> tuple[CheckResult, ...]:
    return tuple(CheckResult(check=c, relation="staging.prices", severity="block", passed=True) for c in checks)


HELD = Reason(rule="every check holds", held=True, detail="2 of 2 checks passed")
PROMOTE = Verdict(outcome="promote", reasons=(HELD,))


def build(write: Writer) -> None:
    """Lines 1 to 18: the first run builds layers and chooses one of two marts."""
    write("steer", "person", Steering(act="init", detail="./prices"))
    write("sense", "windvane", Understood(goal=GOAL))
    first = write("sense", "ingester", Landed(batch=batch("0001", 1000, 12, delivery=EVIL)))
    signal = Signal(kind="goal_unserved", subject="layers", expected="models", observed="prices")
    noticed = write("sense", "windvane", Noticed(signal=signal), first)
    claim = Finding(by="scout", subject="prices", claim="key", value="date,fund", confidence=0.995, evidence="unique")
    write("sense", "scout", Found(findings=(claim,)), first)
    open_gap = write("diagnose", "windvane", Diagnosed(incident=Incident(id="I-1", signals=(signal,))), noticed)
    layers = Plan(
        incident="I-1",
        proposer="architect",
        title="Build staging.prices",
        base="b" * 16,
        changes=(
            Put(asset=Source(name="prices", connector="files", location="./prices")),
            Put(asset=Model(name="staging.prices", text=STAGING)),
            Admit(batch=batch("0001", 1000, 12, delivery=EVIL)),
        ),
        rationale="prices has 1,000 rows and no model reads it.",
        predicted=(Effect(measure="rows staging.prices", expected=988.0),),
        cost=1.5,
    )
    tried = trial(layers, ("rows staging.prices", None, 988.0), checks=passed("unique", "not_null"), models_built=1)
    promote(write, "D-1", "R-1", layers, tried, "", open_gap, relations=("staging.prices",))
    rivals(write, open_gap)


def rivals(write: Writer, open_gap: Entry) -> None:
    wide, tall = (
        Plan(
            incident="I-1",
            proposer=who,
            title=f"Serve the goal with a {shape} mart",
            base="b" * 16,
            changes=(
                Put(asset=Model(name="mart.price", text=f"SELECT '{shape}'")),
                Put(asset=Product(name="price", kind="metric", relation="mart.price", goal=GOAL)),
            ),
            rationale=f"A {shape} table answers the goal.",
            predicted=(Effect(measure="rows mart.price", expected=24.0),),
            assumptions=("each month has a trading day",),
            serves="goal",
        )
        for who, shape in (("modeler", "tall"), ("llm", "wide"))
    )
    proposed = write("propose", "llm", Proposed(plan=tall), open_gap)
    bad = CheckResult(check="unique", relation="mart.price", severity="block", passed=False, broken="3 keys twice")
    measured = write(
        "trial", "warehouse", Tried(trial=trial(tall, ("rows mart.price", None, 3.0), checks=(bad,))), proposed
    )
    broke = Reason(rule="every check holds", held=False, detail="unique on mart.price: 3 keys twice")
    lost = decision("D-2", tall, Verdict(outcome="reject", reasons=(broke,)))
    write("gate", "gate", Decided(decision=lost), measured)
    tried = trial(
        wide, ("rows mart.price", None, 24.0), ("rows staging.prices", 988.0, 988.0), models_built=1, cpu_s=0.25
    )
    promote(write, "D-3", "R-2", wide, tried, "R-1", open_gap, relations=("mart.price",))


def promote(
    write: Writer,
    name: str,
    released: str,
    plan: Plan,
    tried: Trial,
    replaced: str,
    cause: Entry,
    relations: tuple[str, ...] = (),
    verdict: Verdict = PROMOTE,
) -> None:
    proposed = write("propose", plan.proposer, Proposed(plan=plan), cause)
    measured = write("trial", "warehouse", Tried(trial=tried), proposed)
    made = decision(name, plan, verdict)
    judged = write("gate", "gate", Decided(decision=made), measured)
    batches = tuple(c.batch.id for c in plan.changes if isinstance(c, Admit))
    out = Promoted(release=release(released, made, replaced, *relations, batches=batches))
    write("promote", "windvane", out, judged)
    said = tuple((e.measure, e.expected) for e in plan.predicted)
    got = tuple((m.name, m.value) for m in tried.after if m.value is not None and m.name in dict(said))
    lesson = Lesson(decision=name, proposer=plan.proposer, cause="", predicted=said, measured=got)
    write("learn", "windvane", Learned(lesson=lesson), judged)


def heal(write: Writer) -> None:
    """A column is renamed, to a name that attacks terminals; the healing is promoted as D-4."""
    landed = write("sense", "ingester", Landed(batch=batch("0002", 500)))
    signal = Signal(kind="schema_drift", subject="prices", expected="price", observed=EVIL, batch="prices-0002")
    noticed = write("sense", "windvane", Noticed(signal=signal), landed)
    stories = (
        Hypothesis(cause="removed", probability=0.02, ruled_out_by="a new column has the same values"),
        Hypothesis(cause="renamed", probability=0.98, evidence=("98 % of values in the known range", EVIL)),
    )
    incident = Incident(id="I-2", signals=(signal,), hypotheses=stories, cause="renamed", place="prices")
    told = write("diagnose", "windvane", Diagnosed(incident=incident), noticed)
    plan = Plan(
        incident="I-2",
        proposer="rename",
        title=f"Read `{EVIL}` as `price`",
        base="c" * 16,
        changes=(Put(asset=Model(name="staging.prices", text=HEALED)), Admit(batch=batch("0002", 500))),
        inverse=(Withdraw(batch=batch("0002", 500)), Put(asset=Model(name="staging.prices", text=STAGING))),
        rationale="One lost and one new column.\nThey have the same values.",
        evidence=("distance of profiles 0.01, runner-up 0.74",),
        predicted=(Effect(measure="rows staging.prices", expected=1488.0),),
        assumptions=("the new name stays",),
    )
    verdict = Verdict(
        outcome="promote",
        reasons=(HELD, Reason(rule="exactly one explanation", held=True, detail="margin 0.73")),
        flips=(Flip(fact="margin to the runner-up", at="below 0.3", then="escalate"),),
    )
    tried = trial(
        plan,
        ("rows staging.prices", 988.0, 1488.0),
        ("mean price", 101.25, 101.5),
        ("funds", 5.0, 5.0),
        checks=passed("unique", "not_null"),
        models_built=2,
        cpu_s=0.31,
    )
    promote(write, "D-4", "R-3", plan, tried, "R-2", told, ("staging.prices", "mart.price"), verdict)


def hold(write: Writer) -> None:
    """Every price times 1.08 is held as D-5; a delivery cannot be read; a third incident has no passing plan."""
    landed = write("sense", "ingester", Landed(batch=batch("0003", 500)))
    signal = Signal(kind="level_shift", subject="prices.price", observed="x 1.08", batch="prices-0003")
    stories = (
        Hypothesis(cause="real_move", probability=0.5),
        Hypothesis(cause="unit_change", probability=0.5, evidence=("the same factor in every row",)),
    )
    told = write(
        "diagnose", "windvane", Diagnosed(incident=Incident(id="I-3", signals=(signal,), hypotheses=stories)), landed
    )
    plan = Plan(
        incident="I-3",
        proposer="ingester",
        title="Admit prices-0003 with every price times 1.08",
        base="d" * 16,
        changes=(Admit(batch=batch("0003", 500)),),
        rationale="Price move or currency: the data cannot tell.",
        identifiable=False,
        options=("it is a price move", "it is another currency"),
    )
    proposed = write("propose", "ingester", Proposed(plan=plan), told)
    two = Reason(rule="exactly one explanation", held=False, detail="two stories fit the data")
    made = decision("D-5", plan, Verdict(outcome="escalate", reasons=(two,)))
    write("gate", "gate", Decided(decision=made), proposed)
    unread = Signal(kind="unreadable", subject="rates", expected="a readable file", observed="it is HTML")
    write("sense", "ingester", Noticed(signal=unread))
    write("learn", "windvane", Note(what="retried", detail="promote, disk was busy"))


def minute(many: int) -> str:
    return f"2026-11-23T08:{many % 60:02d}:00.000+00:00"
