"""What a sentence demands of the quality of a product, like `mean absolute error at most 35 basis points`."""

from __future__ import annotations

import re
from typing import Literal

from windvane.agents.analyst.sentence import Sentence
from windvane.domain.goal import Target

_NUM = r"(\d+(?:\.\d+)?)"
_QUALITY = {
    "mean absolute error": r"(?:mean|average) absolute (?:error|deviation)|mae",
    "root mean squared error": r"(?:root )?mean squared? error|rmse|mse",
    "mean absolute percentage error": r"mean absolute (?:percentage|%) error|mape|absolute % error|average % error",
    "weighted absolute percentage error": r"wape|weighted absolute (?:percentage|%) error",
    "symmetric mean absolute percentage error": r"smape",
    "mean absolute scaled error": r"mase|mean absolute scaled error",
    "median absolute error": r"median absolute error",
    "pinball loss": r"pinball loss|quantile loss",
    "log loss": r"log loss",
    "brier score": r"brier score",
    "error rate": r"error rate",
    "false positive rate": r"false (?:alarm|positive)s?(?: rate)?",
    "bias": r"bias",
    "error": r"(?:(?:average|mean|typical|forecast|prediction|absolute|max|maximum|overall) )*(?:error|deviation)s?",
    "rank correlation": (
        r"(?:(?:mean|average) )?(?:(?:daily|weekly|monthly|quarterly|yearly) )?"
        r"(?:rank correlation|spearman(?: correlation)?|information coefficient)"
    ),
    "correlation": r"correlation",
    "balanced accuracy": r"balanced accuracy",
    "average precision": r"average precision|pr auc|area under the precision recall curve",
    "accuracy": r"accuracy|(?:correct|right)(?: answers)?",
    "precision": r"precision",
    "recall": r"recall|sensitivity",
    "specificity": r"specificity",
    "f1": r"f 1(?: score)?",
    "auc": r"(?:roc )?auc",
    "r2": r"r 2|r squared",
    "coverage": r"coverage",
    "hit rate": r"hit rate",
    "silhouette": r"silhouette(?: score)?",
    "stability": r"stability",
}
_HIGHER = frozenset(list(_QUALITY)[list(_QUALITY).index("rank correlation") :])
_M = "(" + "|".join(f"(?:{p})" for p in _QUALITY.values()) + ")"
_LE = (
    r"(?:of )?(?:at most|no more than|not more than|no worse than|no higher than|no greater than|not above|less than"
    r"|lower than|smaller than|under|below|within|up to|max(?:imum)?(?: of)?|not exceeding|<=|<)"
)
_GE = (
    r"(?:of )?(?:at least|no less than|not less than|not below|no lower than|more than|greater than|higher than|over"
    r"|above|min(?:imum)?(?: of)?|>=|>)"
)
_OP = rf"(?:(?P<le>{_LE})|(?P<ge>{_GE})|better than|of|is|=|,)"
_NO_UNIT = (
    r"(?:per|for|by|in|and|or|on|at|over|each|every|with|of|the|a|an|next|last|so|to|from|better|when|using|where)"
)
_QUNIT = (
    rf"(%(?: points?)?|percentage points?|basis points?|bps?|points?|pp|degrees?(?: (?:celsius|fahrenheit|c|f))?"
    rf"|(?!{_NO_UNIT}\b)[a-z]+)"
)
_UNIT_NAMES = {"bp": "basis points", "bps": "basis points", "basis point": "basis points", "point": "points"}
_TO_BE = r"(?:(?:should|must|needs? to|has to|is|be|stays?|to|that|kept|of) )*"
_PERCENT = r"(?P<le>(?!))?(?P<ge>(?!))?(?P<n>\d+(?:\.\d+)?) (?P<u>%)"
_SCALE = r"%|basis points?|bps?|points?|degrees?"
_TARGETS = (
    rf"(?:with |and )?(?:an? |the )?(?P<m>{_M}) {_TO_BE}{_OP} (?P<n>\d+(?:\.\d+)?)(?: (?P<u>{_QUNIT}))?",
    rf"(?:with |and |to )?(?:an? |the )?{_OP} (?P<n>\d+(?:\.\d+)?)(?: (?P<u>{_SCALE}))? (?:of |in )?(?P<m>{_M})",
    rf"(?:with |and )?(?:an? |the )?(?P<m>{_M}) {_TO_BE}{_PERCENT}",
    rf"(?:with |and |to )?(?:an? |the )?{_PERCENT} (?:of |in )?(?P<m>{_M})",
)
_OFF = (
    r"(?:(?:off|wrong|miss|missing) by|accurate (?:to )?(?:within )?|right to within|to within)"
    rf"(?: at most| no more than| less than)? {_NUM}(?: {_QUNIT})?"
)


def read_targets(sentence: Sentence) -> list[Target]:
    """Take every target out of `sentence`: `error at most 5 %`, `0.9 recall`, `off by at most 3 points`."""
    found = []
    for pattern in _TARGETS:
        for m in sentence.take(pattern):
            found.append(_target(m["m"], m["n"], m["u"] or "", "<=" if m["le"] else ">=" if m["ge"] else ""))
    for m in sentence.take(_OFF):
        found.append(_target("error", m[1], m[2] or "", "<="))
    return found


def _target(words: str, number: str, unit: str, op: str) -> Target:
    measure = next(name for name, pattern in _QUALITY.items() if re.fullmatch(pattern, words))
    better: Literal["<=", ">="] = ">=" if measure in _HIGHER else "<="
    stated: Literal["<=", ">="] = ">=" if op == ">=" else "<=" if op else better
    return Target(measure=measure, op=stated, value=float(number), unit=_UNIT_NAMES.get(unit, unit))
