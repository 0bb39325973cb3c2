"""New segments take the place of others only when they come out again and tell things apart better."""

from __future__ import annotations

import numpy as np
import pytest

from windvane.loop.regrouping import Fit, checks, fit
from windvane.stack.estimation.clusters import segmented

CHANCE = np.random.default_rng(0)
THEN = np.concatenate([CHANCE.normal(m, 1, (80, 2)) for m in (0, 12)])
NOW = np.concatenate([CHANCE.normal(m, 0.3, (80, 2)) for m in (-1, 2)])  # all near the first of them
ALIKE = CHANCE.normal(0, 1, (160, 2))


def _broken(before: Fit, after: Fit) -> dict[str, str]:
    return {c.check: c.broken for c in checks("mart.p", before, after) if not c.passed}


def test_what_moved_apart_inside_of_one_segment_gets_segments_of_its_own() -> None:
    before, after = (fit(segmented(made, ("often", "much")), NOW) for made in (THEN, NOW))
    assert before.silhouette == 0.0 and after.silhouette > 0.7 and after.segments == 2
    assert _broken(before, after) == {}


def test_where_nothing_comes_out_again_segments_stay() -> None:
    before, after = (fit(segmented(made, ("often", "much")), ALIKE) for made in (THEN, ALIKE))
    assert _broken(before, after)["comes out again"] == "nothing comes out again on other halves"


@pytest.mark.parametrize("made_anew", [Fit(3, 0.9, 0.5), Fit(3, 0.9, 0.4)])
def test_those_in_place_stay_when_they_tell_as_much_apart(made_anew: Fit) -> None:
    assert "0.50 in place" in _broken(Fit(2, 0.9, 0.5), made_anew)["wider gaps"]


def test_wide_gaps_that_do_not_come_out_again_are_no_gain() -> None:
    assert _broken(Fit(2, 0.9, 0.3), Fit(4, 0.6, 0.6)) == {"comes out again": "stability 0.60"}
