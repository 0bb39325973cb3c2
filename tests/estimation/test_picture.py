"""The chart as pixels: a sound PNG in which each colour is where the chart says, whatever the series holds."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from estimation.worlds import DAY, START
from windvane.stack.estimation.chart import HEIGHT, WIDTH, Series, places
from windvane.stack.estimation.picture import png


def _series(steps: int, seed: int = 0, gaps: float = 0.0, title: str = "fund a") -> Series:
    chance = np.random.default_rng(seed)
    actual = np.where(chance.random(steps) < gaps, np.nan, chance.standard_normal(steps))
    estimate = 0.3 * chance.standard_normal(steps)
    return Series(title, START + np.arange(steps) * DAY, actual, estimate, estimate - 1, estimate + 1, "%")


def _read(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG as written here; every chunk must be whole."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, {}
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size]) == (zlib.crc32(kind + body),)
        found[kind] = body
        at += 12 + size
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert (depth, colour) == (8, 2)
    rows = np.frombuffer(zlib.decompress(found[b"IDAT"]), dtype=np.uint8).reshape(height, 1 + 3 * width)
    assert not rows[:, 0].any() and list(found)[-1] == b"IEND"
    return rows[:, 1:].reshape(height, width, 3)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 60), st.integers(0, 99), st.sampled_from([0.0, 0.3, 1.0]))
def test_any_series_gives_a_sound_picture_of_one_size(steps: int, seed: int, gaps: float) -> None:
    assert _read(png(_series(steps, seed, gaps, title="Zürich ½ <b>"))).shape == (HEIGHT, WIDTH, 3)


def test_actual_values_estimates_and_intervals_are_where_the_chart_has_them() -> None:
    series = _series(40)
    pixels, at = _read(png(series)).astype(int), places(series)
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 110)
    for x, y in zip(at.x, at.y(series.actual), strict=True):
        assert red[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3].any()
    assert not red[:, : int(at.x[0]) - 3].any(), "nothing is drawn before the first time"
    middle = (pixels[..., 2] > pixels[..., 0] + 20).sum(axis=0)
    inside = middle[int(at.x[0]) + 1 : int(at.x[-1])]
    assert inside.min() > 0.3 * HEIGHT / (at.top - at.bottom), "the band is two units high"


def test_an_interval_that_is_missing_leaves_a_gap() -> None:
    series = _series(20)
    series.low[8:12] = np.nan
    series.estimate[8:12] = np.nan
    pixels, at = _read(png(series)).astype(int), places(series)
    blue = pixels[..., 2] > pixels[..., 0] + 20
    assert not blue[:, int(at.x[8]) + 4 : int(at.x[11]) - 4].any() and blue[:, int(at.x[6])].any()
