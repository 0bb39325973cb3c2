"""Reads the input relation of an estimated product as a panel, backtests recipes on it, and lands the estimates."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from windvane.domain.batch import Batch, Delivery
from windvane.domain.change import Admit
from windvane.domain.errors import Usage
from windvane.domain.estate import Product
from windvane.domain.estimate import Inputs, Recipe, Score
from windvane.domain.goal import Goal
from windvane.loop import spans
from windvane.loop.aims import INTERVAL, Aim, aims
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.estimation.backtest import Backtest, backtest, judged
from windvane.stack.estimation.estimator import predict
from windvane.stack.estimation.intervals import intervals
from windvane.stack.estimation.naive import OF_CLASSES, TITLES, naive, naive_classes
from windvane.stack.estimation.panel import Array, Panel, panel_of
from windvane.stack.evidence.windows import Window, Windows, split
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.transform.asof import features_of, input_query
from windvane.stack.transform.estimates import source_name, source_of

WARM_UP = 3  # a third of the development window is learnt from before scoring begins, unless a window was chosen


@dataclass(frozen=True)
class Made:
    """Estimates (T, N) with their intervals, and how well they did on the development window."""

    estimate: Array
    low: Array
    high: Array
    test: Backtest


@dataclass(frozen=True)
class Case:
    """One product as it is estimated: its input as a panel, its aims, and the windows of decision times."""

    product: str
    inputs: Inputs
    rows: pa.Table
    panel: Panel
    aims: tuple[Aim, ...]
    develop: Window
    sealed: Window | None
    scored: int  # first step that is scored in development

    @property
    def measures(self) -> tuple[str, ...]:
        """What is measured: what the goal names first, then the usual ones."""
        named = [a.measure for a in self.aims if a.measure != INTERVAL.measure]
        usual = OF_CLASSES if self.inputs.labels is not None else ("rank_correlation", "mae")
        return tuple(dict.fromkeys([*named, *usual]))

    @property
    def held(self) -> bool:
        """Whether intervals are among what versions are compared by."""
        return INTERVAL in self.aims

    def test(self, recipe: Recipe) -> Backtest:
        """The backtest of a recipe on the development window; nothing after it is looked at."""
        return backtest(self.panel, recipe, self.scored, self.develop.stop, measures=self.measures)

    def made(self, recipe: Recipe) -> Made:
        """The estimates of all decision times by a recipe, and their backtest on the development window."""
        estimate = predict(self.panel, recipe)
        seen = self.panel.between(0, self.develop.stop)
        test = judged(seen, recipe, estimate[: self.develop.stop], self.scored, self.measures)
        low, high = intervals(self.panel, estimate, recipe)
        return Made(estimate, low, high, test)

    def sealed_test(self, recipe: Recipe) -> Backtest | None:
        """The backtest on the sealed window: asked once, when a product is released."""
        if self.sealed is None:
            return None
        return backtest(self.panel, recipe, self.sealed.first, self.sealed.stop, measures=self.measures)


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread: systems are small, and threads that wait for each other cost more."""
    with threadpool_limits(1):
        yield


def case_of(crew: Crew, product: str, inputs: Inputs, goal: Goal) -> Case:
    """Read the input query of a product over production, read only. Raises `Usage` (`windows.*`) when too short."""
    rows = crew.warehouse().reader().arrow(input_query(inputs))
    panel = panel_of(rows, inputs.lanes, features_of(inputs))
    wanted = aims(goal, inputs)
    deciding, seal = spans.deciding(crew, product), spans.seal(crew, product)
    if deciding is not None:
        span = spans.between(panel.decided, deciding.begins, deciding.ends)
        more = (INTERVAL,) if deciding.about == "coverage" else ()
        return Case(product, inputs, rows, panel, (*wanted, *more), span, None, span.first)
    chosen = any(c.startswith("decide ") for c in goal.constraints)
    develop: Window
    sealed: Window | None
    if seal is not None and not chosen:
        develop, sealed = spans.sealed(panel.decided, seal, inputs)
    else:
        develop, sealed = _windows(panel, goal, inputs)
    begins, ends = spans.begun(crew, product)
    if begins and seal is None and not chosen:
        return _as_begun(Case(product, inputs, rows, panel, wanted, develop, sealed, 0), begins, ends)
    scored = develop.first if chosen else develop.first + (develop.stop - develop.first) // WARM_UP
    return Case(product, inputs, rows, panel, wanted, develop, sealed, scored)


