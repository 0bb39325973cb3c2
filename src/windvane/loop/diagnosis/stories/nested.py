"""Values came inside objects."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case
from windvane.stack.repair.spellings import suspects, texts_of


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The story, where every text of a column that does not read is an object."""
    names = [n for n in suspects(case) if case.raw(n)]
    whole = [n for n in names if (texts := texts_of(case, n)) and all(t[:1] == "{" and t[-1:] == "}" for t in texts)]
    return (one("nested", 0.9, tuple(f"`{n}`: every text is an object" for n in whole)),) if whole else ()
