"""Any language model that pydantic-ai reaches, asked for closed answers within a budget."""

from __future__ import annotations

from windvane.adapters.llms.provider.asking import Provider
from windvane.domain.heading import LlmSettings
from windvane.domain.ports import Secrets


def connect(settings: LlmSettings, secrets: Secrets, *, spent: float = 0.0) -> Provider:
    """The model that `settings` names; nothing is sent and nothing heavy imported before it is asked.

    `spent` is what this run has cost so far, in the currency of the prices.
    """
    return Provider(settings, secrets, spent=spent)
