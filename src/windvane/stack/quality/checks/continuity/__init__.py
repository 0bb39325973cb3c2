"""The jump where known rows end and arriving ones begin: values go on, or something happened to all of them.

Per series the step from the last known value to the first arriving one is taken (as a log ratio where all values are
positive), and the median over the series says what happened to all of them at once. Steps of markets come in calm and
wild times, so a step is measured in units of sqrt(usual step of the last 20 points x usual step of the whole past): the
geometric mean shrinks the local scale towards the global one. Of all known steps, so measured, the conformal limit is
taken. Several columns share one bound: each is brought to its own limit first and the largest of them is what is ranked
(the max-T idea of Westfall and Young, "Resampling-Based Multiple Testing", 1993).
"""

from __future__ import annotations

from windvane.stack.quality.checks.continuity.rule import render, wishes

__all__ = ["render", "wishes"]
