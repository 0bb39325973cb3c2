"""Rules by which values would be left out: flags, values that stand for none, spikes; each with its share of the error.

Asked of the published estimates beside the fact. A rule is about few rows, at which errors are far beyond the usual:
what is common is no accident of the data, and what is large alone may be real.
"""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Product, Ref
from windvane.domain.estimate import Cleaning, Inputs
from windvane.domain.ports import Reader, Row, Scene
from windvane.domain.record import replace
from windvane.stack.transform.header import literal

_FEW_LABELS = 12  # of a column that may be a flag
_SHARE = 0.1  # of the rows that a rule may leave out
_FEWEST = 5  # rows that have something in common by no accident
_TIMES = 2.0  # the usual error, from which errors gather
_SPIKES = (3.0, 10.0)  # times the two values before


class Rule(NamedTuple):
    """A cleaning with what it leaves out in words, what speaks for it, and the error that the other rows may lose."""

    cleaning: Cleaning
    what: str
    evidence: tuple[str, ...]
    gain: float


class _Seen(NamedTuple):
    """Rows that have something in common, and their mean absolute error; of the others too."""

    rows: int
    error: float
    others: int
    usual: float

    @property
    def gathers(self) -> bool:
        """Whether errors gather there."""
        few = _FEWEST <= self.rows <= _SHARE * (self.rows + self.others)
        return few and self.error > _TIMES * max(self.usual, 1e-300)

    @property
    def gain(self) -> float:
        """Every value is learnt from once more: what is wrong at one row is felt at about another one."""
        return min(0.5 * self.usual, self.rows * (self.error - self.usual) / max(self.others, 1))

    def told(self, what: str) -> str:
        """The evidence in words."""
        return f"{what}: {self.rows:,} rows with a mean absolute error of {self.error:.4g}, the others {self.usual:.4g}"


def found(scene: Scene, product: Product) -> tuple[Rule, ...]:
    """The rules that the errors of a product speak for, the largest gain first. Targets of periods have no one row."""
    inputs, reader = product.inputs, scene.reader
    contract = scene.estate.find(Ref(kind="contract", name=inputs.relation)) if inputs is not None else None
    if inputs is None or reader is None or inputs.grain or not isinstance(contract, Contract):
        return ()
    made = [*_flags(reader, product, inputs, contract), *_sentinels(reader, product, inputs)]
    made += _spikes(reader, product, inputs)
    return tuple(sorted(made, key=lambda r: -r.gain))


def _flags(reader: Reader, product: Product, inputs: Inputs, contract: Contract) -> list[Rule]:
    """Labels of a column of the fact at which errors gather."""
    apart = {inputs.value, inputs.time, *inputs.entities, *contract.key}
    columns = [c.name for c in contract.columns if c.name not in apart and c.type in ("varchar", "boolean")]
    made = []
    for column in columns:
        if column.startswith("_") or _labels(reader, inputs.relation, column) > _FEW_LABELS:
            continue
        for label, seen in _by(reader, product, inputs, f"CAST(fact.{column} AS VARCHAR)"):
            condition = f"CAST({column} AS VARCHAR) = {literal(label)}"
            if seen.gathers and condition not in inputs.cleaning.unsound:
                made.append(_rule(inputs, condition, f"values with {column} `{label}`", seen))
    return made


def _sentinels(reader: Reader, product: Product, inputs: Inputs) -> list[Rule]:
    """One value that comes again and again where an error is large: it stands for none."""
    if inputs.quantity != "value":
        return []
    made = []
    for label, seen in _by(reader, product, inputs, f"CAST(fact.{inputs.value} AS VARCHAR)", most=3):
        condition = f"{inputs.value} = {label}"
        if seen.gathers and _is_number(label) and condition not in inputs.cleaning.unsound:
            made.append(_rule(inputs, condition, f"the value {label}", seen))
    return made


def _spikes(reader: Reader, product: Product, inputs: Inputs) -> list[Rule]:
    """Values many times their entity's last two, which the next one takes back."""
    if inputs.quantity != "value" or inputs.cleaning.spike:
        return []
    made = []
    for times in _SPIKES:
        seen = dict(_by(reader, product, inputs, _is_spike(inputs, times))).get("spike")
        if seen is not None and seen.gathers:
            what = f"values {times:g} times their last two"
            made.append(Rule(replace(inputs.cleaning, spike=times), what, (seen.told(what),), seen.gain))
    return made


def _is_spike(inputs: Inputs, times: float) -> str:
    """A label for each row: `spike`, or empty."""
    apart = f"PARTITION BY {', '.join(f'fact.{e}' for e in inputs.entities)} " if inputs.entities else ""
    before = [f"ABS(LAG(fact.{inputs.value}, {n}) OVER ({apart}ORDER BY fact.{inputs.time}))" for n in (1, 2)]
    value = f"ABS(fact.{inputs.value})"
    up = " AND ".join(f"{value} > {times:g} * {b}" for b in before)
    down = " AND ".join(f"{times:g} * {value} < {b}" for b in before)
    return f"CASE WHEN ({up}) OR ({down}) THEN 'spike' ELSE '' END"


def _rule(inputs: Inputs, condition: str, what: str, seen: _Seen) -> Rule:
    cleaning = replace(inputs.cleaning, unsound=(*inputs.cleaning.unsound, condition))
    return Rule(cleaning, what, (seen.told(what),), seen.gain)


def _by(reader: Reader, product: Product, inputs: Inputs, label: str, *, most: int = 20) -> list[tuple[str, _Seen]]:
    """Rows and mean absolute error for each label of the fact, those with the largest errors first."""
    shown = ", ".join([*(f"fact.{e} AS {e}" for e in inputs.entities), f"fact.{inputs.time} AS day"])
    same = " AND ".join(
        [
            *(f"made.{e} = labelled.{e}" for e in inputs.entities),
            "CAST(labelled.day AS DATE) = CAST(made.target_at AS DATE)",
        ]
    )
    sql = (
        f"SELECT label, COUNT(*), AVG(ABS(made.error)) FROM {product.relation} AS made JOIN "
        f"(SELECT {shown}, {label} AS label FROM {inputs.relation} AS fact) AS labelled ON {same} "
        f"WHERE made.error IS NOT NULL GROUP BY label HAVING COUNT(*) >= {_FEWEST} ORDER BY 3 DESC"
    )
    whole = f"SELECT COUNT(*), SUM(ABS(error)) FROM {product.relation} WHERE error IS NOT NULL"
    try:
        rows, totals = reader.rows(sql), reader.rows(whole)[0]
    except WindvaneError:
        return []
    return [(str(r[0]), _seen(r, totals)) for r in rows[:most] if r[0] is not None]


def _seen(row: Row, totals: Row) -> _Seen:
    rows, error, n, total = (float(str(v or 0)) for v in (*row[1:3], *totals))
    others = max(n - rows, 0.0)
    return _Seen(int(rows), error, int(others), (total - rows * error) / others if others else 0.0)


def _labels(reader: Reader, relation: str, column: str) -> int:
    try:
        return int(str(reader.rows(f"SELECT COUNT(DISTINCT {column}) FROM {relation}")[0][0]))
    except WindvaneError:
        return _FEW_LABELS + 1


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
