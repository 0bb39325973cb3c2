"""A batch that was stopped, beside what is known of its source: relations to measure on, and which columns broke."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from windvane.domain.batch import Batch, Cast
from windvane.domain.estate import Column, Contract, Model, Ref
from windvane.domain.incident import Incident
from windvane.domain.ports import Engine, Row, Scene
from windvane.domain.record import replace
from windvane.sql.alias import columns_of, quote
from windvane.sql.casts import casts
from windvane.sql.repair import ways
from windvane.stack.landing.fits import fits
from windvane.stack.quality.drift import Seam
from windvane.stack.quality.keys import key_of
from windvane.stack.quality.seams import seam_of
from windvane.stack.recall import Recalled

_NAMED = re.compile(r"columns? ((?:`[^`]+`(?:, )?)+)")
OWN = ("_batch", "_seq", "_row")


@dataclass(frozen=True)
class Case:
    """One batch of one source under the staging model as it stands; `history` are the files known before it."""

    scene: Scene
    incident: Incident
    engine: Engine
    model: Model
    contract: Contract
    batch: Batch
    history: tuple[Batch, ...]
    made: tuple[Cast, ...] = field(default=())

    @property
    def source(self) -> str:
        """Name of the source."""
        return self.batch.source

    def cast(self, column: str) -> Cast | None:
        """How a column of staging comes from text."""
        return next((c for c in self.made if c.name == column), None)

    def column(self, name: str) -> Column | None:
        """What the contract says of a column."""
        return next((c for c in self.contract.columns if c.name == name), None)

    def is_key(self, column: str) -> bool:
        """Whether a column is part of the key, or refers to one: values that nobody may guess."""
        linked = {c for r in self.contract.references for c in r.columns}
        return column in {*self.contract.key, *linked, *key_of(self.scene.findings, self.source, self.made)}

    def text(self, column: str) -> str:
        """How rows of this batch become text now: the way of the batch, if it has one, else that of all others."""
        cast = self.cast(column)
        known, others = ways(cast.text) if cast else ((), "")
        return next((w.text for w in known if self.batch.id in w.batches), others)

    def raw(self, column: str) -> str:
        """The one delivered column that a column of staging reads, quoted; empty when it reads several."""
        cast = self.cast(column)
        read = columns_of(cast.text) & set(self.batch.columns) if cast else frozenset()
        return quote(next(iter(read))) if len(read) == 1 else ""

    def broken(self, *rules: str) -> tuple[str, ...]:
        """Columns that the broken checks of these rules name; of all rules without one."""
        found: dict[str, None] = {}
        for signal in self.incident.signals:
            rule = signal.expected.strip("`").partition("` ")[0].split(".")
            if rules and not set(rules) & set(rule):
                continue
            for names in _NAMED.findall(signal.observed):
                found |= dict.fromkeys(re.findall("`([^`]+)`", names))
        return tuple(name for name in found if self.cast(name) is not None)

    def broke(self, rule: str) -> bool:
        """Whether a check of this rule broke."""
        return bool(self.observed(rule))

    def observed(self, *rules: str) -> tuple[str, ...]:
        """What the broken checks of these rules said."""
        return tuple(
            s.observed
            for s in self.incident.signals
            if set(rules) & set(s.expected.strip("`").partition("` ")[0].split("."))
        )

    @property
    def known(self) -> str:
        """Rows known before, typed; `_batch`, `_seq` and `_row` beside."""
        return self._typed({c.name: c.text for c in self.made}, self._files(self.history))

    def arriving(self, texts: Mapping[str, str] = {}) -> str:
        """Rows of the batch, typed; `texts` say how some of the columns are read instead."""
        read = {c.name: texts.get(c.name, self.text(c.name)) for c in self.made}
        return self._typed(read, self._files((self.batch,)))

    @property
    def landed(self) -> str:
        """Rows of the batch as delivered text."""
        return self._files((self.batch,))

    def rows(self, sql: str) -> list[Row]:
        """Ask the scratch engine, once: raw text stays as it is."""
        return Recalled(self.engine).rows(sql)

    def misfits(self, column: str, text: str = "") -> int:
        """Rows of the batch whose text of a column is no value of its type."""
        cast = self.cast(column)
        if cast is None:
            return 0
        found = self.rows(
            f"SELECT COUNT(*) FROM (SELECT ({text or self.text(column)}) AS t FROM {self.landed}) AS texts "
            f"WHERE t IS NOT NULL AND NOT {fits('t', cast.type)}"
        )
        return int(str(found[0][0]))

    def seam(self) -> Seam | None:
        """Where known rows end and the batch begins."""
        return seam_of(self.scene, self.model, (self.batch,))

    def _typed(self, texts: Mapping[str, str], files: str) -> str:
        kinds = {c.name: c.type for c in self.made}
        cells = ", ".join(f"TRY_CAST(({t}) AS {kinds[n]}) AS {quote(n)}" for n, t in texts.items())
        return f"(SELECT {cells}, {', '.join(OWN)} FROM {files}) AS side"

    def _files(self, batches: tuple[Batch, ...]) -> str:
        listed = ", ".join("'" + str(self.scene.root / b.path).replace("'", "''") + "'" for b in batches)
        there = {name for b in batches for name in b.columns}
        absent = sorted({name for c in self.made for name in columns_of(c.text)} - there)
        added = "".join(f", CAST(NULL AS VARCHAR) AS {quote(n)}" for n in absent)
        return f"(SELECT *{added} FROM read_parquet([{listed}], union_by_name := true)) AS rows_of"


def cases(scene: Scene) -> tuple[Case, ...]:
    """One case for each batch of the incident; none without history or a staging model."""
    incident = scene.incident
    if incident is None or scene.scratch is None:
        return ()
    named = {s.batch for s in incident.signals}
    return tuple(c for b in scene.batches if b.id in named and (c := _case(scene, incident, scene.scratch, b)))


def case_of(scene: Scene) -> Case | None:
    """The case of an incident about one batch; `None` for any other."""
    found = cases(scene)
    return found[0] if len(found) == 1 else None


def _case(scene: Scene, incident: Incident, engine: Engine, batch: Batch) -> Case | None:
    model = scene.estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
    contract = scene.estate.find(Ref(kind="contract", name=f"staging.{batch.source}"))
    history = tuple(b for b in scene.history if b.source == batch.source and b.id != batch.id and b.accepted)
    if not isinstance(model, Model) or not isinstance(contract, Contract) or not history:
        return None
    core = _core(scene, batch.source)
    keyed = contract if contract.key or core is None else _keyed(contract, core)
    return Case(scene, incident, engine, model, keyed, batch, history, casts(model.text))


def _core(scene: Scene, source: str) -> Contract | None:
    found = scene.estate.find(Ref(kind="contract", name=f"core.{source}"))
    return found if isinstance(found, Contract) else None


def _keyed(contract: Contract, core: Contract) -> Contract:
    return replace(contract, key=core.key, references=core.references, time_column=core.time_column)
