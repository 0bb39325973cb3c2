"""Letters that were encoded twice: the way back is lossless for every text that shows it."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.quality.oddities import ODDITIES
from windvane.stack.repair.case import case_of
from windvane.stack.repair.letters import replacing
from windvane.stack.repair.plans import Claim, reading


class Mojibake:
    """Needs: every odd text of a column reads as UTF-8 when its letters are bytes of Windows-1252, with nothing lost.

    Touches those letters in this batch. Verified by every check.
    """

    cause = "mojibake"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns with such letters; none when one text cannot be taken back."""
        case = case_of(scene)
        if case is None:
            return ()
        odd = next(o for o in ODDITIES if o.cause == self.cause)
        names = [n for n in case.broken("strange_text")]
        fixes = tuple(f for n in names if (f := replacing(case, n, odd, _back)) is not None)
        if not fixes:
            return ()
        claim = Claim(
            proposer="mojibake",
            title=f"Decode {', '.join(f'`{f.column}`' for f in fixes)} in {case.source}",
            rationale="Bytes of UTF-8 were read as Windows-1252; read back, every text is whole again.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _back(text: str) -> str | None:
    """The text before it was encoded twice; `None` when it does not read, or would not come out the same again."""
    try:
        raw = b"".join(_byte(c) for c in text)
        found = raw.decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    return found if found != text else None


def _byte(letter: str) -> bytes:
    """The byte that Windows-1252 shows as this letter; the five it leaves open are those of Latin-1."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def remedy() -> Remedy:
    """The remedy."""
    return Mojibake()
