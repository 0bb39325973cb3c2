"""How much of what was known a delivery may tell anew unasked: few rows, or few of a small one that move little."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.domain.estate import Policy

_FEW = 2  # restated rows of a small delivery that are judged by how far they move a sum, not by their share
_MOST_LABELS = 0.5  # share of rows with other labels beyond which it is another delivery


def too_much(batch: Batch, policy: Policy) -> bool:
    """Whether a restatement goes beyond the policy, so that a person must say which version is right."""
    few = batch.restated <= _FEW and batch.moved <= policy.max_moved_share
    return (batch.restated_share > policy.max_restated_share and not few) or batch.relabelled_share > _MOST_LABELS


def too_many_gone(batch: Batch, policy: Policy) -> bool:
    """Whether more rows are gone from a whole delivery than the policy takes out unasked."""
    return batch.gone_share > policy.max_departed_share


def beyond(batch: Batch, policy: Policy) -> bool:
    """Whether what a delivery says of known rows, or that it was cut, makes it a question whatever comes with it."""
    return bool(batch.cut) or too_much(batch, policy) or too_many_gone(batch, policy)


def told(batch: Batch, policy: Policy) -> str:
    """What the delivery tells anew, with the limits."""
    share, limit = batch.restated_share, policy.max_restated_share
    text = f"{batch.restated:,} of {batch.rows_read:,} rows were known with other values ({share:.2%}), "
    text += f"at most {limit:.2%}"
    if 0 < batch.restated <= _FEW and share > limit:
        text += f"; they move a sum by {batch.moved:.2%}, at most {policy.max_moved_share:.2%}"
    if batch.relabelled_share > _MOST_LABELS:
        text += f"; {batch.relabelled:,} rows with other labels, at most {_MOST_LABELS:.0%}"
    return text
