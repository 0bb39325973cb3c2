"""A language model reads the sentence too: it may agree, differ or fail, and can name nothing outside the catalog."""

from __future__ import annotations

import pytest

from windvane.adapters.llms.scripted import Scripted
from windvane.agents.analyst import answer, catalog_of, understand
from windvane.agents.analyst.asking import fields
from windvane.domain.entry import Understood
from windvane.domain.errors import Failed, NeedsPerson, Usage
from windvane.domain.estate import Source
from windvane.domain.finding import Finding
from windvane.domain.goal import Question

CLEAR = "Forecast orders per store for 14 days"
SAME = {
    "kind": ["forecast"],
    "measure": ["orders.order_id"],
    "aggregate": ["count"],
    "entities": ["orders.store_id"],
    "grain": ["day"],
    "horizon": ["14"],
}


def model(**said: list[str]) -> Scripted:
    return Scripted({"goal": SAME | said})


def test_agreement_raises_the_confidence(world):
    alone = understand(CLEAR, world("shop"), None)
    both = understand(CLEAR, world("shop"), model())
    assert isinstance(alone, Understood) and isinstance(both, Understood)
    assert both.goal == alone.goal
    assert both.confidence > alone.confidence
    assert both.other is not None and both.other.proposer == "scripted"


def test_a_sure_parser_keeps_its_reading_and_shows_the_other(world):
    result = understand(CLEAR, world("shop"), model(measure=["orders.amount"], aggregate=["sum"]))
    assert isinstance(result, Understood)
    assert result.goal.measure == "orders.order_id"
    assert result.other is not None and result.other.measure == "orders.amount"


def test_an_unsure_parser_and_a_model_that_differs_make_a_question(world):
    sentence = "blah revenue quux zork of foo per store"
    alone = understand(sentence, world("shop"), None)
    assert isinstance(alone, Understood) and alone.confidence < 0.7
    result = understand(sentence, world("shop"), model(kind=["metric"], grain=["none"], horizon=["0"]))
    assert isinstance(result, Question)
    assert [o.goal.proposer for o in result.options] == ["parser", "scripted"]


def test_what_the_parser_cannot_place_the_model_may_propose_but_a_person_decides(world):
    sentence = "How busy will the branches be over the next 14 days?"
    with pytest.raises(NeedsPerson):
        understand(sentence, world("shop"), None)
    result = understand(sentence, world("shop"), model())
    assert isinstance(result, Question)
    chosen = answer(result, 1)
    assert chosen.goal.measure == "orders.order_id"
    assert chosen.question == result
    assert chosen.confidence == 1.0


def test_a_name_outside_the_catalog_never_becomes_a_goal(world):
    with pytest.raises(Failed):
        model(measure=["payroll.salary"]).choose(purpose="goal", prompt="", fields=fields(world("shop")))
    result = understand(CLEAR, world("shop"), model(measure=["payroll.salary"]))
    assert isinstance(result, Understood) and result.other is None


def test_every_option_that_a_model_is_offered_is_of_the_catalog(world):
    catalog = world("shop")
    for field in fields(catalog):
        if field.name in ("measure", "entities"):
            named = [o for o in field.options if o != "none" and not o.endswith(".*")]
            assert named and all(catalog.column(o) is not None for o in named)


def test_targets_and_constraints_come_from_the_sentence_not_from_the_model(world):
    sentence = "Forecast orders per store in Germany for 14 days with a mean absolute error of at most 3"
    result = understand(sentence, world("shop"), model())
    assert isinstance(result, Understood) and result.other is not None
    assert result.other.targets == result.goal.targets != ()


def test_a_model_that_fails_changes_nothing(world):
    assert understand(CLEAR, world("shop"), Scripted({})) == understand(CLEAR, world("shop"), None)


@pytest.mark.parametrize("sentence", ["", "  \n "])
def test_an_empty_goal_is_told(world, sentence):
    with pytest.raises(Usage) as caught:
        understand(sentence, world("shop"), None)
    assert caught.value.code == "goal.empty"


def test_a_choice_that_is_not_there_is_told(world):
    question = understand("delay per carrier", world("flights"), None)
    assert isinstance(question, Question)
    assert answer(question, question.options[1].label).goal == question.options[1].goal
    with pytest.raises(Usage) as caught:
        answer(question, 9)
    assert caught.value.code == "goal.no_such_option"


def test_an_empty_catalog_is_told():
    with pytest.raises(NeedsPerson):
        understand(CLEAR, catalog_of((), ()), None)


def test_a_key_the_scout_is_unsure_of_is_not_counted():
    def found(confidence: float) -> Finding:
        return Finding(by="scout", subject="t", claim="key", value="id", confidence=confidence, evidence="")

    source = Source(name="t", connector="files", location="t.csv", columns=("id", "x"))
    assert catalog_of([found(0.9)], [source]).table("t").key == ("id",)
    assert catalog_of([found(0.3)], [source]).table("t").key == ()
    assert catalog_of([found(0.9), found(0.3)], [source]).table("t").key == ("id",)


def test_a_copy_of_a_table_is_no_second_answer(world):
    catalog = world("twins")
    copy = Finding(by="scout", subject="refunds", claim="near_duplicate", value="payments", confidence=0.9, evidence="")
    sources = [
        Source(name=t.name, connector="f", location="l", columns=tuple(c.name for c in t.columns))
        for t in catalog.tables
    ]
    told = [
        Finding(by="scout", subject=c.label, claim=claim, value=value, confidence=0.9, evidence="")
        for t in catalog.tables
        for c in t.columns
        for claim, value in (("type", c.type), ("meaning", c.meaning))
    ]
    assert isinstance(understand("amount", catalog_of(told, sources), None), Question)
    result = understand("amount", catalog_of([*told, copy], sources), None)
    assert isinstance(result, Understood) and result.goal.measure == "payments.amount"
