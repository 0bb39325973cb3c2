"""Pictures of a backtest: the terminal one fits its frame, the SVG is well-formed and escapes what it is given."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.worlds import DAY, START
from windvane.stack.estimation.chart import Series, sparkline, svg, terminal


def _series(steps: int, seed: int = 0, gaps: float = 0.0, title: str = "fund a") -> Series:
    chance = np.random.default_rng(seed)
    actual = np.where(chance.random(steps) < gaps, np.nan, chance.standard_normal(steps))
    estimate = chance.standard_normal(steps)
    return Series(title, START + np.arange(steps) * DAY, actual, estimate, estimate - 1, estimate + 1, "%")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 300), st.integers(0, 99), st.sampled_from([0.0, 0.3, 1.0]), st.integers(20, 120))
def test_the_terminal_picture_fits_its_frame(steps: int, seed: int, gaps: float, width: int) -> None:
    lines = terminal(_series(steps, seed, gaps), width=width).split("\n")
    assert len(lines) == 15
    assert all(len(line) <= width for line in lines[1:-1])


def test_the_terminal_picture_shows_where_actual_and_estimate_meet() -> None:
    flat = np.arange(5.0)
    text = terminal(Series("t", START + np.arange(5) * DAY, flat, flat, flat - 1, flat + 1), height=7)
    assert text.count("◉") == 5
    assert text.count("│") > 10
    assert "2020-01-01" in text and "2020-01-05" in text


def test_a_sparkline_has_a_character_per_value() -> None:
    assert sparkline(np.array([0.0, np.nan, 7.0, 3.5])) in ("▁ █▄", "▁ █▅")
    assert sparkline(np.array([np.nan, np.nan])) == "  "
    assert sparkline(np.array([2.0, 2.0])) == "▁▁"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 99), st.sampled_from([0.0, 0.3, 1.0]))
def test_the_svg_is_well_formed(steps: int, seed: int, gaps: float) -> None:
    series = _series(steps, seed, gaps, title='<script>"a" & b</script>')
    text = svg(series)
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    dots = [e for e in root.iter() if e.tag.endswith("circle")]
    assert len(dots) == np.isfinite(series.actual).sum()
    assert not any(e.tag.endswith("script") for e in root.iter())
    assert "nan" not in text


def test_an_interval_that_is_missing_breaks_the_band() -> None:
    series = _series(20)
    series.low[8:12] = np.nan
    bands = [e for e in ElementTree.fromstring(svg(series)).iter() if e.get("fill-opacity")]
    assert len(bands) == 2
