"""Which of several arriving batches a broken check is about: asked again with fewer and fewer of them arriving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import duckdb

from windvane.adapters.warehouses.sqlmesh.measure import run_checks
from windvane.adapters.warehouses.sqlmesh.storefile import insert, rows
from windvane.domain.estate import Check
from windvane.domain.ports import Row
from windvane.domain.run import CheckResult

Ask = Callable[[str], list[Row]]


def blamed(
    checks: Iterable[Check], results: Iterable[CheckResult], *, cursor: duckdb.DuckDBPyConnection, ask: Ask
) -> tuple[str, ...]:
    """The batches of `windvane.arriving` that break a blocking check by themselves; that table stays as it was.

    Their rows are all there, as they are when the results were found: only what counts as arriving changes. None when
    one batch arrives, or when a check breaks whatever does.
    """
    arriving = [str(batch) for (batch,) in rows(cursor, "SELECT batch FROM windvane.arriving ORDER BY rowid")]
    broken = {(r.check, r.relation) for r in results if not r.passed and r.severity == "block"}
    asked = [c for c in checks if (c.name, c.relation) in broken]
    if len(arriving) < 2 or not asked:
        return ()

    def breaks(batches: Sequence[str], among: Sequence[Check]) -> list[Check]:
        cursor.execute("DELETE FROM windvane.arriving")
        insert(cursor, "windvane.arriving", [[b] for b in batches])
        found = {(r.check, r.relation) for r in run_checks(among, ask)[0] if not r.passed}
        return [c for c in among if (c.name, c.relation) in found]

    anyway = breaks((), asked)
    about = [c for c in asked if c not in anyway]
    found = _those(arriving, about, breaks)
    breaks(arriving, ())
    return tuple(found)


def _those(
    batches: Sequence[str], checks: Sequence[Check], breaks: Callable[[Sequence[str], Sequence[Check]], list[Check]]
) -> list[str]:
    """The single batches of `batches`, which break `checks` together, that break one of them alone."""
    if len(batches) == 1 or not checks:
        return list(batches) if checks else []
    middle = len(batches) // 2
    halves = (batches[:middle], batches[middle:])
    return [b for half in halves for b in _those(half, breaks(half, checks), breaks)]
