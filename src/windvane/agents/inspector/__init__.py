"""The inspector: gives every contract the checks that its history supports, within one false-alarm budget."""

from __future__ import annotations

from windvane.agents.inspector.inspector import Inspector
from windvane.domain.ports import Agent


def agent() -> Agent:
    """The deterministic expert."""
    return Inspector()
