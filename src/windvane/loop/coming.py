"""Batches as they would come in: screened against what is known, and what a whole delivery no longer has."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from windvane.domain.batch import Batch, Cast, Withhold
from windvane.domain.change import Admit, Change, Withdraw
from windvane.domain.errors import Failed
from windvane.domain.estate import Estate, Model, Ref, Source
from windvane.domain.record import replace
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.weighing import weighing
from windvane.sql.casts import casts
from windvane.stack.landing.screen import Screened, screen
from windvane.stack.landing.sound import Keys, shared_keys, sound
from windvane.stack.landing.succession import departed
from windvane.stack.quality.keys import key_of

_MANY = 8  # batches of a source from which they are first looked at all at once


class Coming:
    """Batches as they would come in, and those visible now as they would stay: without rows that are gone."""

    def __init__(self) -> None:
        self.screened: dict[str, Screened] = {}
        self.was: dict[str, Batch] = {}
        self.thinner: dict[str, Batch] = {}

    def thin(self, before: Batch, after: Batch) -> None:
        """Take over that a batch lost rows, whether it is visible or just coming in."""
        if after.id in self.screened:
            self.screened[after.id] = replace(self.screened[after.id], batch=after)
            return
        self.was.setdefault(before.id, before)
        self.thinner[after.id] = after

    def thinned(self) -> tuple[Change, ...]:
        """Each visible batch that loses rows goes, and comes back without them; undoing it brings them back."""
        return tuple(c for i, b in self.thinner.items() for c in (Withdraw(batch=self.was[i]), Admit(batch=b)))


class _Rules(NamedTuple):
    """By what the batches of a source are screened."""

    made: tuple[Cast, ...]
    key: tuple[str, ...]
    aside: tuple[Withhold, ...]
    weighing: frozenset[str]

    @property
    def keyed(self) -> tuple[Cast, ...]:
        """The casts of the key."""
        return tuple(c for c in self.made if c.name in self.key)


def coming(
    crew: Crew,
    estate: Estate,
    batches: tuple[Batch, ...],
    aside: tuple[Withhold, ...],
    *,
    gone: frozenset[str] = frozenset(),
) -> Coming:
    """`batches` as the staging models of `estate` take them in, each after the ones before it.

    Rows that do not read as their types, repeat those of known batches (but those `gone` by the same plan), or are
    named `aside` are withheld.
    """
    book, found = Logbook(crew.ledger), Coming()
    grouped: dict[str, list[Batch]] = {}
    for batch in batches:
        grouped.setdefault(batch.source, []).append(batch)
    queues: dict[str, _Queue] = {}
    for batch in batches:
        model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
        if not isinstance(model, Model):
            found.screened[batch.id] = Screened(batch=batch)
            continue
        if batch.source not in queues:
            made = casts(model.text)
            key = key_of(book.findings(), batch.source, made)
            rules = _Rules(made, key, aside, weighing(estate, batch.source, made))
            source = estate.find(Ref(kind="source", name=batch.source))
            table = source.table if isinstance(source, Source) else ""
            visible = tuple(b for b in book.visible() if b.source == batch.source and b.id not in gone)
            queues[batch.source] = _Queue(crew, rules, visible, grouped[batch.source], table=table)
        queues[batch.source].take(batch, found)
    return found


class _Queue:
    """The batches of one source on their way in; a `table` of a database is always delivered as a whole."""

    def __init__(
        self, crew: Crew, rules: _Rules, visible: tuple[Batch, ...], arriving: list[Batch], *, table: str
    ) -> None:
        self._crew, self._rules, self._visible, self._table = crew, rules, visible, table
        self._before: list[str] = []
        self._names = {b.delivery for b in visible}
        self._sound: frozenset[str] = frozenset()
        self._keys: Keys | None = None
        if len(arriving) >= _MANY and not rules.aside:
            self._look_ahead(arriving)

    def _look_ahead(self, arriving: list[Batch]) -> None:
        """Tell of all batches at once which need no screen, and which others the rest must be held against."""
        engine, root, rules = self._crew.scratch(), self._crew.root, self._rules
        self._sound = sound(arriving, rules.made, rules.key, root=root, engine=engine)
        if rules.key:
            with suppress(Failed):  # the screen of the batch that is to blame says it better
                self._keys = shared_keys(arriving, self._visible, rules.keyed, root=root, engine=engine)
                return
            self._sound = frozenset()

    def take(self, batch: Batch, found: Coming) -> None:
        """Screen one batch against those before it."""
        fresh = batch.delivery not in self._names
        self._names.add(batch.delivery)
        if fresh and batch.id in self._sound and not (self._keys and self._keys.repeat(batch.id)):
            found.screened[batch.id] = Screened(batch=batch)  # as it would come out
        else:
            self._screen(batch, found)
        self._before.append(batch.id)

    def _screen(self, batch: Batch, found: Coming) -> None:
        visible = (found.thinner.get(b.id, b) for b in self._visible)
        arriving = (found.screened[i].batch for i in self._before)
        known = [b for b in (*visible, *arriving) if b.id != batch.id]
        whole = [b for b in known if b.delivery == batch.delivery]
        near = known if self._keys is None else [b for b in known if self._keys.related(batch.id, b.id)]
        root, engine, rules = self._crew.root, self._crew.scratch(), self._rules
        found.screened[batch.id] = screen(
            batch, rules.made, root=root, engine=engine, key=rules.key, aside=rules.aside, weighing=rules.weighing,
            history=tuple(root / b.path for b in near), earlier=tuple(root / b.path for b in whole),
        )  # fmt: skip
        lost = departed(batch, whole, key=rules.keyed, casts=rules.made, root=root, engine=engine)
        if not lost.still and not self._table:
            return  # a file that repeats nothing of the one that had its name is another delivery, not a whole one
        screened = found.screened[batch.id]
        told = replace(screened.batch, gone=lost.gone, anew=screened.batch.anew + lost.renamed)
        found.screened[batch.id] = replace(screened, batch=told)
        for after in lost.thinner:
            found.thin(next(b for b in whole if b.id == after.id), after)
