"""Whose public holidays a daily series keeps is found from its days and values alone, or not claimed."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from windvane.stack.estimation.almanac import almanacs, keeping, spelled

FIRST, DAYS = date(2018, 1, 1), 900
AMONG = {a.name: a for a in almanacs(2018, 2020)}


def series(off: frozenset[date], *, times: float, seed: int = 1) -> dict[date, float]:
    """Three years of days with a weekly habit and noise; on days `off` the values are multiplied."""
    chance = random.Random(seed)
    days = [FIRST + timedelta(n) for n in range(DAYS)]
    return {d: (100 + 20 * (d.weekday() == 5) + chance.gauss(0, 6)) * (times if d in off else 1) for d in days}


@pytest.mark.parametrize("country", ["IT", "US", "JP", "BR", "IN"])
def test_the_country_is_told_from_values_on_its_holidays(country: str) -> None:
    found = keeping(series(AMONG[country].days, times=0.5), weekends=True)
    assert found is not None and found.almanac.name == country


@pytest.mark.parametrize("market", ["XLON", "XBOM", "XWAR"])
def test_an_exchange_is_told_from_the_days_on_which_it_is_closed(market: str) -> None:
    off = AMONG[market].days
    days = {d: v for d, v in series(off, times=1).items() if d.weekday() < 5 and d not in off}
    found = keeping(days, weekends=False)
    assert found is not None and found.almanac.days == almanac_of(market)


def almanac_of(market: str) -> frozenset[date]:
    return next(a.days for a in almanacs(2018, 2020 + 5) if a.name == market)


@pytest.mark.parametrize("seed", range(6))
def test_a_series_that_keeps_none_is_not_given_one(seed: int) -> None:
    assert keeping(series(frozenset(), times=1, seed=seed), weekends=True) is None


def test_a_handful_of_days_tells_nothing() -> None:
    assert keeping({FIRST + timedelta(n): 1.0 for n in range(10)}, weekends=True) is None


def test_days_of_every_year_are_spelled_once() -> None:
    told = spelled(AMONG["IT"])
    assert "12-25" in told and "2019-04-22" in told and "2019-12-25" not in told
