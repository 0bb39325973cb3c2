"""Which sources are bound to each other: a check asks of the rows of one what rows of the other say together."""

from __future__ import annotations

from collections.abc import Iterable

from windvane.domain.estate import Contract, Estate, Model
from windvane.domain.run import CheckResult, Trial
from windvane.sql.lineage import upstream

RULE = "reconciliation"
PASSED_OVER = "passed_over"
BINDING = frozenset({RULE, PASSED_OVER})


def bound(estate: Estate, sources: Iterable[str]) -> tuple[frozenset[str], ...]:
    """The groups of two and more of `sources` whose deliveries say something of each other."""
    wanted = set(sources)
    groups: list[set[str]] = []
    for pair in (p & wanted for p in _pairs(estate)):
        if len(pair) < 2:
            continue
        met = [g for g in groups if g & pair]
        groups = [g for g in groups if g not in met] + [pair.union(*met)]
    return tuple(frozenset(g) for g in groups)


def torn(trial: Trial) -> tuple[CheckResult, ...]:
    """The broken checks of a trial that bind sources."""
    return tuple(c for c in trial.checks if not c.passed and c.severity == "block" and rule_of(c) in BINDING)


def said(estate: Estate, trial: Trial) -> frozenset[str]:
    """The columns that the passed checks of a trial bind to each other."""
    passed = {c.check for c in trial.checks if c.passed and rule_of(c) == RULE}
    checks = (k for c in estate.of(Contract) if isinstance(c, Contract) for k in c.checks)
    return frozenset(name for k in checks if k.name in passed for name in k.why.split("`")[1::2])


def rule_of(result: CheckResult) -> str:
    """The rule of a check, from its name: `core.orders.volume`."""
    return next((p for p in result.check.split(".")[2:3]), "")


def _pairs(estate: Estate) -> list[set[str]]:
    models = {m.name: m.text for m in estate.of(Model) if isinstance(m, Model)}
    found = []
    for contract in (c for c in estate.of(Contract) if isinstance(c, Contract)):
        asked = [c.sql for c in contract.checks if c.rule == RULE and c.severity == "block"]
        others = {r.to for r in contract.references if any(r.to in sql for sql in asked)}
        found += [{s for r in (contract.relation, other) for s in _sources(models, r)} for other in others]
    return found


def _sources(models: dict[str, str], relation: str) -> set[str]:
    return {r.partition(".")[2] for r in upstream(models, relation) if r.startswith("src.")}
