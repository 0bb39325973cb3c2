"""The data card of a product: its goal, what it was made from and when, how well it does, its limits and decisions."""

from __future__ import annotations

import difflib

from windvane.app.story import holdings
from windvane.app.story.book import Book
from windvane.app.story.fulfilment import fulfilments
from windvane.domain.change import Put
from windvane.domain.entry import Scored
from windvane.domain.errors import Usage
from windvane.domain.estate import Product
from windvane.domain.record import Record

_SCALES = {"return": (1e4, " basis points"), "volatility": (1.0, " points")}
_UNSCALED = ("rank_correlation", "coverage", "auc", "average_precision")
_COUNTED = {"calibration_error": "rows", "alarm_precision": "alarms"}  # what the measure is of, one by one


class Measured(Record):
    """How well it did on one window, in words: one text for each measure."""

    window: str  # development, sealed, live
    begins: str
    ends: str
    measures: tuple[str, ...]


class Card(Record, tag="card"):
    """Everything to know about a product before using it."""

    name: str
    kind: str
    relation: str
    goal: str
    means: str
    release: str
    measured: tuple[Measured, ...] = ()
    naive: tuple[str, ...] = ()  # what costs nothing, with its scores
    estimator: str = ""
    lineage: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    standing: str = ""  # whether the goal is met: in development, in the sealed window, in use
    then: str = ""  # what a person can do about it
    outcome: tuple[str, ...] = ()  # how the work on its goal ended
    decisions: tuple[str, ...] = ()


def card(book: Book, name: str) -> Card:
    """The card of a product, by its name or its relation. Raises `Usage` (`product.unknown`) naming close ones."""
    lines = {p.name: p for p in holdings.products(book)}
    wanted = name.removeprefix("mart.")
    if wanted not in lines:
        close = difflib.get_close_matches(wanted, lines, n=3, cutoff=0.4) or list(lines)[:3]
        fix = f"did you mean {', '.join(f'`{c}`' for c in close)}?" if close else "windvane run builds products"
        raise Usage(f"no product `{name}`", code="product.unknown", why="no promoted plan made it", fix=fix)
    line = lines[wanted]
    made = _versions(book, wanted)
    product = made[-1][1]
    scored = [s for _, s in book.scored if s.product == wanted]
    ended = next((f for f in fulfilments(book) if f.product == wanted), None)
    return Card(
        name=line.name,
        kind=line.kind,
        relation=line.relation,
        goal=line.goal,
        means=line.means,
        release=line.release,
        measured=_measured(scored, product),
        naive=tuple(f"{title}: {', '.join(_scores(s, product))}" for title, s in _naive(scored)),
        estimator=_estimator(product),
        lineage=_lineage(product),
        limits=tuple(dict.fromkeys(a for d, _ in made for a in book.plans[book.decisions[d].plan].assumptions)),
        standing=ended.standing if ended else "",
        then=ended.then if ended else "",
        outcome=next((r.told for r in reversed(book.rounds) if r.product == wanted and r.end), ()),
        decisions=tuple(d for d, _ in made),
    )


def _versions(book: Book, name: str) -> list[tuple[str, Product]]:
    """Decisions in force that put the product, oldest first."""
    return [
        (d.id, c.asset)
        for d in book.decisions.values()
        if d.id in book.releases and not book.undone_by(d.id)
        for c in book.plans[d.plan].changes
        if isinstance(c, Put) and isinstance(c.asset, Product) and c.asset.name == name
    ]


def _measured(scored: list[Scored], product: Product) -> tuple[Measured, ...]:
    """The newest scores of each window."""
    newest = {s.window: s for s in scored}
    return tuple(
        Measured(window=w, begins=s.begins[:10], ends=s.ends[:10], measures=_scores(s.scores, product))
        for w, s in newest.items()
    )


def _naive(scored: list[Scored]) -> tuple[tuple[str, tuple[object, ...]], ...]:
    return next((s.naive for s in scored if s.naive), ())


def _scores(scores: tuple[object, ...], product: Product) -> tuple[str, ...]:
    from windvane.domain.estimate import Score

    quantity = product.inputs.quantity if product.inputs is not None else ""
    told = []
    for score in scores:
        assert isinstance(score, Score)
        factor, unit = (1.0, "") if score.measure in _UNSCALED else _SCALES.get(quantity, (1.0, ""))
        text = f"{score.measure.replace('_', ' ')} {score.value * factor:.4g}{unit}"
        if score.low is not None and score.high is not None:
            text += f" ({score.low * factor:.4g} to {score.high * factor:.4g})"
        if score.measure in _COUNTED:
            text += f" of {score.n:,} {_COUNTED[score.measure]}"
        told.append(text)
    return tuple(told)


def _estimator(product: Product) -> str:
    if product.recipe is None:
        return ""
    features = f" of {', '.join(product.recipe.features)}" if product.recipe.features else ""
    window = f", the last {product.recipe.window} decision times" if product.recipe.window else ""
    return f"{product.recipe.estimator.replace('_', ' ')}{features}{window}"


def _lineage(product: Product) -> tuple[str, ...]:
    inputs = product.inputs
    if inputs is None:
        return ()
    own = f"{inputs.relation}.{inputs.value}, available {inputs.delivery}"
    return (own, *(f"{d.relation}.{d.column}, available {d.delivery}" for d in inputs.drivers))
