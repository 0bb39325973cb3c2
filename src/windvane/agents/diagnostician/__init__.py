"""The diagnostician: when no known repair passes, it searches the grammar of repairs for the one that does."""

from __future__ import annotations

from windvane.agents.diagnostician.diagnostician import Diagnostician
from windvane.domain.ports import Agent


def agent() -> Agent:
    """The deterministic expert."""
    return Diagnostician()
