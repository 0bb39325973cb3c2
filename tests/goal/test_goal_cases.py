"""Sentences of people from many worlds, and the goal, the question or the refusal that must come of each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from windvane.agents.analyst import answer, understand
from windvane.domain.entry import Understood
from windvane.domain.errors import NeedsPerson
from windvane.domain.goal import Goal, Question, read_target

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))["case"]


def expected(case: dict[str, object]) -> Goal:
    told = dict(case["goal"])
    told["targets"] = tuple(read_target(t) for t in told.get("targets", []))
    for name in ("entities", "constraints"):
        told[name] = tuple(told.get(name, []))
    return Goal(sentence=str(case["sentence"]), **told)


@pytest.mark.parametrize("case", CASES, ids=[f"{c['catalog']}: {c['sentence']}" for c in CASES])
def test_a_sentence_becomes_what_it_means(case, world):
    catalog = world(case["catalog"])
    if "unserved" in case:
        with pytest.raises(NeedsPerson) as caught:
            print(understand(case["sentence"], catalog, None))
        assert caught.value.code == "goal.unserved"
        assert case["unserved"] in caught.value.message + caught.value.why
        return
    result = understand(case["sentence"], catalog, None)
    if "goal" in case:
        assert isinstance(result, Understood), result
        assert result.goal == expected(case)
        assert result.confidence > 0.5
        return
    assert isinstance(result, Question), result
    found = [getattr(o.goal, case.get("by", "measure")) for o in result.options]
    named = [v[0] if isinstance(v, tuple) else v for v in found]
    assert sorted(named) == sorted(case["question"])
    assert case.get("first", named[0]) == named[0]
    assert 2 <= len(result.options) <= 5
    assert answer(result, 1).goal == result.options[0].goal


def test_there_are_many_worlds():
    assert len(CASES) >= 60
    assert len({c["catalog"] for c in CASES}) >= 6
