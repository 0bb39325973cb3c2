"""Rules on the rows that arrive: few are withheld, none cut off, little is told anew, few are gone."""

from __future__ import annotations

from windvane.domain.decision import Reason
from windvane.loop.gate.case import Case, Ruling
from windvane.loop.restating import told, too_much

BOUNDED = "quarantine is bounded"  # name of the rule on rows that are withheld
FEW_ROWS, FEW_SHARE = 3, 0.05  # that may be withheld of a small delivery, unless a person allows none at all


def bounded(case: Case) -> Ruling:
    """Few enough rows of what arrives are withheld."""
    read, out = _withheld(case)
    share, limit = (out / read if read else 0.0), case.policy.max_quarantined_share
    few = limit > 0 and 0 < out <= FEW_ROWS and share <= FEW_SHARE  # of a small delivery; a limit of 0 means none
    detail = f"{out:,} of {read:,} rows quarantined ({share:.2%}), at most {limit:.2%}"
    detail += f" or {FEW_ROWS} rows" if few and share > limit else ""
    reason = Reason(rule=BOUNDED, held=share <= limit or few, detail=detail)
    return Ruling(reason, "escalate", f"a share of {limit:.2%}" if case.admits else "")


def _withheld(case: Case) -> tuple[int, int]:
    """(rows read, rows quarantined) of the source that lost most; of a first load, of all of it."""
    parts = {b.source if case.plan.proposer == "ingester" else "" for b in case.arriving}
    groups = [[b for b in case.arriving if part in ("", b.source)] for part in sorted(parts)]
    counts = [(sum(b.rows_read for b in g), sum(b.quarantined for b in g)) for g in groups]
    return max(counts, key=lambda c: c[1] / c[0] if c[0] else 0.0, default=(0, 0))


def whole(case: Case) -> Ruling:
    """No delivery seems to be cut."""
    cut = [b for b in case.arriving if b.cut]
    detail = "; ".join(f"`{b.delivery}`: {b.cut}" for b in cut) or "nothing that arrives seems to be cut"
    return Ruling(Reason(rule="deliveries are whole", held=not cut, detail=detail), "escalate", "a cut file")


def restated(case: Case) -> Ruling:
    """Little enough of what was known is told anew."""
    beyond = [b for b in case.arriving if too_much(b, case.policy)]
    worst = max(beyond or case.arriving, key=lambda b: b.restated_share, default=None)
    limit = case.policy.max_restated_share
    detail = told(worst, case.policy) if worst else "nothing arrives"
    reason = Reason(rule="restatement is bounded", held=not beyond, detail=detail)
    return Ruling(reason, "escalate", f"a share of {limit:.2%}" if case.arriving else "")


def departed(case: Case) -> Ruling:
    """Few enough rows known before are gone from whole deliveries."""
    worst = max(case.arriving, key=lambda b: b.gone_share, default=None)
    share, limit = (worst.gone_share if worst else 0.0), case.policy.max_departed_share
    rows = worst.gone if worst else 0
    detail = f"{rows:,} rows known before are gone from the whole delivery ({share:.2%}), at most {limit:.2%}"
    reason = Reason(rule="departure is bounded", held=share <= limit, detail=detail)
    return Ruling(reason, "escalate", f"a share of {limit:.2%}" if rows else "")
