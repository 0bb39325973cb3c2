"""The error budget over rounds: each round may be wrong with less, and a discovery earns some of it back.

Alpha investing (Foster and Stine, JRSS-B 2008) in the form LORD++ (Javanmard and Montanari, Annals of Statistics 2018;
Ramdas, Yang, Wainwright and Jordan, NeurIPS 2017): the expected share of false discoveries stays below `share` for
ever, and while nothing is true the chance of any promotion, over all rounds together, stays below `start`.
"""

from __future__ import annotations

from windvane.domain.record import Record

_POWER, _SUM = 1.5, 2.6123753486854883  # the budget is spread as j^-1.5 over rounds j; the sum of that is zeta(1.5)


class Wealth(Record):
    """The state of the budget of one product; keep it in the ledger."""

    share: float = 0.05  # expected share of false discoveries
    start: float = 0.025  # of it, what is there to spend before the first discovery
    rounds: int = 0  # done
    discoveries: tuple[int, ...] = ()  # rounds (from 1) in which something was promoted

    @property
    def level(self) -> float:
        """What the corrected p-value of the next round has to stay under."""
        now = self.rounds + 1
        earned = [self.share - self.start if first else self.share for first in self._firsts]
        back = sum(e * _part(now - at) for e, at in zip(earned, self.discoveries, strict=True))
        return self.start * _part(now) + back

    @property
    def _firsts(self) -> tuple[bool, ...]:
        return tuple(at == self.discoveries[0] for at in self.discoveries)

    def after(self, p: float) -> Wealth:
        """The budget after a round whose best corrected p-value was `p`; 1.0 when nothing passed the other rules."""
        now = self.rounds + 1
        found = (*self.discoveries, now) if p <= self.level else self.discoveries
        return Wealth(share=self.share, start=self.start, rounds=now, discoveries=found)


def _part(age: int) -> float:
    return float(age**-_POWER / _SUM)
