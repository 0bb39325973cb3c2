"""Where a fault is: the earliest relation that broke although what it is made from did not; and its nature."""

from __future__ import annotations

from windvane.domain.estate import Estate, Model
from windvane.domain.incident import Hypothesis
from windvane.domain.run import CheckResult, Trial
from windvane.sql.lineage import earliest, upstream

_REAL = frozenset({"real_move", "new_category", "real_values"})
_SCHEMA = frozenset(
    {"renamed", "removed", "widened", "split", "merged", "recoded", "swapped", "respelled_key", "lost_zeros"}
)


def place_of(estate: Estate, broken: tuple[CheckResult, ...], *, source: str) -> str:
    """The earliest relation of those that broke; the source itself when it is read by nothing that is whole."""
    models = {m.name: m.text for m in estate.of(Model) if isinstance(m, Model)}
    first = earliest(models, (c.relation for c in broken if c.relation in models))
    if not first:
        return source
    made_from = {r for relation in first for r in upstream(models, relation)}
    whole = [r for r in made_from if r.startswith(("core.", "mart."))]
    return first[0] if whole else source


def nature(hypotheses: tuple[Hypothesis, ...], trial: Trial, place: str, *, source: str) -> str:
    """`data`, `schema`, `code`, `infrastructure` or `real`: what kind of thing went wrong, if anything did."""
    if trial.broke:
        return "infrastructure"
    if trial.failures or place != source:
        return "code"
    left = [h.cause for h in hypotheses if not h.ruled_out_by]
    if left and left[0] in _SCHEMA:
        return "schema"
    return "real" if left and set(left) <= _REAL else "data"
