"""Readings of a column that mixes several date formats, where every text is in exactly one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from windvane.domain.record import replace
from windvane.stack.quality.moments import OFFSETS, UTC, day, loosened, mixable, swapped
from windvane.stack.quality.spelling import MONTHS, Spelling, formats, pattern

_MOST = 4  # formats of one column; more are no habit of its writers
_SHAPES = 60  # ways of digits and letters; more are no dates
_NAMES = re.compile("|".join((*MONTHS, "sept", *(m[:3] for m in MONTHS))), re.IGNORECASE)
_CODES = {"%d": "9", "%-d": "9", "%m": "9", "%-m": "9", "%y": "9", "%b": "A", "%-b": "A", "%B": "A"}


def mixture(values: Mapping[str, int]) -> Spelling | None:
    """The formats that together spell most of these texts, as one spelling; `None` when it is not one reading.

    Formats that could spell one text as two days (`%d/%m/%Y` beside `%m/%d/%Y`) are never put together, nor times
    with a zone beside times without one.
    """
    left = _by_shape(values)
    chosen: list[tuple[Spelling, set[str]]] = []
    while left and len(chosen) < _MOST:
        found = max(_candidates(left), key=lambda c: sum(values[t] for t in c[1]), default=None)
        if found is None or not found[1]:
            break
        chosen.append(found)
        left = {shape: rest for shape, texts in left.items() if (rest := [t for t in texts if t not in found[1]])}
    if len({s.kind for s, _ in chosen}) != 1 or not _compatible([s.format for s, _ in chosen]):
        return None
    tight = [_tightened(spelling, texts).format for spelling, texts in chosen]
    return replace(chosen[0][0], format="|".join(tight))


def _by_shape(values: Mapping[str, int]) -> dict[str, list[str]]:
    """Texts by what they look like; empty when they look like too many things to be dates."""
    found: dict[str, list[str]] = {}
    for text in values:
        shape = re.sub("[0-9]", "9", _NAMES.sub("A", text))
        found.setdefault(shape, []).append(text)
        if len(found) > _SHAPES:
            return {}
    return found


def _candidates(shapes: Mapping[str, list[str]]) -> list[tuple[Spelling, set[str]]]:
    """Each format that may spell some of the texts, with those that it does."""
    found = []
    for spelling in mixable(texts[0] for texts in shapes.values()):
        form = re.compile(pattern(spelling))
        near = [texts for texts in shapes.values() if any(form.fullmatch(t) for t in texts[:20])]
        fits = {t for texts in near for t in texts if form.fullmatch(t) and day(t, spelling)}
        if fits:
            found.append((spelling, fits))
    return found


def _compatible(chosen: list[str]) -> bool:
    looks = {re.sub("%-?[a-zA-Z]", lambda m: _CODES.get(m[0], m[0]), form) for form in chosen}
    zoned = {form.endswith((*UTC, *OFFSETS)) for form in chosen}
    return len(looks) == len(chosen) and len(zoned) == 1


def _tightened(spelling: Spelling, texts: set[str]) -> Spelling:
    """The narrowest form of a wide format that still spells all its texts."""
    form = spelling.format
    for wide, narrow in (("%-d", "%d"), ("%-m", "%m"), ("%-b", "%b"), ("%-b", "%B")):
        tried = form.replace(wide, narrow)
        fits = re.compile(pattern(replace(spelling, format=tried)))
        if all(fits.fullmatch(t) for t in texts):
            form = tried
    if "%-m" in form:  # days of two digits beside months of one are chance
        form = loosened(form)
    return replace(spelling, format=form)


def turned(values: Mapping[str, int], found: Spelling) -> Spelling | None:
    """The same mixture with day and month changed over where its texts allow both; `None` when they do not."""
    forms = [_turned(values, replace(found, format=form)) for form in formats(found)]
    made = replace(found, format="|".join(forms))
    return made if made != found else None


def _turned(values: Mapping[str, int], spelling: Spelling) -> str:
    other, form = swapped(spelling), re.compile(pattern(spelling))
    texts = [t for t in values if form.fullmatch(t)]
    return other.format if other is not None and all(day(t, other) for t in texts) else spelling.format
