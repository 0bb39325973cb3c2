"""Founds an estate: looks at places (read only), types the goal, previews the stack, writes the folder in one move."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from windvane.adapters.heading import write_heading
from windvane.app import preview
from windvane.app.answer import chosen
from windvane.app.folder import Folder
from windvane.app.opening import Estate, connector_for, opened
from windvane.app.reports import InitReport, Stray
from windvane.domain import registry
from windvane.domain.entry import Steering, Understood
from windvane.domain.errors import Usage
from windvane.domain.estate import Calendar, Contract, Source
from windvane.domain.event import Emit
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal, Question
from windvane.domain.heading import Heading, Wish
from windvane.domain.naming import identifier
from windvane.domain.ports import Offer
from windvane.domain.record import replace
from windvane.loop import propose, sense
from windvane.loop.crew import Crew

_LAST_LINES = (".windvane",)


def plan_init(paths: tuple[str, ...], goal: str, estate: Path, *, emit: Emit, answer: str | None) -> InitReport:
    """What `init` would understand and write; everything happens in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="windvane-") as folder:
        return _found(paths, goal, Path(folder) / estate.resolve().name, emit=emit, answer=answer, shown=estate)


def init(paths: tuple[str, ...], goal: str, estate: Path, *, emit: Emit, answer: str | None) -> InitReport:
    """Understand `paths` and `goal`; write the estate folder unless a question waits.

    The folder is made beside its place and moved there whole, so a kill or an error leaves nothing half done.
    Raises `Usage` (`estate.exists`) when there is an estate or another full folder.
    """
    _refuse_existing(estate)
    estate.resolve().parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{estate.resolve().name}.", dir=estate.resolve().parent))
    try:
        report = _found(paths, goal, draft, emit=emit, answer=answer, shown=estate)
        if report.question is None:
            if estate.exists():
                estate.rmdir()
            draft.rename(estate)
            written = tuple(str(p.relative_to(estate)) for p in sorted(estate.iterdir()) if p.name not in _LAST_LINES)
            report = replace(report, written=written)
        return report
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refuse_existing(estate: Path) -> None:
    if not estate.exists() or (estate.is_dir() and not any(estate.iterdir())):
        return
    inside = (estate / "windvane.toml").exists()
    raise Usage(
        f"`{estate}` {'is an estate already' if inside else 'is not empty'}",
        code="estate.exists",
        why="`init` founds a new estate and never writes over anything",
        fix="windvane run" if inside else "name another folder: --estate PATH",
    )


def _found(paths: tuple[str, ...], goal: str, root: Path, *, emit: Emit, answer: str | None, shown: Path) -> InitReport:
    root.mkdir(parents=True, exist_ok=True)
    offers, strays = _offers(paths, root)
    heading = Heading(
        name=identifier(shown.resolve().name),
        goals=(Wish(sentence=goal),),
        sources=tuple(o.source for o in offers),
        calendar=Calendar(),
    )
    write_heading(root, heading)
    with opened(root, emit=emit, declared=tuple(o.declared for o in offers if o.declared)) as estate:
        return _understand(estate, offers, strays, goal, answer=answer, shown=shown)


def _offers(paths: tuple[str, ...], root: Path) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
    """All that the places offer, under names that do not collide."""
    offers: list[Offer] = []
    strays: list[Stray] = []
    taken: list[str] = []
    for path in paths:
        connector = connector_for(path, root)
        found, odd = connector.offers(path)
        strays += [Stray(name=s.name, why=s.why, fix=s.fix) for s in odd]
        for offer in found:
            name = identifier(offer.source.name, taken)
            taken.append(name)
            offers.append(Offer(replace(offer.source, name=name), offer.deliveries, _named(offer, name)))
    if not offers:
        odd_names = "; ".join(f"`{s.name}`: {s.why}" for s in strays[:3])
        raise Usage(
            "there is nothing to read",
            code="init.nothing",
            why=odd_names or f"no table was found in {', '.join(f'`{p}`' for p in paths)}",
            fix=strays[0].fix
            if strays
            else "name a folder with CSV, JSON or Parquet files, a SQLite file or a database",
        )
    return tuple(offers), tuple(strays)


def _named(offer: Offer, name: str) -> Contract | None:
    return replace(offer.declared, relation=name) if offer.declared else None


def _understand(
    estate: Estate, offers: tuple[Offer, ...], strays: tuple[Stray, ...], goal: str, *, answer: str | None, shown: Path
) -> InitReport:
    crew = estate.crew
    crew.ledger.append(actor="person", step="steer", key="init", body=Steering(act="init", detail=goal))
    sense.look(crew)
    found = propose.findings(crew, crew.folder.read())
    understood = _typed(crew, goal, found, answer)
    sources = tuple(preview.source(crew, o, found) for o in offers)
    report = InitReport(estate=str(shown), sources=sources, strays=strays, question=understood.question)
    if understood.question is not None:
        return report
    crew.ledger.append(actor="analyst", step="diagnose", key=f"goal:{goal}", body=understood)
    _write(estate, understood.goal)
    with opened(crew.root, emit=crew.emit, declared=crew.declared) as typed:
        planned = preview.plan(typed.crew, understood.goal)
    return replace(report, goal=understood.goal, plan=planned, next=(f"cd {shown}", "windvane run"))


def _typed(crew: Crew, sentence: str, found: tuple[Finding, ...], answer: str | None) -> Understood:
    """The goal as the analyst types it; a question becomes the goal that a person's answer picks."""
    analyst = registry.load("windvane.agents", "analyst")
    catalog = analyst.catalog_of(found, [a for a in crew.folder.read().assets if isinstance(a, Source)])
    read: Understood | Question = analyst.understand(sentence, catalog, crew.llm)
    if isinstance(read, Understood):
        return read
    if answer is None:
        return Understood(goal=Goal(sentence=sentence), question=read)
    picked: Understood = analyst.answer(read, chosen(tuple(o.label for o in read.options), answer))
    return replace(picked, question=None)


def _write(estate: Estate, goal: Goal) -> None:
    write_heading(estate.crew.root, replace(estate.heading, goals=(Wish(sentence=goal.sentence, goal=goal),)))
    assert isinstance(estate.crew.folder, Folder)
    estate.crew.folder.project()
