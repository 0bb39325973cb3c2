"""Reads from the environment which language model to ask, for when there is no `windvane.toml` yet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from windvane.domain.errors import Usage
from windvane.domain.heading import LlmSettings, ModelPrice

_NUMBER = r"\d+(?:\.\d+)?"


def asked_for(environment: Mapping[str, str]) -> LlmSettings | None:
    """What `WINDVANE_LLM=provider:model` and its companions say; `None` without it.

    `WINDVANE_LLM_BASE_URL`: another address than the provider's. `WINDVANE_LLM_KEY`: the key, read when it is needed.
    `WINDVANE_LLM_BUDGET`: what one command may cost. `WINDVANE_LLM_PRICE=2/10`: currency units per million tokens in
    and out, where the price is not known otherwise. Raises `Usage` (`llm.environment`).
    """
    provider = environment.get("WINDVANE_LLM", "")
    if not provider:
        return None
    model = provider.partition(":")[2]
    if not model:
        raise _wrong("WINDVANE_LLM", "write `provider:model`, like `openai:gpt-5-mini`")
    budget = environment.get("WINDVANE_LLM_BUDGET", "0")
    if not re.fullmatch(_NUMBER, budget):
        raise _wrong("WINDVANE_LLM_BUDGET", "write a number, like `0.50`")
    price = environment.get("WINDVANE_LLM_PRICE", "")
    given = re.fullmatch(rf"({_NUMBER})/({_NUMBER})", price)
    if price and given is None:
        raise _wrong("WINDVANE_LLM_PRICE", "write the prices of a million tokens in and out, like `2/10`")
    prices = (ModelPrice(model=model, input=float(given[1]), output=float(given[2])),) if given else ()
    return LlmSettings(
        provider=provider,
        base_url=environment.get("WINDVANE_LLM_BASE_URL", ""),
        key="${env:WINDVANE_LLM_KEY}" if environment.get("WINDVANE_LLM_KEY") else "",
        budget=float(budget),
        prices=prices,
    )


def _wrong(name: str, fix: str) -> Usage:
    return Usage(f"`{name}` cannot be understood", code="llm.environment", why="no model was asked", fix=fix)