def _as_begun(case: Case, begins: str, ends: str) -> Case:
    """The case with the windows that the first version had, wherever they lie now that older history is there."""
    times = case.panel.decided
    scored = spans.between(times, begins, ends)
    first = min(scored.stop + case.inputs.horizon, case.panel.steps - 1)
    last = case.panel.steps - 1

    def at(step: int) -> str:
        return str(times[step].astype("datetime64[s]").item().isoformat())

    develop = Window(first=0, stop=scored.stop, begins=at(0), ends=ends)
    sealed = Window(first=first, stop=last + 1, begins=at(first), ends=at(last)) if case.sealed is not None else None
    return dataclass_replace(case, develop=develop, sealed=sealed, scored=scored.first)


def _windows(panel: Panel, goal: Goal, inputs: Inputs) -> tuple[Window, Window | None]:
    times = [t.astype("datetime64[s]").item() for t in panel.decided]
    said = {c.partition(" ")[0]: c.partition(" ")[2] for c in goal.constraints if c.startswith(("decide ", "report "))}
    decide, report = said.get("decide", ""), said.get("report", "")
    try:
        found: Windows = split(times, decide=decide, report=report, overlap=inputs.horizon)
    except Usage:
        if not decide or report:
            raise
        first, stop = (int(np.searchsorted(panel.decided, t)) for t in _span(decide))
        stop = min(stop, len(times))
        return Window(first=first, stop=stop, begins=times[first].isoformat(), ends=times[stop - 1].isoformat()), None
    return found.develop, found.sealed


def _span(text: str) -> tuple[np.datetime64, np.datetime64]:
    """The first moment of a span of years, months or days, and the first one after it."""
    first, _, last = text.partition(":")
    after = np.array([last or first], dtype="datetime64") + 1
    return np.datetime64(first, "us"), after.astype("datetime64[us]")[0]


def naives(case: Case, *, sealed: Window | None = None) -> tuple[tuple[str, Recipe, tuple[Score, ...]], ...]:
    """What costs nothing, scored on the development window, or on the `sealed` one: (title, recipe, scores)."""
    first, stop = (sealed.first, sealed.stop) if sealed is not None else (case.scored, case.develop.stop)
    if case.inputs.labels is None:
        found = naive(case.panel, first, stop, measures=case.measures)
    else:
        names = ("share",) if case.inputs.lanes != case.inputs.entities else ("share", "own_mean", "last")
        found = naive_classes(case.panel, first, stop, names)
    return tuple((TITLES[b.recipe.estimator], b.recipe, reached(b)) for b in found)


def reached(test: Backtest) -> tuple[Score, ...]:
    """The scores of a backtest, those that there are: a constant has no rank correlation."""
    return tuple(s for s in test.summary if s.n)


def landed(crew: Crew, case: Case, made: Made, *, version: str, after: str = "") -> Batch:
    """Land the estimates of decision times from the scored window on, or `after` a time, as a batch nobody sees yet."""
    table = _table(case, made, version, after=after)
    source = source_of(case.product, case.inputs)
    book = Logbook(crew.ledger)
    seq = 1 + sum(b.source == source_name(case.product) for _, b in book.fates.values())
    with tempfile.TemporaryDirectory(dir=crew.root / ".windvane") as folder:
        file = Path(folder) / f"{version}.parquet"
        pq.write_table(table, file)
        if not table.num_rows:
            return Batch(
                id="", source=source.name, delivery=file.name, digest="", landed_at="", rows_read=0, accepted=0
            )
        delivery = Delivery(source=source.name, name=file.name, size=file.stat().st_size)
        return land(source, delivery, file, store=RawStore(crew.root), engine=crew.scratch(), seq=seq)


def admission(crew: Crew, batch: Batch) -> Admit:
    """The change that makes estimates visible."""
    from windvane.domain.record import replace

    return Admit(batch=replace(batch, landed_at=crew.now()))


def _table(case: Case, made: Made, version: str, *, after: str) -> pa.Table:
    """Estimates with their intervals, one row per entity and decision time, in the order of time and entity."""
    places = case.panel.places
    order = np.lexsort((places[:, 1], places[:, 0]))
    first = int(np.searchsorted(case.panel.decided, np.datetime64(after), side="right")) if after else case.scored
    order = order[places[order, 0] >= first]
    order = order[np.isfinite(case.panel.column(made.estimate)[order])]
    picked = case.rows.take(pa.array(order))
    names = (*case.inputs.entities, "decided_at", "target_at")
    columns = {name: picked[name] for name in names}

    def of(values: Array) -> pa.Array:
        return pa.array(case.panel.column(values)[order], from_pandas=True)

    columns |= {"estimate": of(made.estimate), "low": of(made.low), "high": of(made.high)}
    return pa.table(columns | {"version": pa.array([version] * len(order))})


def version_of(product: Product) -> str:
    """What makes the estimates of a product what they are: its recipe and its inputs."""
    from windvane.domain.record import replace

    return replace(product, name="", relation="", description="", extra="", metrics=()).fingerprint()[:12]
