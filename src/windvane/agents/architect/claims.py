"""What the findings say of one source, and how sure they must be before something is built on them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from windvane.domain.estate import Contract
from windvane.domain.finding import Claim, Finding
from windvane.stack.quality.telling import telling

# A wrong key silently drops rows and a wrong reference multiplies them, so both need near certainty; a wrong type
# only ends in quarantine, a wrong time column in a slower build. Masking errs on the side of the person.
KEY_SURE = 0.9
REFERENCE_SURE = 0.9
TYPE_SURE = 0.8
TIME_SURE = 0.8
DELIVERY_SURE = 0.8
MEANING_SURE = 0.5
PERSONAL_SUSPECTED = 0.3

_TYPE = re.compile(r"date|timestamp|bigint|integer|double|boolean|varchar|decimal\(\d+,\d+\)")
_PLAIN = {
    "bigint": "integer",
    "integer": "integer",
    "double": "decimal:point=.",
    "date": "date:%Y-%m-%d",
    "timestamp": "timestamp:%Y-%m-%d %H:%M:%S",
    "boolean": "boolean:true=true;false=false",
}


@dataclass(frozen=True)
class Claims:
    """The findings about one source; `declared` is what its database says of it and counts as certain."""

    source: str
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]
    declared: Contract | None = None

    def best(self, claim: Claim, column: str = "") -> Finding | None:
        """The most confident finding of a kind about the source or one column; simpler values win a draw."""
        subject = f"{self.source}.{column}" if column else self.source
        found = [f for f in self.findings if f.claim == claim and f.subject == subject]
        return max(found, key=lambda f: (f.confidence, -len(f.value)), default=None)

    def value(self, claim: Claim, column: str = "", *, sure: float) -> str:
        """The value of the best finding when it is sure enough, otherwise empty."""
        found = self.best(claim, column)
        return found.value if found is not None and found.confidence >= sure else ""

    def type_of(self, column: str) -> str:
        """The type to build with: what is not sure stays text, so that nothing is lost."""
        found = self.value("type", column, sure=TYPE_SURE).replace(" ", "")
        if not found and self.best("type", column) is None and self.declared is not None:
            found = next((c.type for c in self.declared.columns if c.name == column), "")
        return found if _TYPE.fullmatch(found) else "varchar"

    def grammar_of(self, column: str) -> str:
        """How the text spells the value; the plain spelling of its type when nothing else was found."""
        kind = self.type_of(column)
        plain = _PLAIN.get(kind, "decimal:point=." if kind.startswith("decimal") else "text")
        return (self.value("grammar", column, sure=TYPE_SURE) or plain) if kind != "varchar" else "text"

    def null_tokens(self, column: str) -> tuple[str, ...]:
        """Texts that mean no value."""
        text = self.value("null_token", column, sure=TYPE_SURE)
        try:
            listed = json.loads(text) if text else []
        except ValueError:
            return ()
        return tuple(str(t) for t in listed) if isinstance(listed, list) else ()

    def evidence_of(self, column: str) -> tuple[str, ...]:
        """What was measured about the spelling and the null tokens of a column, for the comment beside its rule."""
        if self.is_personal(column):
            return ("personal: masked for readers",)
        found = [self.best(claim, column) for claim in ("grammar", "null_token")]
        used = [f for f in found if f is not None and f.confidence >= TYPE_SURE]
        doubt = self.best("type", column)
        if doubt is not None and doubt.confidence < TYPE_SURE and doubt.value != "varchar":
            return (f"kept as text: {doubt.value} is only {doubt.confidence:.0%} sure, {doubt.evidence}",)
        return tuple(dict.fromkeys(f.evidence for f in used if telling(f.evidence)))

    def is_personal(self, column: str) -> bool:
        """Whether the column may hold personal data."""
        return bool(self.value("personal", column, sure=PERSONAL_SUSPECTED))

    def key(self) -> tuple[tuple[str, ...], float, str]:
        """(columns as delivered, confidence, evidence) of the best key; no columns when none is claimed."""
        if self.declared is not None and self.declared.key:
            return self.declared.key, 1.0, "declared by the database"
        found = self.best("key")
        if found is None:
            return (), 0.0, "no candidate was found"
        return split_columns(found.value, self.columns), found.confidence, found.evidence


def claims_about(
    source: str, columns: tuple[str, ...], *, findings: Iterable[Finding], declared: Iterable[Contract]
) -> Claims:
    """The findings and the declaration that are about one source."""
    mine = tuple(f for f in findings if f.subject == source or f.subject.startswith(source + "."))
    return Claims(source, columns, mine, next((d for d in declared if d.relation == source), None))


def split_columns(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that `a,b` names; names that hold commas themselves are recognised. Empty when one is not known."""
    if not text:
        return ()
    for name in sorted(known, key=len, reverse=True):
        if text == name:
            return (name,)
        if text.startswith(name + ","):
            rest = split_columns(text[len(name) + 1 :], known)
            if rest:
                return (name, *rest)
    return ()
