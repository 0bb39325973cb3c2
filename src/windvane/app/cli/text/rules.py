"""The list of rules."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import columns
from windvane.domain.rule import Rule


def rules(found: tuple[Rule, ...]) -> Iterator[Line]:
    """Number, where it comes from, how often it answered, and for what."""
    if not found:
        yield Line("no rule yet; windvane approve D-n --always makes one of an answer")
        return
    yield from columns([(r.id, r.decision, _state(r), f"{r.title}: {r.shape}") for r in found], indent="")


def _state(rule: Rule) -> str:
    return "revoked" if rule.revoked else f"answered {rule.fired:,} times"
