"""Proposes checks; sees everything, writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.agents.inspector.around import around
from windvane.agents.inspector.known import Looked, sources_of, table_of
from windvane.domain.change import Put
from windvane.domain.estate import Check, Contract, Model, Ref
from windvane.domain.finding import Finding
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.quality.budget import TOTAL
from windvane.stack.quality.suite import suite


class Inspector:
    """An `Agent` that turns profiles, findings and history into checks."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:  # noqa: ARG002
        """Nothing: what is to be seen, the scout says."""
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan that puts every contract without checks again, with checks; none when all have them."""
        left: dict[str, float] = {}
        made = tuple(self._checked(scene, left))
        if not made:
            return ()
        count = sum(len(c.checks) for c in made)
        return (
            Plan(
                incident=scene.incident.id if scene.incident else "",
                proposer="inspector",
                title=f"Add {count} checks to {len(made)} contracts",
                base=scene.estate.fingerprint(),
                changes=tuple(Put(asset=c) for c in made),
                rationale=_rationale(made, TOTAL - min(left.values(), default=TOTAL)),
                evidence=tuple(f"{k.name}: {k.why}" for c in made for k in c.checks),
                serves="checks",
            ),
        )

    def _checked(self, scene: Scene, left: dict[str, float]) -> Iterator[Contract]:
        """Contracts with their checks, staging first; `left` is what remains of the budget of each source."""
        waiting = [c for c in scene.estate.of(Contract) if isinstance(c, Contract) and not c.checks]
        looked: Looked = {}
        for contract in sorted(waiting, key=_layer):
            if not isinstance(scene.estate.find(Ref(kind="model", name=contract.relation)), Model):
                continue
            table = table_of(scene, contract, looked)
            if table is None:
                continue
            sources = sources_of(scene, contract.relation)
            table = around(scene, table, looked)
            checks = suite(table, total=min((left.get(s, TOTAL) for s in sources), default=TOTAL))
            left |= {s: left.get(s, TOTAL) - bound_of(checks) for s in sources}
            if checks:
                yield replace(contract, checks=checks)


def bound_of(checks: tuple[Check, ...]) -> float:
    """Upper bound on the share of benign batches that any of `checks` stops (sum of the bounds of those that block)."""
    return sum(c.false_alarm_bound for c in checks if c.severity == "block")


def _layer(contract: Contract) -> tuple[int, str]:
    layer = contract.relation.partition(".")[0]
    return {"staging": 0, "core": 1}.get(layer, 2), contract.relation


def _rationale(made: tuple[Contract, ...], spent: float) -> str:
    blocking = sum(1 for c in made for k in c.checks if k.severity == "block")
    return (
        f"{blocking} of the checks stop a batch, the others only warn. Together they stop at most {spent:.2%} of the "
        f"benign batches of any source (budget {TOTAL:.1%}: bounds summed over the checks that its batches meet)."
    )
