"""Divides what is left of a sentence into phrases: what is measured, what it is about, and the surroundings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from windvane.agents.analyst.vocabulary import SILENT, singular

_EACH = ("per", "by", "across")
_QUANTIFIERS = ("each", "every", "all", "any")
_PREPOSITIONS = ("of", "in", "at", "from", "on", "with", "within", "among", "to", "for", "between", "than", "versus")
_DETERMINERS = ("the", "our", "their", "its", "a", "an", "my", "this", "these")
_RELATIVE = (
    "that",
    "which",
    "who",
    "whose",
    "if",
    "whether",
    "will",
    "is",
    "are",
    "be",
    "likely",
    "risk",
    "probability",
)
_DROPPED = (
    r"(?:so that|so we|in order to|because|which helps|to help|to support|to plan|to decide|for planning|when|while"
    r"|as soon as|such that)\b.*"
)
_FUSED = r"(?:broken down|split|grouped?|sliced|aggregated|divided|separated|sorted|ordered|ranked) by"


@dataclass
class Phrases:
    """Words of the parts of a sentence; each phrase is a tuple of words that may name something."""

    measures: list[tuple[str, ...]] = field(default_factory=list)
    entities: list[tuple[str, ...]] = field(default_factory=list)
    context: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # with the preposition before it
    orders: list[tuple[str, ...]] = field(default_factory=list)  # after by: an entity, or what to sort and group by
    claims: list[tuple[str, ...]] = field(default_factory=list)  # after that, which, whether, will


def divide(text: str, *, names: frozenset[str]) -> Phrases:
    """The phrases of `text`; words that name nothing are left out unless they are among `names` of the catalog."""
    reason = re.search(rf"(?<!\S){_DROPPED}", text)
    if reason and any(_named(w, names) for w in text[: reason.start()].split()):
        text = text[: reason.start()] + "|"
    text = re.sub(rf"(?<!\S){_FUSED}(?!\S)", "by", text)
    return _Divider(names).run(text.split())


def _named(word: str, names: frozenset[str]) -> bool:
    return word in names or singular(word) in names


class _Divider:
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._phrases = Phrases()
        self._role = "measure"
        self._words: list[str] = []

    def run(self, tokens: list[str]) -> Phrases:
        for place, token in enumerate(tokens):
            after = tokens[place + 1] if place + 1 < len(tokens) else ""
            self._take(token, after)
        self._flush("measure")
        return self._phrases

    def _take(self, token: str, after: str) -> None:
        if token == "|":
            self._flush(self._role if self._role in ("entity", "order") and after in ("and", ",") else "measure")
        elif token in (",", "and", "or", "&"):
            self._flush("measure" if self._role not in ("entity", "order", "claim") else self._role)
        elif token in _EACH or token in _QUANTIFIERS:
            self._flush(
                "order"
                if token == "by"
                else "entity"
                if token in (*_EACH, "each", "every")
                else f"{self._role.split()[0]} all"
            )
        elif token in _PREPOSITIONS:
            self._flush(f"context {token}")
        elif token in _RELATIVE:
            if self._words or self._role != "measure":  # "what is the price" claims nothing
                self._flush("claim")
        else:
            self._word(token)

    def _word(self, token: str) -> None:
        if token in _DETERMINERS:
            if self._role in ("entity", "order") and self._words:
                self._flush("measure")  # "for each store the revenue"
        elif self._telling(token):
            self._words.append(token)

    def _telling(self, token: str) -> bool:
        if not token[0].isalpha():
            return False
        return token not in SILENT or _named(token, self._names)

    def _flush(self, role: str) -> None:
        words = tuple(self._words)
        if words:
            kind, _, preposition = self._role.partition(" ")
            match kind:
                case "measure":
                    self._phrases.measures.append(words)
                case "order":
                    self._phrases.orders.append(words)
                case "entity":
                    self._phrases.entities.append(words)
                case "claim":
                    self._phrases.claims.append(words)
                case _:
                    self._phrases.context.append((preposition, words))
        if role.startswith("context") and self._role == "entity" and not words:
            role = "entity"  # "for each of the stores"
        self._role, self._words = role, []
