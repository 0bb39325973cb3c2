"""Why a product misses its goal: every cause with the share of the error it may explain, the evidence, and what
rules it out.
"""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.stack.estimation.causes import (
    Case,
    Finding,
    dirty_inputs,
    missing_drivers,
    stale_inputs,
    too_little_history,
    unstable_relation,
    wrong_grain,
    wrong_join,
)
from windvane.stack.estimation.ceiling import best_with_hindsight, lag_one

_CAUSES = (
    missing_drivers,
    wrong_grain,
    too_little_history,
    stale_inputs,
    dirty_inputs,
    wrong_join,
    unstable_relation,
)
_HALF = 0.05  # a cause that explains this share of the error is as likely as not worth working on


def shortfall(case: Case) -> tuple[Hypothesis, ...]:
    """Hypotheses for the shortfall of a backtest, the most probable first.

    Causes are not exclusive; a probability is that of removing the cause being worth it. `ruled_out_by` is filled
    where the evidence speaks against a cause.
    """
    found = [_hypothesis(cause.__name__, cause(case)) for cause in _CAUSES]
    found.append(_noise(case, max(h.probability for h in found)))
    return tuple(sorted(found, key=lambda h: -h.probability))


def _hypothesis(cause: str, finding: Finding) -> Hypothesis:
    share = max(finding.share, 0.0)
    ruled_out = finding.against if share < 0.01 else ""
    probability = 0.02 if ruled_out else round(min(0.95, share / (share + _HALF)), 3)
    return Hypothesis(cause=cause, probability=probability, evidence=finding.evidence, ruled_out_by=ruled_out)


def _noise(case: Case, best: float) -> Hypothesis:
    """Nothing more to find: likely as far as no other cause is, certain where hindsight itself cannot reach the
    goal.
    """
    value = best_with_hindsight(case)
    before = lag_one(case.errors)
    evidence = (
        f"constant coefficients fitted to the tested steps give {case.measure} {value:.4g}, goal {case.goal:.4g}",
        f"errors of one step and the next correlate {before:+.2f}",
    )
    reachable = case.reached(value) or case.reached(case.result.value(case.measure))
    probability = (1.0 - best) * (0.5 if reachable else 0.95)
    against = "the goal is within reach of the features there are" if reachable and best < 0.1 else ""
    return Hypothesis(
        cause="irreducible_noise", probability=round(probability, 3), evidence=evidence, ruled_out_by=against
    )
