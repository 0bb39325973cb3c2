"""Which arriving column is which known one under another name, and whether that can be known.

The shape of values alone is not enough: at a threshold that accepts 95 % of true renames it also accepts 3.3 % of pairs
of different columns of one table, because open, high, low and close look alike. So a rename counts as identified only
when type and grammar agree, the values go on, no other column fits nearly as well, AND the name or equal values say so.
The same words in another case or with other separators are the same name: such a pair is not in question.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from windvane.domain.batch import ColumnProfile, Profile
from windvane.domain.record import Record
from windvane.stack.quality.drift.assignment import assign
from windvane.stack.quality.drift.likeness import days_of, likeness, same_kind
from windvane.stack.quality.drift.names import name_likeness
from windvane.stack.quality.drift.seam import Seam, agreement, overlap, surprise
from windvane.stack.quality.table import is_number

MARGIN = 0.15  # the runner-up must be at least so much worse
NAMED = 0.75  # likeness of names that counts as evidence
SAME_NAME = 0.95  # likeness of names that are one name in two spellings
PROVEN = 0.999  # share of equal values on shared keys that counts as proof
MANY, NEARLY = 500, 0.99  # shared keys from which this share proves it too: a correction came with the new name
FEWEST = 20  # shared keys, or distinct values, that proof needs
SOME = 3  # shared keys with no equal value, from which two columns are not one; with all equal, that values go on
SHARED = 0.8  # share of distinct arriving values that must be known
SURPRISING = 0.002  # p-value of the step at the seam below which the values do not go on


class ColumnMatch(Record):
    """A lost column and the arriving one that may be it. `held_by` says why it is not identified; empty when it is."""

    lost: str
    new: str
    score: float
    runner_up: str = ""
    margin: float = 1.0
    name: float = 0.0  # likeness of the names
    distribution: float = 0.0  # likeness of the profiles
    continuity: float | None = None  # p-value of the step at the seam
    equal: float | None = None  # share of equal values on shared keys
    shared: float | None = None  # share of distinct arriving values known before
    evidence: tuple[str, ...] = ()
    held_by: str = ""

    @property
    def identifiable(self) -> bool:
        """Exactly one explanation fits."""
        return not self.held_by


@dataclass(frozen=True)
class _Pair:
    lost: ColumnProfile
    new: ColumnProfile
    name: float
    distribution: float
    continuity: float | None
    equal: tuple[int, float]
    shared: tuple[int, float]

    @property
    def proven(self) -> bool:
        enough = NEARLY if self.equal[0] >= MANY and self.new.distinct >= FEWEST else PROVEN
        return self.equal[0] >= FEWEST and self.equal[1] >= enough and self.new.distinct > 2

    @property
    def refuted(self) -> bool:
        return (self.equal[0] >= FEWEST and self.equal[1] < 0.5) or (self.equal[0] >= SOME and self.equal[1] == 0.0)

    @property
    def agreed(self) -> bool:
        """Few keys are shared with a value, as in a column that is mostly empty; in all of them it is the same one."""
        return self.equal[0] >= SOME and self.equal[1] == 1.0

    @property
    def same(self) -> bool:
        """One name in two spellings, and no value speaks against it."""
        return self.name >= 1.0 and not self.refuted

    @property
    def familiar(self) -> bool:
        """Text values that were known, and enough different ones to say something."""
        return not is_number(self.new.type) and self.shared[0] >= FEWEST and self.shared[1] >= SHARED

    @property
    def goes_on(self) -> bool:
        if self.continuity is not None:
            return self.continuity >= SURPRISING
        return self.onward or self.proven or self.familiar or self.agreed or self.distribution >= 0.6

    @property
    def onward(self) -> bool:
        """Days that begin where the known ones end, no further off than a delivery is long."""
        known, new = days_of(self.lost), days_of(self.new)
        if known is None or new is None:
            return False
        return known[1] <= new[0] and new[0] - known[1] <= max(timedelta(days=1), new[1] - new[0])

    @property
    def score(self) -> float:
        if self.refuted:
            return 0.0
        if self.same:
            return 1.0
        if self.proven:
            return 0.9 + 0.1 * self.name
        values = max(self.distribution, self.shared[1] if self.familiar else 0.0)
        return (0.45 * values + 0.45 * self.name + 0.1) * (1.0 if self.goes_on else 0.4)


def lost_and_added(known: Profile, new: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that are gone and names that are there for the first time."""
    before, after = [c.name for c in known.columns], [c.name for c in new.columns]
    return tuple(n for n in before if n not in after), tuple(n for n in after if n not in before)


def match_columns(known: Profile, new: Profile, *, seam: Seam | None = None) -> tuple[ColumnMatch, ...]:
    """The best one-to-one assignment of lost to added columns, best first; pairs of another type are left out.

    Column names of `seam` are those of the profiles. Without it nothing is known of shared keys and the seam.
    """
    lost_names, added_names = lost_and_added(known, new)
    lost = [c for c in known.columns if c.name in lost_names]
    added = [c for c in new.columns if c.name in added_names]
    rows = (known.rows, new.rows)
    pairs = _open({(a.name, b.name): _pair(a, b, rows, seam) for a in lost for b in added if same_kind(a, b)})
    scores = [[pairs[a.name, b.name].score if (a.name, b.name) in pairs else 0.0 for b in added] for a in lost]
    chosen = [(lost[i].name, added[j].name) for i, j in assign(scores)]
    kept = [c for c in known.columns if c.name not in lost_names and new.column(c.name) is not None]
    spare = {b.name for b in added} - {new for key in chosen if key in pairs for new in key[1:]}
    found = [_match(pairs[key], pairs, kept, rows, spare) for key in chosen if key in pairs]
    return tuple(sorted(found, key=lambda m: (-m.score, m.lost)))


