"""What a person sees of withheld rows, and what they let be done with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from windvane.app import rest
from windvane.app.opening import opened
from windvane.app.reports import ChangeReport, HeldReport, HeldRow, Personal, Preview
from windvane.app.story.words import count
from windvane.domain.batch import Batch
from windvane.domain.errors import Usage
from windvane.domain.estate import Contract, Model, Ref
from windvane.domain.event import Emit
from windvane.loop import mend
from windvane.loop import resume as resuming
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts
from windvane.stack.landing.lines import first_line
from windvane.stack.landing.mend import DROPPED, LINE
from windvane.stack.landing.quarantine import Held, held

MASK = "***"


def look(estate: Path, about: str, *, limit: int, personal: Personal = Personal.MASKED) -> HeldReport:
    """The withheld rows of a batch, or of all batches of a source; works during a run and changes nothing.

    Raises `Usage` (`quarantine.unknown`) when nothing is known by that name.
    """
    with opened(estate, emit=lambda _: None) as work:
        crew = work.crew
        batches = [b for b in _named(Logbook(crew.ledger), about) if b.quarantine_path]
        masked = {b.source: _personal(crew, b) for b in batches} if personal is Personal.MASKED else {}
        rows: list[HeldRow] = []
        for batch in batches:
            rows += _rows(crew, batch, masked.get(batch.source, frozenset()), limit - len(rows))
        return HeldReport(
            rows=tuple(rows),
            total=sum(b.quarantined for b in batches),
            masked=tuple(sorted({c for r in rows for c in r.masked})),
            accounts=tuple(_account(b) for b in batches),
        )


def preview(estate: Path, wish: mend.Wish, *, command: str) -> Preview:
    """What a wish would do; nothing has been done. Raises what carrying it out would, except for checks."""
    with opened(estate, emit=lambda _: None) as work:
        wish = _exact(Logbook(work.crew.ledger), wish)
        prepared = mend.prepare(work.crew, wish)
        made, before = prepared.mended, prepared.before
        rows = ", ".join(str(r) for r in made.passed[:8]) + (" ..." if len(made.passed) > 8 else "")
        many = count(len(made.passed), "row")
        moves = made.passed and wish.act != "drop"
        does = [f"{many} move from quarantined to accepted: {rows}"] if moves else []
        does += [f"{len(made.known):,} repeat what is known: suppressed"] if made.known else []
        does += [f"{many} closed as known losses, still counted: {rows}"] if wish.act == "drop" else []
        does += [f"{count(held, 'row')} still withheld: {reason}" for reason, held in made.reasons]
        does += [
            f"before: {_account(before)}",
            f"after:  {_account(made.batch)}",
            "every check is asked, then published",
        ]
        return Preview(title=prepared.plan.title, does=tuple(does), command=f"{command} --yes")


def carry_out(estate: Path, wish: mend.Wish, *, emit: Emit) -> ChangeReport:
    """Do it: a plan, the transition with its checks, a decision that can be undone.

    Raises `NeedsPerson` (`quarantine.held`) when the checks hold it.
    """
    with opened(estate, emit=emit) as work, rest.unstirred(work.crew, work.heading):
        resuming.settle(work.crew)
        wish = _exact(Logbook(work.crew.ledger), wish)
        done = mend.carry_out(work.crew, wish)
        book = Logbook(work.crew.ledger)
        batch = book.fates[wish.batch][1]
        release = next((r.id for r in reversed(book.releases()) if r.decision == done.id), "")
        return ChangeReport(
            act=wish.act,
            title=done.title,
            about=wish.batch,
            decision=done.id,
            release=release,
            effects=(_account(batch), *(f"cells before and after: {path}" for path in batch.corrections[-1:])),
            next=(f"windvane why {done.id}", f"windvane undo {done.id}"),
        )


def _named(book: Logbook, about: str) -> list[Batch]:
    """The batches that a name means: one by its id or an unmistakable beginning, or all of a source."""
    known = {i: batch for i, (_, batch) in book.fates.items()}
    if about in known:
        return [known[about]]
    of_source = [b for b in known.values() if b.source == about]
    begins = [b for i, b in known.items() if i.startswith(about)]
    if of_source or len(begins) == 1:
        return of_source or begins
    raise Usage(
        f"no batch or source `{about}`",
        code="quarantine.unknown",
        why=f"{len(begins)} batches begin so" if begins else "nothing by that name was landed",
        fix="windvane quarantine, which lists batches with withheld rows",
    )


def _exact(book: Logbook, wish: mend.Wish) -> mend.Wish:
    """The wish about one batch. Raises `Usage` when it names several."""
    held = [b for b in _named(book, wish.batch) if b.quarantine_path] or _named(book, wish.batch)[:1]
    if len(held) > 1:
        raise Usage(
            f"`{wish.batch}` has {len(held)} batches with withheld rows",
            code="quarantine.several",
            why=", ".join(b.id for b in held[:5]),
            fix="name one of them",
        )
    return mend.Wish(batch=held[0].id, act=wish.act, rows=wish.rows, fixes=wish.fixes, because=wish.because)


def _rows(crew: Crew, batch: Batch, masked: frozenset[str], limit: int) -> list[HeldRow]:
    if limit <= 0:
        return []
    offset = first_line(batch, root=crew.root)
    found = []
    for one in held(batch, root=crew.root, engine=crew.scratch(), limit=limit):
        cells, raw = _cells(one), ""
        if not cells:
            raw = MASK if masked else one.raw
        shown = tuple((n, MASK if n in masked and v is not None else v) for n, v in cells)
        hidden = tuple(n for n, _ in cells if n in masked) or (tuple(sorted(masked)) if raw == MASK else ())
        found.append(
            HeldRow(
                batch=batch.id,
                delivery=batch.delivery,
                row=one.row,
                reason=one.reason,
                line=one.row + offset if offset is not None else 0,
                cells=shown,
                raw=raw,
                masked=hidden,
            )
        )
    return found


def _cells(one: Held) -> tuple[tuple[str, str | None], ...]:
    """The delivered cells of a withheld row; nothing for a line that never was one."""
    if one.reason.startswith(LINE) or (one.reason.startswith(DROPPED) and f"(was {LINE}" in one.reason):
        return ()
    return tuple(json.loads(one.raw).items())


def _personal(crew: Crew, batch: Batch) -> frozenset[str]:
    """Delivered columns that look personal: by the contract of staging, and by what the scout found."""
    estate, name = crew.folder.read(), f"staging.{batch.source}"
    contract, model = estate.find(Ref(kind="contract", name=name)), estate.find(Ref(kind="model", name=name))
    closed: Iterable[str] = ()
    if isinstance(contract, Contract) and isinstance(model, Model):
        hidden = {c.name for c in contract.columns if c.classification != "open"}
        closed = {n for c in casts(model.text) if c.name in hidden for n in columns_of(c.text)}
    told = Logbook(crew.ledger).findings()
    found = {f.subject.removeprefix(f"{batch.source}.") for f in told if f.claim == "personal"}
    return frozenset({c for c in batch.columns if c in found} | set(closed))


def _account(batch: Batch) -> str:
    closed = f" ({batch.closed:,} closed)" if batch.closed else ""
    gone = f" + {batch.departed:,} departed" if batch.departed else ""
    return (
        f"{batch.id}: {batch.rows_read:,} rows read = {batch.accepted:,} accepted + {batch.quarantined:,} "
        f"quarantined{closed} + {batch.suppressed:,} suppressed{gone}"
    )
