"""Finds what an id names: a decision, an incident, a plan or a release."""

from __future__ import annotations

from collections.abc import Collection

from windvane.app.story.book import Book
from windvane.domain.decision import Decision
from windvane.domain.errors import Usage

_WORDS = {"D": "decision", "I": "incident", "P": "plan", "R": "release"}


def name(text: str) -> str:
    """An id as it is written in the ledger: `d-7` becomes `D-7`. Raises `Usage` (`id.invalid`)."""
    letter, dash, rest = text.strip().partition("-")
    if letter.upper() in _WORDS and dash and rest.isalnum() and rest.isascii():
        return f"{letter.upper()}-{rest.lower() if letter in 'pP' else int(rest) if rest.isdecimal() else rest}"
    raise Usage(
        f"`{text}` is not an id",
        code="id.invalid",
        why="ids are D-n (decision), I-n (incident), R-n (release) and P-fingerprint (plan)",
        fix="windvane log, which shows them",
    )


def decision(book: Book, text: str) -> Decision:
    """The decision `D-n`, or the one that made the release `R-n`. Raises `Usage`."""
    wanted = name(text)
    if wanted[0] in "IP":
        why = "I- names an incident" if wanted[0] == "I" else "P- names a plan"
        raise Usage(f"`{wanted}` is no decision", code="id.kind", why=why, fix=f"windvane why {wanted}")
    if wanted.startswith("R-"):
        wanted = next((d for d, r in book.releases.items() if r.id == wanted), wanted)
    if wanted in book.decisions:
        return book.decisions[wanted]
    raise unknown(wanted, book)


def incident(book: Book, text: str) -> str:
    """The incident `I-n`, as the ledger writes it. Raises `Usage`."""
    wanted = name(text)
    if wanted in book.incidents:
        return wanted
    raise unknown(wanted, book)


def plan(book: Book, text: str) -> str:
    """The fingerprint that `P-...` begins, when exactly one plan's does. Raises `Usage`."""
    start = name(text)[2:]
    found = [f for f in book.plans if f.startswith(start)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise unknown(f"P-{start}", book)
    why = "these begin so: " + ", ".join(f"P-{f}" for f in found[:5])
    raise Usage(f"`P-{start}` fits {len(found)} plans", code="id.ambiguous", why=why, fix="give more of it")


def unknown(wanted: str, book: Book) -> Usage:
    """The error for an id that the ledger does not have."""
    known = {
        "D": list(book.decisions),
        "I": list(book.incidents),
        "R": [r.id for r in book.releases.values()],
        "P": [f"P-{f}" for f in book.plans],
    }[wanted[0]]
    what = _WORDS[wanted[0]]
    return Usage(
        f"unknown {what} `{wanted}`", code=f"{what}.unknown", why=_there_are(known), fix="windvane log --last 20"
    )


def _there_are(known: Collection[str]) -> str:
    listed = list(known)
    if not listed:
        return "the ledger has none yet"
    return f"there are {', '.join(listed)}" if len(listed) <= 5 else f"there are {listed[0]} to {listed[-1]}"
