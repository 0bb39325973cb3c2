"""The heading of an estate: what a person writes in `windvane.toml`."""

from __future__ import annotations

from windvane.domain.alert import Channel
from windvane.domain.estate import Calendar, Policy, Source
from windvane.domain.goal import Goal
from windvane.domain.ports import Resources
from windvane.domain.record import Record


class Wish(Record):
    """One goal in a person's words; `goal` is there once it was understood for exactly this sentence."""

    sentence: str
    goal: Goal | None = None


class ModelPrice(Record):
    """What a language model costs, in currency units per million tokens."""

    model: str
    input: float
    output: float


class LlmSettings(Record):
    """Which language model to ask, and what it may cost; the key is a reference, never a value."""

    provider: str  # provider:model, like `openai:gpt-5-mini`, or `scripted:answers.json`
    base_url: str = ""
    key: str = ""  # `${env:NAME}` or `${keyring:service/user}`; empty: as the provider finds it in the environment
    budget: float = 0.0  # currency units per run; nothing that costs is asked beyond it
    prices: tuple[ModelPrice, ...] = ()
    timeout_s: float = 60.0
    retries: int = 2  # how often an invalid answer is sent back, and a failed request repeated


class Heading(Record):
    """`windvane.toml` as one value."""

    name: str
    goals: tuple[Wish, ...] = ()
    sources: tuple[Source, ...] = ()
    calendar: Calendar = Calendar()
    policy: Policy = Policy()
    llm: LlmSettings | None = None
    engine: Resources = Resources()
    alerts: tuple[Channel, ...] = ()
