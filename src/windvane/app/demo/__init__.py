"""The demo: real prices, built into an estate, broken on purpose, healed, held, undone and restored."""

from __future__ import annotations
