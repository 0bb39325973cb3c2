"""The chart of `chart` as a PNG, drawn point by point: four points for each pixel, and their mean.

No library is needed for that: a PNG is rows of pixels, compressed (W3C, Portable Network Graphics). Letters are strokes
on a small grid, capitals are drawn as small ones.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from windvane.stack.estimation.chart import HEIGHT, LEFT, RIGHT, WIDTH, Places, Series, heading, places
from windvane.stack.estimation.panel import Array

_FINE = 2  # points for each pixel, along and across
_BAND, _LINE, _DOT, _GRID, _INK = ((158, 197, 232), (31, 95, 153), (192, 57, 43), (221, 221, 221), (34, 34, 34))
_SHOWN = 0.6  # of the colour of the band
_UNIT = 1.25  # pixels between two points of the grid of letters
_ADVANCE = 5.0  # points from one letter to the next
# Strokes between points `xy`, the baseline at y 2, `|` lifts the pen.
_LETTERS = {
    "0": "02 08 38 32 02", "1": "17 28 22", "2": "08 38 35 05 02 32", "3": "08 38 32 02|15 35", "4": "08 05 35|38 32",
    "5": "38 08 05 35 32 02", "6": "38 08 02 32 35 05", "7": "08 38 12", "8": "02 08 38 32 02|05 35",
    "9": "35 05 08 38 32 02", "a": "06 36 32 02 04 34", "b": "08 02 32 36 06", "c": "36 06 02 32",
    "d": "38 32 02 06 36", "e": "32 02 06 36 34 04", "f": "38 18 12|06 26", "g": "32 02 06 36 30 00",
    "h": "08 02|06 36 32", "i": "16 12|18 18", "j": "16 10 00|18 18", "k": "08 02|36 04 32", "l": "18 12 22",
    "m": "02 06 46 42|26 22", "n": "02 06 36 32", "o": "02 06 36 32 02", "p": "00 06 36 32 02", "q": "30 36 06 02 32",
    "r": "02 06 26", "s": "36 06 04 34 32 02", "t": "18 12 32|06 36", "u": "06 02 32 36", "v": "06 22 46",
    "w": "06 02 42 46|24 22", "x": "06 32|36 02", "y": "06 02 32|36 30 00", "z": "06 36 02 32", " ": "",
    ".": "12 12", ",": "12 01", "-": "05 35", "_": "01 31", ":": "13 13|15 15", "(": "28 17 13 22",
    ")": "18 27 23 12", "%": "02 38|07 07|33 33", "/": "02 38", "+": "05 45|27 23",
}  # fmt: skip
_UNKNOWN = "02 06 36 32 02"

Colour = tuple[int, int, int]


class _Pen(NamedTuple):
    """What a stroke looks like: its colour, and half its width in pixels."""

    colour: Colour
    half: float


def png(series: Series) -> bytes:
    """The picture: the interval as a band, the estimate as a line, actual values as dots."""
    at = places(series)
    canvas = np.full((HEIGHT * _FINE, WIDTH * _FINE, 3), 255.0)
    _ticks(canvas, at)
    _band(canvas, at.x, at.y(series.low), at.y(series.high))
    _stroke(canvas, at.x, at.y(series.estimate), _Pen(_LINE, 0.75))
    dots = at.y(series.actual)
    seen = np.isfinite(dots)
    _stamp(canvas, at.x[seen], dots[seen], _Pen(_DOT, 2.0))
    _text(canvas, heading(series), LEFT, 20.0)
    _dates(canvas, series, at)
    fine = canvas.reshape(HEIGHT, _FINE, WIDTH, _FINE, 3).mean(axis=(1, 3))
    return _encoded(np.clip(np.round(fine), 0, 255).astype(np.uint8))


def _encoded(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of pixels (height, width, 3): signature, header, compressed rows without a filter, end."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _stamp(canvas: Array, x: Array, y: Array, pen: _Pen) -> None:
    """Discs at points, in pixels; what lies outside of the picture is left out."""
    reach = int(np.ceil(pen.half * _FINE))
    across, down = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    inside = across**2 + down**2 <= (pen.half * _FINE) ** 2
    columns = (np.round(x * _FINE).astype(int)[:, None] + across[inside]).ravel()
    rows = (np.round(y * _FINE).astype(int)[:, None] + down[inside]).ravel()
    there = (columns >= 0) & (columns < canvas.shape[1]) & (rows >= 0) & (rows < canvas.shape[0])
    canvas[rows[there], columns[there]] = pen.colour


def _stroke(canvas: Array, x: Array, y: Array, pen: _Pen) -> None:
    """A line through points, broken where one is missing."""
    for n in np.flatnonzero(np.isfinite(y[:-1]) & np.isfinite(y[1:])):
        steps = np.linspace(0.0, 1.0, int(_FINE * 2 * max(abs(x[n + 1] - x[n]), abs(y[n + 1] - y[n]))) + 2)
        _stamp(canvas, x[n] + steps * (x[n + 1] - x[n]), y[n] + steps * (y[n + 1] - y[n]), pen)


def _band(canvas: Array, x: Array, low: Array, high: Array) -> None:
    """The area between the ends of intervals, column by column; `low` and `high` in pixels from above."""
    for n in np.flatnonzero(np.isfinite(low + high)[:-1] & np.isfinite(low + high)[1:]):
        for column in range(round(x[n] * _FINE), round(x[n + 1] * _FINE)):
            part = (column / _FINE - x[n]) / max(x[n + 1] - x[n], 1e-9)
            top, bottom = (int(_FINE * (v[n] + part * (v[n + 1] - v[n]))) for v in (high, low))
            canvas[top : bottom + 1, column] += _SHOWN * (np.array(_BAND) - canvas[top : bottom + 1, column])


def _ticks(canvas: Array, at: Places) -> None:
    for value in np.linspace(at.bottom, at.top, 5):
        level = float(at.y(np.array(value)))
        _stroke(canvas, np.array([LEFT, WIDTH - RIGHT], dtype=float), np.full(2, level), _Pen(_GRID, 0.5))
        label = f"{value:.4g}"
        _text(canvas, label, LEFT - 8 - _wide(label), level + 4)


def _dates(canvas: Array, series: Series, at: Places) -> None:
    if not len(series.times):
        return
    for n, share in ((0, 0.0), (len(series.times) // 2, 0.5), (len(series.times) - 1, 1.0)):
        day = str(np.datetime_as_string(series.times[n], unit="D"))
        _text(canvas, day, float(at.x[n]) - share * _wide(day), HEIGHT - 8.0)


def _wide(text: str) -> float:
    return len(text) * _ADVANCE * _UNIT


def _text(canvas: Array, text: str, left: float, base: float) -> None:
    """Letters from `left` on, on a line at `base`, in pixels."""
    for n, letter in enumerate(text):
        for stroke in _LETTERS.get(letter.lower(), _UNKNOWN).split("|"):
            points = np.array([[float(p[0]), float(p[1]) - 2.0] for p in stroke.split()]).reshape(-1, 2)
            x, y = left + (points[:, 0] + n * _ADVANCE) * _UNIT, base - points[:, 1] * _UNIT
            _stroke(canvas, x, y, _Pen(_INK, 0.5))
