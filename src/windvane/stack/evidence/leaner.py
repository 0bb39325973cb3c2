"""Drops features that a product does not need: backward elimination, each time against estimates with all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np

from windvane.domain.estimate import Gain
from windvane.stack.evidence.longrun import Array
from windvane.stack.evidence.paired import no_worse

Test = Callable[[tuple[str, ...]], Mapping[str, Array]]  # per-step values (T,) of every measure with these features
MARGIN = (
    0.02  # of the value of a measure: what all that is dropped may cost together; a gain so small adds nothing either
)


class Leaner(NamedTuple):
    """The features that stay, those dropped, and the measures with what is left against all of them."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    gains: tuple[Gain, ...]


def leaner(
    features: tuple[str, ...], test: Test, *, better: Mapping[str, Literal["lower", "higher"]], margin: float = MARGIN
) -> Leaner:
    """Drop what can go while every measure of `better` stays as good as with all features but for a share `margin`.

    What costs least alone is dropped first. Each trial is compared with all features, so small losses do not add up.
    A recipe keeps at least one feature. Asks `test` about twice as often as there are features.
    """
    whole = test(features)

    def against(left: tuple[str, ...]) -> tuple[Gain, ...]:
        now = test(left)
        return tuple(
            no_worse(whole[m], now[m], measure=m, better=side, margin=margin * abs(float(np.nanmean(whole[m]))))
            for m, side in better.items()
        )

    kept, gains = features, tuple[Gain, ...]()
    alone = {f: against(_without(features, f)) for f in features} if len(features) > 1 else {}
    for feature in sorted(alone, key=lambda f: -min(_share(g) for g in alone[f])):
        left = _without(kept, feature)
        now = alone[feature] if kept == features else against(left) if left else ()
        if now and all(g.passes and not g.harms for g in now):
            kept, gains = left, now
    return Leaner(kept, tuple(f for f in features if f not in kept), gains)


def _without(features: tuple[str, ...], feature: str) -> tuple[str, ...]:
    return tuple(f for f in features if f != feature)


def _share(gain: Gain) -> float:
    return gain.gain / max(abs(gain.before), 1e-12)
