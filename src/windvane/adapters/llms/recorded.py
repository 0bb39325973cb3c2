"""Puts every question to a language model, with its answer, tokens and cost, where the caller wants it: the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable

from windvane.domain.entry import Asked
from windvane.domain.errors import WindvaneError
from windvane.domain.ports import Answer, Field, Llm


class Recorded:
    """An `Llm` that tells `note` of each question before its answer is used; a failed one is noted as not accepted."""

    def __init__(self, llm: Llm, note: Callable[[Asked], None]) -> None:
        self._llm = llm
        self._note = note

    def choose(self, *, purpose: str, prompt: str, fields: tuple[Field, ...]) -> Answer:
        """The answer of the model inside; raises what it raises."""
        try:
            answer = self._llm.choose(purpose=purpose, prompt=prompt, fields=fields)
        except WindvaneError as error:
            said = f"{error.code}: {error.message}"
            self._note(
                Asked(model="", purpose=purpose, answer=said, tokens_in=0, tokens_out=0, cost=0.0, accepted=False)
            )
            raise
        self._note(
            Asked(
                model=answer.model,
                purpose=purpose,
                answer=json.dumps(dict(answer.values), ensure_ascii=False),
                tokens_in=answer.tokens_in,
                tokens_out=answer.tokens_out,
                cost=answer.cost,
                accepted=True,
            )
        )
        return answer
