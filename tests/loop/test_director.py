"""Which trials come next: what is expected, what lessons say, what it costs, and what a person has to allow."""

from __future__ import annotations

from benchmarks.trial_order import WORLDS, measure
from hypothesis import given
from hypothesis import strategies as st

from windvane.domain.change import Retire
from windvane.domain.decision import Lesson
from windvane.domain.estate import Policy, Ref
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop.director import Beliefs, Budget, Candidate, Choice, choose

NOTHING = Beliefs(())


def _candidate(name: str, gain: float, *, by: str = "scout", cause: str = "drivers", cost: float = 1.0) -> Candidate:
    changes = (Retire(ref=Ref(kind="model", name=name)),)
    return Candidate(
        Plan(incident="I", proposer=by, title=name, base="", changes=changes, rationale="", cost=cost), cause, gain
    )


def _titles(choice: Choice) -> list[str]:
    return [p.candidate.plan.title for p in choice.tried]


def _lessons(by: str, cause: str, helped: int, failed: int, *, start: int = 0) -> list[Lesson]:
    fates = [True] * helped + [False] * failed
    return [
        Lesson(decision=f"D-{start + i}", proposer=by, cause=cause, helped=fate, hoped=0.2, closed=0.2 * fate)
        for i, fate in enumerate(fates)
    ]


def test_the_larger_expectation_comes_first_and_the_budget_ends_it() -> None:
    given_ = [_candidate("small", 0.1), _candidate("large", 0.6), _candidate("middle", 0.3)]
    choice = choose(given_, NOTHING, Budget(trials=2), Policy())
    assert _titles(choice) == ["large", "middle"]
    assert choice.left[0].why == "the budget of 2 trials goes to better ones"
    dear = choose([_candidate("dear", 0.6, cost=50.0), *given_], NOTHING, Budget(trials=9, cpu_s=3.5), Policy())
    assert _titles(dear) == ["large", "middle", "small"] and "CPU s would be exceeded" in dear.left[0].why


def test_who_was_right_before_is_believed_and_who_was_not_is_asked_later() -> None:
    learned = Beliefs(_lessons("modeler", "grain", 6, 1) + _lessons("scout", "grain", 0, 6, start=50))
    given_ = [_candidate("b", 0.4, by="scout", cause="grain"), _candidate("a", 0.3, by="modeler", cause="grain")]
    choice = choose(given_, learned, Budget(trials=2), Policy())
    assert _titles(choice) == ["a", "b"]
    assert learned.of("modeler", "grain").mean > 0.7 > 0.3 > learned.of("scout", "grain").mean
    assert learned.of("modeler", "late").mean > learned.of("scout", "late").mean, "it tells a little of other causes"


def test_nobody_starts_better_than_another() -> None:
    assert NOTHING.of("scout", "grain") == NOTHING.of("modeler", "late")
    assert NOTHING.of("scout", "grain").mean == 0.5


def test_what_is_unknown_is_tried_before_what_is_known_to_be_as_good() -> None:
    learned = Beliefs(_lessons("scout", "grain", 20, 20) + _lessons("modeler", "late", 0, 0))
    tried = [_candidate("known", 0.4, cause="grain"), _candidate("new", 0.4, by="modeler", cause="late")]
    assert _titles(choose(tried, learned, Budget(trials=1), Policy())) == ["new"]
    assert _titles(choose(tried, learned, Budget(trials=1, explore=0.0), Policy())) == ["known"]


def test_what_a_person_took_back_counts_against_it() -> None:
    kept = _lessons("scout", "grain", 3, 0)
    regret = Lesson(decision="D-1", proposer="scout", cause="I did not want it", regretted=True)
    assert Beliefs([*kept, regret]).of("scout", "grain").mean < Beliefs(kept).of("scout", "grain").mean
    assert Beliefs([*kept, regret]).of("scout", "grain").failed > Beliefs(kept).of("scout", "grain").failed


def test_the_diagnosis_and_the_risk_count() -> None:
    unlikely = _candidate("unlikely", 0.5)._replace(chance=0.1)
    risky = _candidate("risky", 0.5)._replace(risk=0.4)
    choice = choose([unlikely, risky, _candidate("plain", 0.5)], NOTHING, Budget(trials=9), Policy())
    assert _titles(choice) == ["plain", "unlikely"]
    assert choice.left[0].why.endswith("more than it can bring")


def test_autonomy_and_what_cannot_be_taken_back() -> None:
    final = _candidate("final", 0.9)
    final = final._replace(plan=replace(final.plan, reversible=False))
    assert choose([final], NOTHING, Budget(trials=1), Policy()).left[0].why.endswith("a person decides")
    assert _titles(choose([final], NOTHING, Budget(trials=1), Policy(autonomy="act"))) == ["final"]
    assert not choose([_candidate("any", 0.9)], NOTHING, Budget(trials=1), Policy(autonomy="observe")).tried


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), max_size=12), st.integers(0, 6), st.floats(0, 200))
def test_no_budget_is_exceeded_and_nothing_is_lost(gains: list[tuple[float, float]], trials: int, cpu_s: float) -> None:
    given_ = [_candidate(f"m{i}", gain, cost=cost) for i, (gain, cost) in enumerate(gains)]
    choice = choose([*given_, *given_], NOTHING, Budget(trials=trials, cpu_s=cpu_s), Policy())
    assert len(choice.tried) <= trials and sum(p.candidate.plan.cost for p in choice.tried) <= cpu_s + 1e-9
    assert len(choice.tried) + len(choice.left) == len(given_), "each plan once"
    worths = [p.worth for p in choice.tried]
    assert worths == sorted(worths, reverse=True) and all(w > 0 for w in worths)


def test_planted_problems_take_few_trials_more_than_an_oracle_needs() -> None:
    """Seeds that nobody looked at when the director was written; the benchmark has the figures."""
    usual = measure(WORLDS[0], range(500, 506), 40)
    assert usual["director"] < 1.7 < usual["hope"] < usual["random"]
    wishful = measure(WORLDS[5], range(500, 503), 40)
    assert wishful["director"] < 0.7 * wishful["hope"], "it learns whom to believe"
