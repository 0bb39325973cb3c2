"""What steering would do, read from the ledger: undo, approve, reject, pause, resume."""

from __future__ import annotations

from windvane.app.answer import chosen
from windvane.app.reports import Preview
from windvane.app.story import words
from windvane.app.story.book import Book, standing
from windvane.app.story.status import paused
from windvane.domain.change import Admit, Put, Rerun, Retire, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.errors import Usage
from windvane.domain.estate import ref_of
from windvane.domain.plan import Plan


def undo(book: Book, decision: Decision) -> Preview:
    """What would be restored and lost. Raises `Usage` (`decision.not_undoable`)."""
    plan, release = book.plans.get(decision.plan), book.releases.get(decision.id)
    why = _not_undoable(book, decision, plan)
    if why or plan is None or release is None:
        fix = f"windvane why {decision.id}"
        raise Usage(f"`{decision.id}` cannot be undone", code="decision.not_undoable", why=why, fix=fix)
    back = (
        f"readers see again what release {release.replaced} showed" if release.replaced else "readers see nothing yet"
    )
    return Preview(
        title=f"Undo {decision.id}: {decision.title}",
        does=(*_restored(plan), f"{back}, of: {', '.join(release.relations)}" if release.relations else back),
        loses=tuple(_lost(plan)),
        seconds=plan.cost,
        command=f"windvane undo {decision.id} --yes",
    )


def approve(book: Book, decision: Decision, *, option: str) -> Preview:
    """What would become visible. Raises `Usage` when nothing waits, or the option is none of its."""
    plan = _waiting(book, decision)
    picked = chosen(plan.options, option) if option else ""
    given = f" --option '{picked}'" if picked else ""
    return Preview(
        title=f"Approve {decision.id}: {decision.title}" + (f" ({picked})" if picked else ""),
        does=(
            *(words.change(c) for c in plan.changes),
            "the trial and every check run once more, then it is published",
        ),
        seconds=plan.cost,
        command=f"windvane approve {decision.id}{given} --yes",
    )


def reject(book: Book, decision: Decision) -> Preview:
    """What would stay as it is. Raises `Usage` when nothing waits."""
    plan = _waiting(book, decision)
    held = [c.batch for c in plan.changes if isinstance(c, Admit)]
    return Preview(
        title=f"Reject {decision.id}: {decision.title}",
        does=("readers keep the version they have", "windvane will not propose this plan again unasked"),
        loses=tuple(f"{b.id} stays invisible ({words.count(b.accepted, 'row')}); its bytes are kept" for b in held),
        command=f"windvane reject {decision.id} --yes",
    )


def pause(book: Book) -> Preview:
    """Agents would stop."""
    since = paused(book)
    does = (
        f"nothing: paused since {words.moment(since)} UTC"
        if since
        else "agents propose and change nothing until resumed"
    )
    return Preview(title="Pause the agents", does=(does,), command="windvane pause")


def resume(book: Book) -> Preview:
    """Agents would go on."""
    does = "agents may act again, from the next run" if paused(book) else "nothing: they are not paused"
    return Preview(title="Let the agents act", does=(does,), command="windvane resume")


def _waiting(book: Book, decision: Decision) -> Plan:
    plan, now = book.plans.get(decision.plan), standing(book, decision)
    if now == "waiting" and plan is not None:
        return plan
    asks = [d.id for d in book.decisions.values() if standing(book, d) == "waiting"]
    raise Usage(
        f"`{decision.id}` does not wait for an answer",
        code="decision.not_waiting",
        why=f"it is {now}; " + (f"these wait: {', '.join(asks)}" if asks else "nothing waits"),
        fix="windvane status",
    )


def _not_undoable(book: Book, decision: Decision, plan: Plan | None) -> str:
    now = standing(book, decision)
    if now == "undone":
        return f"{book.undone_by(decision.id)} took it back already"
    if now != "promoted":
        return f"it is {now} and changed nothing"
    if plan is None:
        return "the ledger does not have its plan"
    if not plan.reversible:
        return "its plan is not reversible"
    later = _resting_on(book, decision, plan)
    return f"{', '.join(later)} came later and changed the same things; undo {later[-1]} first" if later else ""


def _restored(plan: Plan) -> list[str]:
    """The plan's inverse in words, or what can be told of its changes when the plan carries none."""
    if plan.inverse:
        return [words.change(c) for c in plan.inverse if not isinstance(c, Retire)]
    found = []
    for change in plan.changes:
        match change:
            case Put(asset=asset):
                found.append(f"put back {ref_of(asset)} as it was, or retire it when it was new")
            case Retire(ref=ref):
                found.append(f"put back {ref}")
            case Withdraw(batch=batch):
                found.append(f"admit {batch.id} again ({words.count(batch.accepted, 'row')})")
            case Rerun():
                found.append(words.change(change))
            case Admit(batch=batch):
                found.append(f"withdraw {batch.id}")
    return found


def _lost(plan: Plan) -> list[str]:
    """What the plan brought: assets that were not there before it, and rows."""
    return [f"{c.ref} goes away" for c in plan.inverse if isinstance(c, Retire)] + [
        f"{words.count(c.batch.accepted, 'row')} of {c.batch.id} become invisible; their bytes are kept"
        for c in plan.changes
        if isinstance(c, Admit)
    ]


def _resting_on(book: Book, decision: Decision, plan: Plan) -> list[str]:
    """Later decisions still in force that changed the same assets or batches; undoing is no such change."""
    own, order = _touched(plan), list(book.decisions)
    later = (book.decisions[d] for d in order[order.index(decision.id) + 1 :])
    alive = (d for d in later if standing(book, d) == "promoted" and not d.undoes)
    return [d.id for d in alive if (p := book.plans.get(d.plan)) is not None and own & _touched(p)]


def _touched(plan: Plan) -> set[str]:
    found = set()
    for change in plan.changes:
        match change:
            case Put(asset=asset):
                found.add(str(ref_of(asset)))
            case Retire(ref=ref):
                found.add(str(ref))
            case Admit(batch=batch) | Withdraw(batch=batch):
                found.add(f"batch {batch.id}")
            case Rerun():
                pass
    return found
