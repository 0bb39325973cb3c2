"""One reading of the errors per cause of a shortfall: which share of the error it may explain, and how that shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.domain.record import replace
from windvane.stack.estimation.backtest import Backtest, backtest
from windvane.stack.estimation.measures import better, score, summary
from windvane.stack.estimation.panel import Array, Mask, Panel
from windvane.stack.estimation.rolling import last_known, release

_ENTITIES = 100  # those with most values are looked at
_FEW = 60  # known values below which an entity is young


@dataclass(frozen=True)
class Case:
    """A backtest that misses `goal` on `measure`, and what else is known.

    `panel` holds the features of the recipe and those at hand that it does not use; `flags` (T, N) marks rows where
    quality checks found something; `finer` names a relation that holds the quantity at a finer grain, "" when there is
    none.
    """

    panel: Panel
    result: Backtest
    measure: str
    goal: float
    flags: Mask | None = None
    finer: str = ""

    @property
    def recipe(self) -> Recipe:
        """The recipe that was tested."""
        return self.result.recipe

    @property
    def errors(self) -> Array:
        """Actual minus estimate (steps, N)."""
        return self.result.actual - self.result.estimate

    def reached(self, value: float) -> bool:
        """Whether a value of the measure meets the goal."""
        return value >= self.goal if better(self.measure) == "higher" else value <= self.goal


@dataclass(frozen=True)
class Finding:
    """A share of the error that a cause may explain, with its evidence; `against` says what speaks against it."""

    share: float
    evidence: tuple[str, ...] = ()
    against: str = ""


def missing_drivers(case: Case) -> Finding:
    """Errors of all entities move together, or with a feature at hand that is not used."""
    errors = _fullest(case.errors)
    common = _common(errors)
    said = [f"{common:.0%} of the variance of the errors moves together"] if common > 0.01 else []
    unused = [name for name in case.panel.features if name not in case.recipe.features]
    shares = {name: _explained(case.errors, case.panel.features[name][case.result.steps]) for name in unused}
    said += [f"errors follow `{n}`: {s:.0%} of their variance" for n, s in sorted(shares.items()) if s > 0.01]
    most = max([common / 2, *shares.values()])  # what moves together may still be known to nobody at the decision
    against = "errors of the entities do not move together, nor with any feature at hand"
    return Finding(1.0 - np.sqrt(1.0 - min(most, 0.99)), tuple(said), against)


def wrong_grain(case: Case) -> Finding:
    """The same quantity is there at a finer grain."""
    if not case.finer:
        return Finding(0.0, (), "no relation holds the quantity at a finer grain")
    return Finding(0.08, (f"`{case.finer}` holds the quantity at a finer grain than one value per decision",))


def too_little_history(case: Case) -> Finding:
    """Errors are larger where few values were known."""
    known = release(case.panel, np.isfinite(case.panel.target), 0)
    count = known.sums(np.ones((1, 1)))[case.result.steps]
    off = np.abs(case.errors)
    young = np.isfinite(off) & (count < _FEW)
    old = np.isfinite(off) & ~young
    if not young.any():
        return Finding(0.0, (), f"at least {_FEW} values of every entity were known")
    if old.sum() < 30:
        return Finding(0.1, (f"hardly any estimate could learn from {_FEW} values of its entity",))
    excess = 1.0 - float(off[old].mean() / max(off[young].mean(), 1e-300))
    share = max(excess, 0.0) * float(off[young].sum() / max(off[young | old].sum(), 1e-300))
    said = (
        f"{young.sum() / (young | old).sum():.0%} of the estimates had fewer than {_FEW} values, errors {excess:+.0%}"
    )
    return Finding(share, (said,), "errors are no larger where few values were known")


def stale_inputs(case: Case) -> Finding:
    """Features tell of the step before rather than of this one, or are missing at the decision."""
    said, most = [], 0.0
    past = last_known(case.panel)[case.result.steps]
    for name in case.recipe.features:
        feature = case.panel.features[name][case.result.steps]
        now, before = _explained(case.result.actual, feature), _explained(case.result.actual[:-1], feature[1:])
        gone = float(np.mean(~np.isfinite(feature)))
        its_past = _explained(past, feature) > 0.95  # the target's own past tells of the step before, as it must
        if before > 2 * now and before - now > 0.02 and not its_past:
            told = f"the step before ({before:.0%} of its variance) than of its own ({now:.0%})"
            said.append(f"`{name}` tells more of {told}")
            most = max(most, (before - now) / 2)
        if gone > 0.02:
            said.append(f"`{name}` is missing at {gone:.0%} of the decisions")
            most = max(most, gone / 2)
    return Finding(most, tuple(said), "every feature is there at the decision and tells most of its own step")


def dirty_inputs(case: Case) -> Finding:
    """Errors gather where quality checks found something, or at jumps that turn back at once."""
    off = np.abs(case.errors)
    rows = _jumps(case.result.actual) if case.flags is None else case.flags[case.result.steps]
    marked, rest = np.isfinite(off) & rows, np.isfinite(off) & ~rows
    what = "jumps that turn back at once" if case.flags is None else "rows with quality flags"
    if not marked.any() or not rest.any():
        return Finding(0.0, (), f"there are no {what}")
    excess = off[marked] - off[rest].mean()
    share = max(float(excess.sum()), 0.0) / max(float(off[marked | rest].sum()), 1e-300)
    rows_marked = marked.sum() / (marked | rest).sum()
    said = f"{what} are {rows_marked:.1%} of the rows and {share:.1%} of the error beyond the usual"
    return Finding(share, (said,), f"errors do not gather at {what}")


def wrong_join(case: Case) -> Finding:
    """A feature that differs by entity fits other entities better than its own."""
    said, most = [], 0.0
    actual = case.result.actual
    for name in case.recipe.features:
        feature = case.panel.features[name][case.result.steps]
        if actual.shape[1] < 3 or not np.nanmax(np.abs(feature - feature[:, :1]), initial=0.0) > 0:
            continue
        strayed = _strayed(actual, feature)
        if strayed > 0.2:
            said.append(f"`{name}` fits another entity clearly better than its own for {strayed:.0%} of the entities")
            most = max(most, strayed / 2)
    return Finding(most, tuple(said), "features that differ by entity fit their own entity best")


def unstable_relation(case: Case) -> Finding:
    """A model that forgets sooner does better."""
    window = case.recipe.window or case.result.steps.start
    if window < 30 or not case.recipe.features:
        return Finding(0.0, (), "there is nothing learnt that could have changed")
    shorter = replace(case.recipe, window=window // 3, coverage=0.0)
    again = backtest(case.panel, shorter, case.result.steps.start, case.result.steps.stop, measures=("mae",)).value(
        "mae"
    )
    here = summary("mae", score("mae", case.result.actual, case.result.estimate)).value
    share = 1.0 - again / here if here > 0 else 0.0
    said = (f"learning from {window // 3} steps instead of {window} changes the mean error by {-share:+.1%}",)
    return Finding(share, said, f"a model that forgets sooner does no better ({-share:+.1%} error)")


def _fullest(values: Array) -> Array:
    return values[:, np.argsort(-np.isfinite(values).sum(axis=0), kind="stable")[:_ENTITIES]]


def _common(errors: Array) -> float:
    """Share of the variance on the first principal component beyond what independent errors would show
    (Marchenko-Pastur).
    """
    some = np.isfinite(errors).sum(axis=0) > max(20, len(errors) // 4)
    values = errors[:, some]
    steps, entities = values.shape
    if entities < 3:
        return 0.0
    scaled = np.clip(_scaled(values), -5.0, 5.0)
    first: float = float(np.linalg.svd(scaled, compute_uv=False)[0]) ** 2 / max(float(np.square(scaled).sum()), 1e-300)
    chance = float(1.0 + np.sqrt(entities / steps)) ** 2 / entities
    return float(max(first - chance, 0.0))


def _explained(actual: Array, feature: Array) -> float:
    """Mean over entities of the squared correlation, beyond what chance gives."""
    both = np.isfinite(actual) & np.isfinite(feature)
    count = both.sum(axis=0)
    used = count > 20
    if not used.any():
        return 0.0
    x, y = _centred(feature, both)[:, used], _centred(actual, both)[:, used]
    norm = np.square(x).sum(axis=0) * np.square(y).sum(axis=0)
    squared = np.divide(np.square((x * y).sum(axis=0)), norm, out=np.zeros(x.shape[1]), where=norm > 0)
    return max(float(np.mean(squared - 1.0 / count[used])), 0.0)


def _centred(values: Array, rows: Mask) -> Array:
    kept = np.where(rows, values, 0.0)
    return np.where(rows, kept - kept.sum(axis=0) / np.maximum(rows.sum(axis=0), 1), 0.0)


def _jumps(actual: Array) -> Mask:
    """Values far out of their entity's usual that the next value takes back."""
    roots = np.where(np.isfinite(actual), np.sqrt(np.abs(actual)), 0.0)
    usual = np.square(roots.sum(axis=0) / np.maximum(np.isfinite(actual).sum(axis=0), 1))
    after = np.concatenate([actual[1:], np.full((1, actual.shape[1]), np.nan)])
    back = np.abs(actual + after) < 0.2 * np.abs(actual)
    return np.asarray((np.abs(actual) > 8.0 * usual) & back, dtype=bool)


def _strayed(actual: Array, feature: Array) -> float:
    """Share of entities for which the feature of another one correlates clearly better than its own."""
    both = np.isfinite(actual).sum(axis=0) > 20
    y, x = _fullest(actual[:, both]), feature[:, both]
    x = x[:, np.argsort(-np.isfinite(actual[:, both]).sum(axis=0), kind="stable")[:_ENTITIES]]
    y, x = _scaled(y), _scaled(x)
    fit = np.abs(y.T @ x) / len(y)
    own = np.diag(fit)
    return float(np.mean(fit.max(axis=1, initial=0.0) > own + 4.0 / np.sqrt(len(y)))) if len(own) else 0.0


def _scaled(values: Array) -> Array:
    """In standard deviations from the entity's mean, 0 where there is no value."""
    rows = np.isfinite(values)
    off = _centred(values, rows)
    spread = np.sqrt(np.square(off).sum(axis=0) / np.maximum(rows.sum(axis=0), 1))
    scaled: Array = np.divide(off, spread, out=np.zeros_like(off), where=spread > 0)
    return scaled
