"""Lands small invented tables as text Parquet, the way deliveries lie in an estate, and lets the scout look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from windvane.adapters.warehouses.scratch import Scratch
from windvane.agents.scout import agent
from windvane.domain.batch import Batch
from windvane.domain.estate import Contract, Estate
from windvane.domain.finding import Finding
from windvane.domain.ports import Llm, Scene


@dataclass
class Place:
    """A folder with landed batches."""

    root: Path
    engine: Scratch
    batches: list[Batch] = field(default_factory=list)
    declared: tuple[Contract, ...] = ()
    llm: Llm | None = None

    def land(self, source: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
        """One more batch of a source; values are written as text, `None` as NULL."""
        number = 1 + sum(1 for b in self.batches if b.source == source)
        listed = ", ".join('"' + c.replace('"', '""') + '" VARCHAR' for c in columns)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE landed ({listed}, _batch VARCHAR, _seq BIGINT, _row BIGINT)")
        texts = [tuple(None if v is None else str(v) for v in row) for row in rows]
        for start in range(0, len(texts), 500):
            block = texts[start : start + 500]
            marks = ", ".join("(" + ", ".join("?" * len(columns)) + f", '{source}-{number}', {number}, {start + i + 1})"
                              for i in range(len(block)))  # fmt: skip
            self.engine.execute(f"INSERT INTO landed VALUES {marks}", [v for row in block for v in row])
        path = self.root / f"{source}-{number}.parquet"
        self.engine.execute(f"COPY landed TO '{path}' (FORMAT parquet)")
        made = Batch(
            id=f"{source}-{number}",
            source=source,
            delivery=f"{source}.csv",
            digest="",
            landed_at="",
            rows_read=len(texts),
            accepted=len(texts),
            columns=tuple(columns),
            path=path.name,
        )
        self.batches.append(made)
        return path

    def look(self) -> tuple[Finding, ...]:
        """What the scout says of everything landed."""
        scene = Scene(
            root=self.root,
            estate=Estate(name="place"),
            batches=tuple(self.batches),
            declared=self.declared,
            scratch=self.engine,
            llm=self.llm,
        )
        return agent().look(scene)


def claims(found: Iterable[Finding], claim: str, *, above: float = 0.5) -> dict[str, str]:
    """The likeliest value per subject of one kind of claim, of those above a confidence."""
    best: dict[str, Finding] = {}
    for f in found:
        if (
            f.claim == claim
            and f.confidence > above
            and f.confidence > (best[f.subject].confidence if f.subject in best else 0)
        ):
            best[f.subject] = f
    return {subject: f.value for subject, f in best.items()}


def one(found: Iterable[Finding], claim: str, subject: str) -> Finding:
    """The likeliest finding of a kind about a subject."""
    return max((f for f in found if f.claim == claim and f.subject == subject), key=lambda f: f.confidence)
