"""Puts every question to a language model, with its answer, tokens and cost, where the caller wants it: the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable

from windvane.domain.entry import Asked
from windvane.domain.errors import WindvaneError
from windvane.domain.ports import Answer, Field, Llm


class Recorded:
    """An `Llm` that tells `note` of each question before its answer is used; a failed one is noted as not accepted.

    `name` is the model, for questions that got no answer; what they cost is the difference in what the model `spent`.
    """

    def __init__(self, llm: Llm, note: Callable[[Asked], None], *, name: str = "") -> None:
        self._llm = llm
        self._note = note
        self._name = name

    def choose(self, *, purpose: str, prompt: str, fields: tuple[Field, ...]) -> Answer:
        """The answer of the model inside; raises what it raises."""
        before = _spent(self._llm)
        try:
            answer = self._llm.choose(purpose=purpose, prompt=prompt, fields=fields)
        except WindvaneError as error:
            said = ": ".join(t for t in (error.code, error.message, error.why) if t)
            cost = _spent(self._llm) - before
            lost = Asked(
                model=self._name, purpose=purpose, answer=said, tokens_in=0, tokens_out=0, cost=cost, accepted=False
            )
            self._note(lost)
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


def _spent(llm: Llm) -> float:
    """What a model has cost so far; nothing for one that keeps no account."""
    return float(getattr(llm, "spent", 0.0))
