"""How arriving columns differ from the known ones: renamed, swapped, of another type, or multiplied by a factor.

Everything here only claims, with numbers; a remedy decides, and may act only on what is `identifiable`.
"""

from __future__ import annotations

from windvane.stack.quality.drift.factor import FACTORS, Shift, factor
from windvane.stack.quality.drift.likeness import same_kind
from windvane.stack.quality.drift.names import name_likeness
from windvane.stack.quality.drift.rename import ColumnMatch, lost_and_added, match_columns
from windvane.stack.quality.drift.seam import Seam, filled
from windvane.stack.quality.drift.swap import Swap, swap
from windvane.stack.quality.drift.types import TypeChange, type_changes

__all__ = [
    "FACTORS",
    "ColumnMatch",
    "Seam",
    "Shift",
    "Swap",
    "TypeChange",
    "factor",
    "filled",
    "lost_and_added",
    "match_columns",
    "name_likeness",
    "same_kind",
    "swap",
    "type_changes",
]
