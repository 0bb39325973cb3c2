"""What a person may answer, from the stories that are left."""

from __future__ import annotations

from windvane.domain.incident import Incident

REFUSE = "refuse the batch"
_ANSWERS = {
    "renamed": "yes, `{new}` is `{lost}` under a new name",
    "unit_change": "the unit changed: do not show it",
    "percent_scale": "shares came as percentages: do not show it",
    "sign_flip": "the sign convention changed: do not show it",
    "currency": "another currency: do not show it",
    "default_value": "defaults came for missing values: do not show it",
    "respelled_date": "another date format: do not show it",
    "respelled_number": "another spelling of numbers: do not show it",
    "time_zone": "another time zone: do not show it",
    "swapped": "columns were exchanged: do not show it",
    "recoded": "the codes changed: do not show it",
    "lost_zeros": "codes lost their leading noughts: do not show it",
    "variant_spelling": "slips in known categories: do not show it",
    "reused_key": "the key was given to another thing: do not show it",
    "personal_data": "it holds personal data: do not show it",
    "rounded": "digits were lost: do not show it",
    "cut_texts": "texts were cut: do not show it",
    "cut_delivery": "a part is missing: wait for the whole delivery",
    "old_delivery": "an old delivery under a new date: do not show it",
    "inconsistent": "the numbers contradict each other: do not show it",
    "mixed_rows": "values stand in the wrong rows: do not show it",
    "contradicted": "another table contradicts it: do not show it",
    "real_move": "a real move: show it as delivered",
    "real_values": "real values: show them as delivered",
    "new_category": "a new category: show it as delivered",
    "corrected": "the source corrected its past: take the new values",
    "deleted": "they were deleted at the source: take them out",
}


def options(incident: Incident) -> tuple[str, ...]:
    """What a person may answer: one answer for each of up to three stories, and no."""
    signal = incident.signals[0]
    left = dict.fromkeys(h.cause for h in incident.hypotheses if not h.ruled_out_by and h.cause in _ANSWERS)
    named = [_ANSWERS[c].format(new=signal.observed, lost=signal.expected) for c in left]
    return (*_varied(named), REFUSE)


def _varied(named: list[str]) -> list[str]:
    """Three answers, one that shows the batch among them when there is one."""
    shown = [n for n in named if not n.endswith(_KEEPS_OUT)]
    return named[:3] if not shown or shown[0] in named[:3] else [*named[:2], shown[0]]


_KEEPS_OUT = (": do not show it", ": wait for the whole delivery")


def declines(options: tuple[str, ...]) -> tuple[str, ...]:
    """Those answers that keep the batch out."""
    return tuple(o for o in options if o == REFUSE or o.endswith(_KEEPS_OUT))


def doubt(incident: Incident) -> str:
    """The stories that are left, as the question that the data cannot answer; empty when nothing is in doubt."""
    left = [h for h in incident.hypotheses if not h.ruled_out_by][:4]
    if not left:
        return ""
    named = " or ".join(f"{h.cause.replace('_', ' ')} ({h.probability:.0%})" for h in left)
    return f"{named}? the data cannot tell"
