"""What is said when a cascade ends: what was reached, what was tried, what would be needed."""

from __future__ import annotations

from windvane.domain.entry import Cascaded, Scored
from windvane.domain.estate import Product
from windvane.domain.estimate import Score
from windvane.loop import spans, versions
from windvane.loop.aims import Aim, aims, value_of
from windvane.loop.aims import told as told_scores
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def told(crew: Crew, product: Product, scored: Scored, last: Cascaded, end: str) -> tuple[str, ...]:
    """Lines for a person: the outcome with its interval first."""
    assert product.inputs is not None
    wanted = aims(product.goal, product.inputs)
    book = Logbook(crew.ledger)
    rounds = [r for r in book.rounds if r.incident == last.incident and not r.end]
    tried = sum(len(r.tried) for r in rounds)
    won = sum(bool(r.winner) for r in rounds)
    sealed = _unsealed(crew, product)
    reached = "; ".join(_with_interval(a, scored.scores) for a in wanted)
    span = "in use" if spans.deciding(crew, product.name) is not None else "development"
    lines = [f"{_head(product, end, sealed)}: {reached} ({span}, {scored.begins[:10]} to {scored.ends[:10]})"]
    many = f"{len(rounds)} round{'s' if len(rounds) != 1 else ''}"
    worked = f"{many}, {tried} proposals tried, placebos among them, {won} promoted"
    lines.append(worked if rounds else "what costs nothing meets it: nothing was tried")
    if end == "no":
        lines += [
            f"needed: {_needed(a, scored.scores)}" for a in wanted if not a.met(value_of(scored.scores, a.measure))
        ]
        lines += ["the version in place stays until one is better"] if span == "in use" else []
    if sealed is not None:
        lines.append(_opened(wanted, sealed, named=bool(product.goal.targets)))
    return tuple(lines)


def _head(product: Product, end: str, sealed: Scored | None) -> str:
    if not product.goal.targets:
        return f"{product.relation}: no target named"
    if end != "met":
        return f"{product.relation}: no, the goal is not met"
    if sealed is not None and not sealed.met:
        return f"{product.relation}: the goal is met in development and missed since"
    return f"{product.relation}: the goal is met"


def _opened(wanted: tuple[Aim, ...], sealed: Scored, *, named: bool) -> str:
    """What the sealed window says: the target, if one is `named`, and what costs nothing on the same times."""
    span = f"{sealed.begins[:10]} to {sealed.ends[:10]}"
    found = f"sealed window, opened once ({span}): {told_scores(wanted, sealed.scores)}"
    if named:
        found += ", the target is met there too" if sealed.met else ", the target is missed there"
    free = [f"{title} {a.tell(best)}" for a in wanted for title, best in _cheapest(a, sealed)]
    return f"{found}; what costs nothing reached {'; '.join(free)}" if free else found


def _cheapest(aim: Aim, scored: Scored) -> tuple[tuple[str, float], ...]:
    """The naive estimator that did best on one measure, with its score; nothing when none has one."""
    known = [(title, value_of(scores, aim.measure)) for title, scores in scored.naive]
    there = sorted((k for k in known if k[1] == k[1]), key=lambda k: k[1], reverse=aim.better == "higher")
    return tuple(there[:1])


def _with_interval(aim: Aim, scores: tuple[Score, ...]) -> str:
    score = next((s for s in scores if s.measure == aim.measure), None)
    if score is None or score.low is None or score.high is None:
        return aim.tell(value_of(scores, aim.measure))
    return f"{aim.tell(score.value)} ({score.low * aim.factor:.3g} to {score.high * aim.factor:.3g})"


def _needed(aim: Aim, scores: tuple[Score, ...]) -> str:
    value = value_of(scores, aim.measure)
    assert aim.value is not None
    missing = abs(aim.value - value * aim.factor) if value == value else abs(aim.value)
    unit = f" {aim.unit}" if aim.unit else ""
    instead = f"data that say what all within reach do not, or a goal of {value * aim.factor:.2g}"
    return f"another {missing:.3g}{unit} of {aim.said}: {instead}"


def _unsealed(crew: Crew, product: Product) -> Scored | None:
    """Open the sealed window for the version that stays, once; the ledger remembers for which."""
    from windvane.loop.estimating import case_of, naives, reached, version_of
    from windvane.loop.reliance import reliance
    from windvane.stack.evidence.windows import Seal

    assert product.inputs is not None and product.recipe is not None
    version = version_of(product)
    seal = spans.seal(crew, product.name)
    if spans.deciding(crew, product.name) is not None or (seal is not None and seal.opened != version):
        return None
    case = case_of(crew, product.name, product.inputs, product.goal)
    if case.sealed is None:
        return None
    seal = seal or Seal(product=product.name, window=case.sealed)
    test = case.sealed_test(product.recipe)
    assert test is not None
    spans.opened(crew, seal.open(version))
    free = tuple((title, scores) for title, _, scores in naives(case, sealed=case.sealed))
    scores = (*reached(test), *reliance(case, product, test))
    return versions.score(crew, case, product, scores, window="sealed", naive=free)
