"""How a remedy loses the freedom to act alone, where, and how it earns it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from windvane.adapters.ledger import Ledger
from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.decision import Decision, Outcome, Reason, Verdict
from windvane.domain.entry import Body, Decided, Proposed, Steering, Step
from windvane.domain.plan import Plan
from windvane.loop import trust
from windvane.loop.logbook import Logbook


class Story:
    """Decisions as the ledger holds them."""

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger(path / "ledger.sqlite")
        self._count = 0

    def decided(self, plan: Plan, outcome: Outcome = "promote", *, undoes: str = "") -> str:
        self._count += 1
        verdict = Verdict(outcome=outcome, reasons=(Reason(rule="r", held=True, detail=""),))
        name, key = f"D-{self._count}", plan.fingerprint()
        made = Decision(id=name, incident="", plan=key, title=plan.title, proposer=plan.proposer, verdict=verdict,
                        undoes=undoes)  # fmt: skip
        self._write(f"plan:{key}", Proposed(plan=plan), "propose")
        self._write(f"decision:{name}", Decided(decision=made), "gate")
        return name

    def undone(self, decision: str) -> str:
        return self.decided(_plan("person", "x", number=900 + self._count, serves=""), undoes=decision)

    def approved(self, plan: Plan) -> None:
        name = self.decided(plan, "escalate")
        self._write(f"approve:{name}", Steering(act="approve", about=name), "steer")

    def lost(self, plan: Plan) -> str:
        return trust.lost(Logbook(self.ledger), plan)

    def _write(self, key: str, body: Body, step: Step) -> None:
        self.ledger.append(actor="x", step=step, key=key, body=body)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.ledger.close()


def _plan(proposer: str, source: str, *, number: int = 0, serves: str = "repair it") -> Plan:
    batch = Batch(
        id=f"{source}-{number}", source=source, delivery="f", digest="", landed_at="", rows_read=0, accepted=0
    )
    return Plan(incident="", proposer=proposer, title=f"{number}", base="", changes=(Admit(batch=batch),),
                rationale="", serves=serves)  # fmt: skip


def test_a_remedy_acts_alone_until_it_is_regretted(story: Story) -> None:
    story.decided(_plan("alias", "orders", number=1))
    assert story.lost(_plan("alias", "orders", number=2)) == ""
    story.undone("D-1")
    assert story.lost(_plan("alias", "orders", number=2)) == (
        "`alias` was taken back in D-1; it asks until 3 more are approved"
    )
    assert story.lost(_plan("unit_factor+alias", "orders", number=2)), "a part of a repair counts like the whole"


def test_one_regret_costs_nothing_elsewhere_and_two_cost_it_everywhere(story: Story) -> None:
    for number, source in enumerate(("orders", "rates"), 1):
        story.decided(_plan("alias", source, number=number))
    story.undone("D-1")
    assert not story.lost(_plan("alias", "rates"))
    assert not story.lost(_plan("unit_factor", "orders")), "other remedies keep theirs"
    assert not story.lost(_plan("ingester", "orders", serves="")), "and a plain delivery is no repair"
    story.undone("D-2")
    assert story.lost(_plan("alias", "a third"))


def test_three_approvals_earn_it_back_and_two_do_not(story: Story) -> None:
    story.decided(_plan("alias", "orders", number=1))
    story.undone("D-1")
    story.approved(_plan("alias", "rates", number=2))
    for number in (3, 4):
        story.approved(_plan("alias", "orders", number=number))
    assert "until 1 more" in story.lost(_plan("alias", "orders", number=9)), "approvals in another source do not count"
    story.approved(_plan("alias", "orders", number=5))
    assert not story.lost(_plan("alias", "orders", number=9))


def test_a_regret_that_is_taken_back_is_none(story: Story) -> None:
    story.decided(_plan("alias", "orders", number=1))
    undo = story.undone("D-1")
    story.undone(undo)
    assert not story.lost(_plan("alias", "orders", number=2))
