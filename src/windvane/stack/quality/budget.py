"""Splits the false-alarm budget of a batch over the checks that may stop it.

The budget is 0.5 % per batch: of a thousand benign deliveries of a source at most five are held in vain, that is
about one and a quarter question per source and year at one delivery per business day. It is spent per batch, because
a batch is what gets held and what a person is asked about. A batch runs through the checks of its own relations only,
so the sum of their bounds bounds the share of benign batches that are stopped, however the checks depend on each other
(Bonferroni); in the spirit of Auto-Validate-by-History (KDD 2023) the budget is one total over all rules, not one per
rule. Weak checks give way first: what cannot rest on `LEAST` known cases is dropped, and so is the check with the
shortest past whenever its limit would have to be stretched more than `MOST_STRETCH` times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from windvane.stack.quality.table import Share, Wish

TOTAL = 0.005
LEAST = 8
MOST_STRETCH = 12.0


def split(wishes: Sequence[Wish], *, total: float = TOTAL) -> tuple[Share, ...]:
    """A share for each wish that is kept, in the order given; the bounds of those that block sum to at most `total`.

    Rules true by definition cost nothing. A rule that never had an exception costs the rule of three; together they may
    take half of the total, cheapest first, and the others only warn. The rest is split by weight.
    """
    firm = _firm(wishes, total / 2)
    left = total - sum(s.alpha for s in firm.values() if s.severity == "block")
    loose = _loose([w for w in wishes if w.weight > 0], left)
    chosen = firm | loose
    return tuple(chosen[w] for w in wishes if w in chosen)


def _firm(wishes: Sequence[Wish], most: float) -> dict[Wish, Share]:
    shares, spent = {}, 0.0
    for wish in sorted((w for w in wishes if w.weight <= 0), key=lambda w: w.fixed):
        fits = spent + wish.fixed <= most
        spent += wish.fixed if fits else 0.0
        shares[wish] = Share(wish, alpha=wish.fixed, severity="block" if fits else "warn")
    return shares


def _loose(wishes: Sequence[Wish], total: float) -> dict[Wish, Share]:
    kept = [w for w in wishes if w.past >= LEAST]
    while kept:
        whole = sum(w.weight for w in kept)
        shares = {w: Share(w, alpha=total * w.weight / whole) for w in kept}
        weakest = min(kept, key=lambda w: shares[w].alpha * (w.past + 1))
        if math.sqrt(1 / (shares[weakest].alpha * (weakest.past + 1))) <= MOST_STRETCH:
            return shares
        kept.remove(weakest)
    return {}