def _open(pairs: dict[tuple[str, str], _Pair]) -> dict[tuple[str, str], _Pair]:
    """Without those that cross a pair of one name in two spellings: both its columns are taken."""
    same = [p for p in pairs.values() if p.same]
    lost, new = Counter(p.lost.name for p in same), Counter(p.new.name for p in same)
    pinned = [p for p in same if lost[p.lost.name] == 1 and new[p.new.name] == 1]
    taken = {p.lost.name for p in pinned}, {p.new.name for p in pinned}
    return {k: p for k, p in pairs.items() if p in pinned or (k[0] not in taken[0] and k[1] not in taken[1])}


def _pair(lost: ColumnProfile, new: ColumnProfile, rows: tuple[int, int], seam: Seam | None) -> _Pair:
    numeric = is_number(lost.type)
    return _Pair(
        lost=lost,
        new=new,
        name=name_likeness(lost.name, new.name),
        distribution=likeness(lost, new, rows),
        continuity=surprise(seam, lost.name, new.name) if seam and numeric else None,
        equal=agreement(seam, lost.name, new.name) if seam else (0, 0.0),
        shared=overlap(seam, lost.name, new.name) if seam and not numeric else (0, 0.0),
    )


def _match(
    pair: _Pair,
    pairs: dict[tuple[str, str], _Pair],
    kept: list[ColumnProfile],
    rows: tuple[int, int],
    spare: set[str],
) -> ColumnMatch:
    """`spare`: arriving columns that the assignment gives to no lost one."""
    others = [p for p in pairs.values() if p is not pair and (p.lost is pair.lost or p.new is pair.new)]
    best = max(others, key=lambda p: p.score, default=None)
    margin = pair.score - best.score if best else 1.0
    twins = [c.name for c in kept if same_kind(c, pair.new) and likeness(c, pair.new, rows) >= pair.distribution - 0.05]
    return ColumnMatch(
        lost=pair.lost.name,
        new=pair.new.name,
        score=round(pair.score, 4),
        runner_up=(best.lost.name if best.new is pair.new else best.new.name) if best else "",
        margin=round(margin, 4),
        name=round(pair.name, 4),
        distribution=round(pair.distribution, 4),
        continuity=pair.continuity,
        equal=pair.equal[1] if pair.equal[0] else None,
        shared=pair.shared[1] if pair.shared[0] else None,
        evidence=_evidence(pair, margin, twins),
        held_by=_held_by(pair, margin, twins) or _beside(pair, [p for p in others if p.new.name in spare]),
    )


def _held_by(pair: _Pair, margin: float, twins: list[str]) -> str:
    if pair.refuted:
        return f"only {pair.equal[1]:.0%} of {pair.equal[0]:,} values on shared keys are equal"
    if margin < MARGIN:  # of one name in two spellings too: `Close` and `CLOSE` both came
        return f"another pairing fits nearly as well (margin {margin:.2f}, needed {MARGIN})"
    if not (pair.goes_on or pair.same):
        return "the values do not go on where the known ones end"
    if not (pair.proven or pair.familiar or pair.name >= NAMED):
        like = f"; `{twins[0]}` looks the same, so the shape of values cannot decide" if twins else ""
        return f"neither the name nor equal values say that it is the same column{like}"
    return ""


def _beside(pair: _Pair, spare: list[_Pair]) -> str:
    """A word more in the name tells nothing while another new column, left over, has values as much alike."""
    if pair.proven or pair.familiar or pair.name >= SAME_NAME:
        return ""
    like = [p.new.name for p in spare if p.goes_on and p.distribution >= pair.distribution - MARGIN]
    return f"`{like[0]}` is new too, and its values look as much alike" if like else ""


def _evidence(pair: _Pair, margin: float, twins: list[str]) -> tuple[str, ...]:
    told = [f"type {pair.new.type}, grammar `{pair.new.grammar or 'plain'}` as before", f"names alike {pair.name:.2f}"]
    told.append(f"profiles alike {pair.distribution:.2f}")
    if pair.continuity is not None:
        told.append(f"step at the seam: p = {pair.continuity:.3f} among known steps")
    if pair.equal[0]:
        told.append(f"{pair.equal[1]:.1%} of {pair.equal[0]:,} values on shared keys are equal")
    if pair.shared[0]:
        told.append(f"{pair.shared[1]:.1%} of {pair.shared[0]:,} different values were known")
    if margin < 1.0:
        told.append(f"{margin:.2f} ahead of the next pairing")
    if twins:
        told.append(f"{', '.join(f'`{t}`' for t in twins)} looks as much alike")
    return tuple(told)
