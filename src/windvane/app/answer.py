"""Reads a person's answer to a question with options: its number, or its text."""

from __future__ import annotations

from windvane.domain.errors import Usage


def chosen(options: tuple[str, ...], answer: str) -> str:
    """The option that `answer` names: `1` for the first, or its text in any case, or an unmistakable beginning.

    Raises `Usage` (`answer.unknown`) naming the options.
    """
    said = answer.strip().casefold()
    if said.isdecimal() and 1 <= int(said) <= len(options):
        return options[int(said) - 1]
    exact = [o for o in options if o.casefold() == said]
    begins = [o for o in options if said and o.casefold().startswith(said)]
    for found in (exact, begins):
        if len(found) == 1:
            return found[0]
    listed = "; ".join(f"{n} {o}" for n, o in enumerate(options, 1))
    raise Usage(
        f"`{answer}` is none of the options",
        code="answer.unknown",
        why=f"there are: {listed}" if options else "this question has no options",
        fix="give the number of one",
    )
