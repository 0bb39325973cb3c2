"""The scripted model is held to the same fields as a real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from windvane.adapters.llms import scripted
from windvane.adapters.secrets import References
from windvane.domain.errors import Failed, Usage
from windvane.domain.heading import LlmSettings
from windvane.domain.ports import Field

FIELDS = (Field(name="measure", options=("a.x", "a.y")), Field(name="horizon"))


def test_it_says_what_the_script_says(tmp_path: Path) -> None:
    script = tmp_path / "answers.json"
    script.write_text(json.dumps({"goal": {"measure": ["a.x"], "horizon": ["3"]}}))
    llm = scripted.connect(LlmSettings(provider=f"scripted:{script}"), References({}))
    answer = llm.choose(purpose="goal", prompt="anything", fields=FIELDS)
    assert answer.of("measure") == ("a.x",)
    assert answer.cost == 0


@pytest.mark.parametrize(
    "said",
    [
        {"measure": ["b.z"], "horizon": ["3"]},
        {"measure": ["a.x", "a.y"], "horizon": ["3"]},
        {"measure": ["a.x"]},
        {"measure": ["a.x"], "horizon": ["soon"]},
    ],
)
def test_it_cannot_say_what_a_real_one_could_not(said: dict[str, list[str]]) -> None:
    with pytest.raises(Failed) as caught:
        scripted.Scripted({"goal": said}).choose(purpose="goal", prompt="", fields=FIELDS)
    assert caught.value.code == "llm.invalid"


def test_silence_is_no_answer() -> None:
    with pytest.raises(Failed) as caught:
        scripted.Scripted({}).choose(purpose="goal", prompt="", fields=FIELDS)
    assert caught.value.code == "llm.unscripted"


@pytest.mark.parametrize("text", ["", "[1]", '{"goal": 3}'])
def test_a_broken_script_is_told(tmp_path: Path, text: str) -> None:
    script = tmp_path / "answers.json"
    script.write_text(text)
    with pytest.raises(Usage) as caught:
        scripted.connect(LlmSettings(provider=f"scripted:{script}"), References({}))
    assert caught.value.code == "llm.script"
