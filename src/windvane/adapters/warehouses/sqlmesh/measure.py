"""Measures both sides of a plan: probes, contract checks, and the conservation of rows that always holds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

import duckdb

from windvane.adapters.warehouses.sqlmesh.failure import again, passing, words
from windvane.adapters.warehouses.sqlmesh.storefile import identifier
from windvane.domain.errors import TryAgain, WindvaneError
from windvane.domain.estate import Check
from windvane.domain.plan import Probe
from windvane.domain.ports import Row
from windvane.domain.run import CheckResult, Measurement

Ask = Callable[[str], list[Row]]
_TIMES = 3  # a query is asked to measure how long it takes
_RELATION = re.compile(r"\b[a-z_]\w*\.\w+")


def before(probes: Iterable[Probe], ask: Ask) -> tuple[Measurement, ...]:
    """Probes on production as it is; a relation or column that does not exist yet measures `None`."""
    found = []
    for probe in probes:
        try:
            found.append(Measurement(name=probe.name, value=_asked(probe, ask)))
        except TryAgain:
            raise
        except WindvaneError:
            found.append(Measurement(name=probe.name, value=None))
    return tuple(found)


def after(probes: Iterable[Probe], ask: Ask) -> tuple[tuple[Measurement, ...], tuple[str, ...]]:
    """Probes on what the plan built, and a line for each that could not be measured."""
    found, failures = [], []
    for probe in probes:
        try:
            found.append(Measurement(name=probe.name, value=_asked(probe, ask)))
        except (WindvaneError, duckdb.Error) as error:
            _raise_passing(error)
            found.append(Measurement(name=probe.name, value=None))
            failures.append(f"probe `{probe.name}` cannot be measured: {_said(error)}")
    return tuple(found), tuple(failures)


def _asked(probe: Probe, ask: Ask) -> float | None:
    """The number that a probe gives, or the seconds it takes: the fastest of a few, as others use the machine too."""
    if probe.of == "value":
        return _number(ask(probe.sql))
    taken = []
    for _ in range(_TIMES):
        began = time.process_time()  # of all threads: other work on the machine is no cost of the query
        ask(probe.sql)
        taken.append(time.process_time() - began)
    return round(min(taken), 4)


def concerned(checks: Iterable[Check], names: set[str]) -> tuple[Check, ...]:
    """The checks that read one of the relations `names`: what reads none of them finds what it found before."""
    return tuple(c for c in checks if names & set(_RELATION.findall(c.sql.replace('"', ""))))


def run_checks(checks: Iterable[Check], ask: Ask) -> tuple[tuple[CheckResult, ...], tuple[str, ...]]:
    """Results of checks, and a line for each whose SQL itself failed."""
    results, failures = [], []
    for check in checks:
        try:
            broken = ask(f"SELECT * FROM ({check.sql.rstrip().rstrip(';')}) AS broken LIMIT 5")
            said = "; ".join(dict.fromkeys(_grouped(str(row[0])) for row in broken))
        except (WindvaneError, duckdb.Error) as error:
            _raise_passing(error)
            said = f"the check cannot run: {_said(error)}"
            failures.append(f"check `{check.name}` cannot run: {_said(error)}")
        results.append(
            CheckResult(
                check=check.name, relation=check.relation, severity=check.severity, passed=not said, broken=said
            )
        )
    return tuple(results), tuple(failures)


def _grouped(said: str) -> str:
    """Counts of rows and times with their thousands apart; SQL that runs everywhere cannot write them so."""
    return re.sub(r"(?<![\d.])\d{4,}(?= (?:rows?|times)\b)", lambda m: f"{int(m[0]):,}", said)


def conservation(sources: Iterable[str], staging: set[str], ask: Ask) -> tuple[CheckResult, ...]:
    """Rows are neither lost nor doubled: file = accepted per batch, and source = staging, for the sources named."""
    return tuple(_conserved(source, f"staging.{source}" in staging, ask) for source in sorted(sources))


def _conserved(source: str, staged: bool, ask: Ask) -> CheckResult:  # noqa: FBT001
    name = source.replace("'", "''")
    relation = f"src.{identifier(source)}"
    wrong = ask(
        "SELECT coalesce(a.batch, s._batch), coalesce(a.rows, 0), coalesce(s.n, 0) FROM "
        f"(SELECT batch, rows FROM windvane.admitted WHERE source = '{name}') AS a FULL JOIN "
        f"(SELECT _batch, count(*) AS n FROM {relation} GROUP BY _batch) AS s ON s._batch = a.batch "
        "WHERE coalesce(a.rows, 0) <> coalesce(s.n, 0) ORDER BY 1 LIMIT 5"
    )
    said = [f"batch {batch!s}: {accepted!s} rows accepted, {there!s} rows visible" for batch, accepted, there in wrong]
    if staged:
        counts = f"(SELECT count(*) FROM {relation}), (SELECT count(*) FROM staging.{identifier(source)})"
        there, made = ask(f"SELECT {counts}")[0]
        if there != made:
            said.append(f"{there!s} rows in src.{source}, {made!s} in staging.{source}")
    return CheckResult(
        check="conservation",
        relation=f"src.{source}",
        severity="block",
        passed=not said,
        broken=_grouped("; ".join(said)),
    )


def _number(found: list[Row]) -> float | None:
    value = found[0][0] if found and found[0] else None
    return None if value is None else float(value)  # type: ignore[arg-type]


def _raise_passing(error: Exception) -> None:
    if passing(error):
        raise again(error) from error


def _said(error: Exception) -> str:
    return error.why or error.message if isinstance(error, WindvaneError) else words(error)
