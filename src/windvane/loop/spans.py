"""Which decision times decide about a product, which are sealed, and from which on it is in use, as remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.estimate import Inputs
from windvane.domain.record import canonical, decode
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.evidence.windows import Deciding, Seal, Window

if TYPE_CHECKING:
    from windvane.stack.estimation.panel import Times

LIVE = "live"


def seal(crew: Crew, product: str) -> Seal | None:
    """The sealed window of a product once it was opened: from then on its times stay, whatever comes later."""
    known = crew.ledger.recall(f"seal:{product}")
    found = decode(known, Seal) if known else None
    return found if found is not None and found.opened else None


def opened(crew: Crew, found: Seal) -> None:
    """Remember that a sealed window was opened."""
    crew.ledger.remember(f"seal:{found.product}", canonical(found).decode())


def deciding(crew: Crew, product: str) -> Deciding | None:
    """The decision times in use that decide since the last drift of a product; nothing before the first one."""
    known = crew.ledger.recall(f"deciding:{product}")
    return decode(known, Deciding) if known else None


def decide(crew: Crew, found: Deciding) -> None:
    """Let other decision times decide from now on."""
    crew.ledger.remember(f"deciding:{found.product}", canonical(found).decode())


def tested(crew: Crew, product: str, version: str) -> tuple[str, str]:
    """The first and the last decision time that a version was chosen on, ISO 8601; empty when it never was.

    A sealed window that was opened for any version counts: nobody has not seen it.
    """
    book = Logbook(crew.ledger)
    own = [s for s in book.scored if s.product == product and s.version == version and s.window == "development"]
    if not own:
        return "", ""
    late = [s.ends for s in book.scored if s.product == product and s.window == "sealed"]
    return own[0].begins, max((own[0].ends, *late))


def begun(crew: Crew, product: str) -> tuple[str, str]:
    """The first and the last decision time of the development window as the first version had it; empty before it.

    A window stays when older history comes to it: what was sealed stays sealed.
    """
    found = (s for s in Logbook(crew.ledger).scored if s.product == product and s.window == "development")
    first = next(found, None)
    return (first.begins, first.ends) if first is not None else ("", "")


def between(times: Times, begins: str, ends: str) -> Window:
    """The window of the decision times `begins` to `ends`, both included."""
    import numpy as np

    first = int(np.searchsorted(times, np.datetime64(begins), side="left"))
    stop = int(np.searchsorted(times, np.datetime64(ends), side="right"))
    return Window(first=first, stop=stop, begins=begins, ends=ends)


def sealed(times: Times, found: Seal, inputs: Inputs) -> tuple[Window, Window]:
    """Development and sealed window of a product whose sealed window was opened, wherever they lie in `times` now."""
    late = between(times, found.window.begins, found.window.ends)
    stop = max(1, late.first - inputs.horizon)
    return Window(first=0, stop=stop, begins=_iso(times, 0), ends=_iso(times, stop - 1)), late


def _iso(times: Times, step: int) -> str:
    return str(times[step].astype("datetime64[s]").item().isoformat())
