"""A language model that says what a script says: for tests and for rehearsals without a network.

It is deterministic, costs nothing, and is held to the fields exactly as a real one is: a name outside the options, a
missing field or two answers where one is wanted is `llm.invalid`, never an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from windvane.domain.errors import Failed, Usage
from windvane.domain.heading import LlmSettings
from windvane.domain.ports import Answer, Field, Secrets

Script = Mapping[str, Mapping[str, Sequence[str]]]  # purpose -> field -> chosen options


class Scripted:
    """The `Llm` port over a script."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def choose(self, *, purpose: str, prompt: str, fields: tuple[Field, ...]) -> Answer:
        """The scripted answer for `purpose`. Raises `Failed` (`llm.invalid`, `llm.unscripted`)."""
        if purpose not in self._script:
            raise Failed(
                f"the script says nothing about `{purpose}`", code="llm.unscripted", fix="add it to the script"
            )
        said = self._script[purpose]
        values = tuple((f.name, _checked(f, tuple(said.get(f.name, ())))) for f in fields)
        return Answer(values=values, model="scripted", tokens_in=len(prompt) // 4, tokens_out=len(str(said)) // 4)


def connect(settings: LlmSettings, secrets: Secrets) -> Scripted:
    """A model that answers from the JSON file of `provider = "scripted:answers.json"`: purpose -> field -> [options].

    Raises `Usage` (`llm.script`) when the file is not there or not of that shape.
    """
    path = Path(secrets.resolve(settings.provider.partition(":")[2]))
    try:
        script = json.loads(path.read_text("utf-8"))
        return Scripted({p: {f: [str(o) for o in v] for f, v in said.items()} for p, said in script.items()})
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Usage(
            f"cannot read the script `{path}`", code="llm.script", why=str(error), fix="correct `provider`"
        ) from None


def _checked(field: Field, chosen: tuple[str, ...]) -> tuple[str, ...]:
    strangers = [c for c in chosen if field.options and c not in field.options]
    if strangers:
        raise _invalid(field, f"`{strangers[0]}` is none of its options")
    if field.many == "one" and len(chosen) != 1:
        raise _invalid(field, f"one answer is wanted, {len(chosen)} are there")
    if not field.options:
        for number in chosen:
            try:
                float(number)
            except ValueError:
                raise _invalid(field, f"`{number}` is no number") from None
    return chosen


def _invalid(field: Field, why: str) -> Failed:
    return Failed(f"the answer to `{field.name}` is not valid", code="llm.invalid", why=why)
