"""Rules that answers became, and what taking one back would do."""

from __future__ import annotations

from windvane.app.reports import Preview
from windvane.app.story.book import Book
from windvane.domain.errors import Usage
from windvane.domain.rule import Rule, rules_of


def rules(book: Book) -> tuple[Rule, ...]:
    """All rules, oldest first."""
    return rules_of((said for _, said in book.said), book.decisions)


def revoking(found: tuple[Rule, ...], name: str) -> Preview:
    """What would be asked again. Raises `Usage` (`rule.unknown`)."""
    rule = next((r for r in found if r.id == name and not r.revoked), None)
    if rule is None:
        known = ", ".join(r.id for r in found if not r.revoked) or "none"
        raise Usage(
            f"there is no rule `{name}` in force", code="rule.unknown", why=f"in force: {known}", fix="windvane rules"
        )
    return Preview(
        title=f"Revoke {name}: {rule.title}",
        does=("questions of its shape are asked again", f"what it answered ({rule.fired:,} times) stays as it is"),
        command=f"windvane rules --revoke {name} --yes",
    )
