"""Tells of many batches at once which have nothing that a screen would withhold, so that only the others are screened.

It may say too little and never too much: a batch that it names comes out of `screen` as it went in.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from windvane.domain.batch import Batch, Cast
from windvane.domain.errors import Failed
from windvane.domain.ports import Engine
from windvane.stack.landing.columnar import literal
from windvane.stack.landing.screen import doubts, view

_PAIRS = 20  # other batches with the same keys, on average, beyond which it is not told with whom a key is shared


class Keys:
    """Which batches share a key with which; `everyone` when they are too many to be told apart."""

    def __init__(self, pairs: dict[str, frozenset[str]], *, everyone: frozenset[str] = frozenset()) -> None:
        self._pairs, self._everyone = pairs, everyone

    def repeat(self, batch: str) -> bool:
        """Whether a key of the batch stands twice, in it or elsewhere."""
        return batch in self._pairs or batch in self._everyone

    def related(self, batch: str, other: str) -> bool:
        """Whether rows of `other` may have a key of `batch`."""
        return batch in self._everyone or other in self._pairs.get(batch, ())


def sound(
    batches: Sequence[Batch], casts: Sequence[Cast], key: Sequence[str], *, root: Path, engine: Engine
) -> frozenset[str]:
    """Ids of those `batches` whose every text is a value for certain and none of whose rows lacks a part of its `key`.

    Nothing is said (the set is empty) when the casts do not run on all of them.
    """
    texts = ", ".join(f"({c.text}) AS t{i}" for i, c in enumerate(casts))
    odd = " OR ".join(f"({doubts(i, c, key)})" for i, c in enumerate(casts)) or "false"
    try:
        view([root / b.path for b in batches], casts, engine=engine)
        found = engine.rows(f"SELECT DISTINCT _batch FROM (SELECT _batch, {texts or 'NULL'} FROM landed) WHERE {odd}")
    except Failed:
        return frozenset()
    return frozenset(b.id for b in batches) - {str(row[0]) for row in found}


def shared_keys(
    batches: Sequence[Batch], history: Sequence[Batch], key: Sequence[Cast], *, root: Path, engine: Engine
) -> Keys:
    """Where the values of `key` in `batches` stand more than once, in them or in `history`."""
    typed = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS k{i}" for i, c in enumerate(key))
    listed = ", ".join(f"k{i}" for i in range(len(key)))
    view([root / b.path for b in (*history, *batches)], key, engine=engine)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE placed AS SELECT _batch, hash({listed}) AS h FROM "
        f"(SELECT _batch, {typed} FROM landed)"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE shared AS SELECT p.h, p._batch, count(*) AS n FROM placed p SEMI JOIN "
        "(SELECT h FROM placed GROUP BY h HAVING count(*) > 1) s ON s.h = p.h GROUP BY ALL"
    )
    most = _PAIRS * len(batches)
    arriving = ", ".join(literal(b.id) for b in batches)
    pairs = engine.rows(
        "SELECT DISTINCT a._batch, b._batch FROM shared a JOIN shared b ON a.h = b.h "
        f"WHERE a._batch IN ({arriving}) LIMIT {most + 1}"
    )
    if len(pairs) > most:
        return Keys({}, everyone=frozenset(str(r[0]) for r in engine.rows("SELECT DISTINCT _batch FROM shared")))
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(str(one), set()).add(str(other))
    return Keys({one: frozenset(others) for one, others in found.items()})
