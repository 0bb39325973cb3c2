"""Makes production again from what raw and the ledger hold, when the warehouse file is lost or damaged."""

from __future__ import annotations

from collections.abc import Mapping

from windvane.adapters.warehouses.sqlmesh.storefile import insert
from windvane.adapters.warehouses.sqlmesh.transition import Transition
from windvane.domain.decision import Verdict
from windvane.domain.ports import Commit, Value
from windvane.domain.run import Trial


class Rebuild(Transition):
    """A transition that commits the promotions of old instead of a new one: nothing is decided anew."""

    keeps: tuple[Commit, ...] = ()
    admitted_by: Mapping[str, str]

    def deciding(self, trial: Trial, verdict: Verdict) -> list[list[Value]]:  # noqa: ARG002
        """The rows of `windvane.commits` as they were; batches get back the decision that admitted them."""
        cursor = self._builder.cursor
        cursor.execute("CREATE OR REPLACE TEMP TABLE by_decision (batch VARCHAR, decision VARCHAR)")
        insert(cursor, "by_decision", [[batch, decision] for batch, decision in self.admitted_by.items()])
        cursor.execute(
            "UPDATE windvane.admitted AS a SET decision = b.decision FROM by_decision AS b WHERE a.batch = b.batch"
        )
        cursor.execute("DROP TABLE by_decision")
        return [[c.plan, c.decision, c.at, c.content] for c in self.keeps]
