"""The key of a source as everybody may rely on it: the surest claim, in the names of its staging model."""

from __future__ import annotations

from windvane.domain.batch import Cast
from windvane.domain.finding import Finding
from windvane.sql.alias import columns_of

SURE = 0.9  # a key that is less probable suppresses no row and joins nothing


def key_of(findings: tuple[Finding, ...], source: str, casts: tuple[Cast, ...]) -> tuple[str, ...]:
    """Names of the casts that make the key of `source`; empty when no key is sure or a part of it is not read."""
    claims = [f for f in findings if f.subject == source and f.claim == "key" and f.confidence >= SURE]
    best = max(claims, key=lambda f: f.confidence, default=None)
    if best is None:
        return ()
    named = {column: c.name for c in casts for column in columns_of(c.text)}
    wanted = best.value.split(",")
    return tuple(named[w] for w in wanted) if all(w in named for w in wanted) else ()


def time_of(findings: tuple[Finding, ...], source: str, casts: tuple[Cast, ...]) -> str:
    """Name of the cast that tells the time of `source`; empty when none is likely."""
    claims = [f for f in findings if f.subject == source and f.claim == "time_column" and f.confidence >= 0.6]
    best = max(claims, key=lambda f: f.confidence, default=None)
    named = {column: c.name for c in casts for column in columns_of(c.text)}
    return named.get(best.value, "") if best else ""
