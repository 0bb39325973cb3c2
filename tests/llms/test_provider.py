"""A provider is asked over real HTTP: closed answers, retries, time-outs and money."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from windvane.adapters.llms import provider
from windvane.adapters.llms.recorded import Recorded
from windvane.adapters.secrets import References
from windvane.domain.entry import Asked
from windvane.domain.errors import BudgetReached, Failed, TryAgain, Usage
from windvane.domain.heading import LlmSettings, ModelPrice
from windvane.domain.ports import Answer, Field, Llm
from windvane.domain.record import replace

FIELDS = (
    Field(name="measure", options=("orders.amount", "orders.quantity"), about="what is measured"),
    Field(name="entities", options=("stores.store_id", "orders.product"), many="several"),
    Field(name="horizon", about="how many steps ahead"),
)
RIGHT = {"measure": "orders.amount", "entities": ["stores.store_id"], "horizon": 14}


def settings(url: str) -> LlmSettings:
    return LlmSettings(
        provider="openai:tiny",
        base_url=url,
        key="${env:WIND_KEY}",
        budget=1.0,
        prices=(ModelPrice(model="tiny", input=2.0, output=10.0),),
        timeout_s=5.0,
        retries=2,
    )


def connect(given: LlmSettings, *, spent: float = 0.0) -> provider.Provider:
    return provider.connect(given, References({"WIND_KEY": "very-private-key"}), spent=spent)


def ask(llm: Llm) -> Answer:
    return llm.choose(purpose="goal", prompt="Revenue per store for two weeks", fields=FIELDS)


def test_an_answer_comes_with_its_tokens_and_its_cost(server, reached):
    server.replies = [RIGHT]
    llm = connect(settings(server.url))
    answer = ask(llm)
    assert answer.of("measure") == ("orders.amount",)
    assert answer.of("entities") == ("stores.store_id",)
    assert answer.of("horizon") == ("14",)
    assert (answer.tokens_in, answer.tokens_out) == (1000, 100)
    assert answer.cost == pytest.approx(0.003)
    assert llm.spent == pytest.approx(0.003)
    assert server.keys == ["Bearer very-private-key"]
    assert set(reached) == {"127.0.0.1"}


def test_the_model_is_shown_the_options_as_a_closed_list(server):
    server.replies = [RIGHT]
    ask(connect(settings(server.url)))
    schema = json.dumps(server.asked[0]["tools"])
    assert '"enum": ["orders.amount", "orders.quantity"]' in schema
    assert "what is measured" in schema


def test_a_name_outside_the_catalog_is_sent_back_and_then_answered_right(server):
    server.replies = [RIGHT | {"measure": "payroll.salary"}, RIGHT]
    answer = ask(connect(settings(server.url)))
    assert answer.of("measure") == ("orders.amount",)
    assert len(server.asked) == 2
    assert "orders.amount" in json.dumps(server.asked[1]["messages"])  # the complaint names the options
    assert answer.tokens_in == 2000  # both questions are paid for


def test_a_name_outside_the_catalog_never_gets_through(server):
    server.replies = [RIGHT | {"measure": "payroll.salary"}] * 3
    llm = connect(settings(server.url))
    with pytest.raises(Failed) as caught:
        ask(llm)
    assert caught.value.code == "llm.invalid"
    assert llm.spent == pytest.approx(0.009)  # what failed was paid for as well


@pytest.mark.parametrize("wrong", [{"horizon": "soon"}, {"extra": 1}, {"entities": ["stores.store_id", "x"]}])
def test_every_other_kind_of_wrong_answer_is_refused_too(server, wrong):
    server.replies = [RIGHT | wrong]
    with pytest.raises(Failed) as caught:
        ask(connect(replace(settings(server.url), retries=0)))
    assert caught.value.code == "llm.invalid"


def test_a_server_in_trouble_is_asked_again(server):
    server.replies = [500, RIGHT]
    assert ask(connect(settings(server.url))).of("horizon") == ("14",)
    assert len(server.asked) == 2


def test_a_server_that_stays_in_trouble_is_passing_trouble(server):
    server.replies = [503]
    with pytest.raises(TryAgain) as caught:
        ask(connect(replace(settings(server.url), retries=0)))
    assert caught.value.code == "llm.unreachable"


def test_a_time_out_is_passing_trouble(server):
    server.replies = ["hang"]
    with pytest.raises(TryAgain) as caught:
        ask(connect(replace(settings(server.url), timeout_s=0.2, retries=0)))
    assert caught.value.code == "llm.unreachable"


def test_nobody_listening_is_passing_trouble(server):
    with pytest.raises(TryAgain):
        ask(connect(replace(settings("http://127.0.0.1:9/v1"), retries=0)))


def test_a_refused_key_is_told_without_the_key(server):
    server.replies = [401]
    with pytest.raises(Failed) as caught:
        ask(connect(settings(server.url)))
    assert caught.value.code == "llm.refused"
    assert "trouble 401" in caught.value.why
    assert "very-private-key" not in str(caught.value.as_dict())


def test_a_missing_key_is_told_before_anything_is_sent(server):
    with pytest.raises(Usage) as caught:
        ask(provider.connect(settings(server.url), References({})))
    assert caught.value.code == "secret.missing"
    assert server.asked == []


def test_a_question_that_does_not_fit_the_budget_is_not_asked(server):
    with pytest.raises(BudgetReached) as caught:
        ask(connect(settings(server.url), spent=0.999))
    assert caught.value.code == "llm.budget"
    assert server.asked == []


def test_a_question_that_cost_more_than_foreseen_stops_the_run(server):
    server.replies = [RIGHT] * 4
    llm = connect(replace(settings(server.url), budget=0.0085))
    ask(llm)
    with pytest.raises(BudgetReached):  # asked, and found dearer than it looked, or no longer asked
        ask(llm)
        ask(llm)
    assert len(server.asked) <= 3


def test_the_bill_after_the_question_counts(server):
    server.replies = [RIGHT]
    dear = replace(settings(server.url), budget=0.9, prices=(ModelPrice(model="tiny", input=1000.0, output=0.0),))
    with pytest.raises(BudgetReached):
        ask(connect(dear))
    assert len(server.asked) == 1  # the estimate (a few hundred tokens) fitted, the bill (1,000 tokens) did not


def test_no_budget_means_no_question(server):
    with pytest.raises(BudgetReached):
        ask(connect(replace(settings(server.url), budget=0.0)))
    assert server.asked == []


def test_a_model_of_ones_own_costs_nothing(server):
    server.replies = [RIGHT]
    free = replace(settings(server.url), key="", budget=0.0, prices=(ModelPrice(model="tiny", input=0.0, output=0.0),))
    assert ask(connect(free)).cost == 0.0


def test_a_price_that_nobody_knows_is_asked_for(server):
    with pytest.raises(Usage) as caught:
        ask(connect(replace(settings(server.url), prices=())))
    assert caught.value.code == "llm.price_unknown"
    assert server.asked == []


def test_prices_of_well_known_models_need_no_network(reached):
    with pytest.raises(BudgetReached):
        ask(connect(LlmSettings(provider="openai:gpt-4o", key="${env:WIND_KEY}", budget=1e-9)))
    assert reached == []


def test_an_unknown_provider_is_a_clear_error():
    free = (ModelPrice(model="x", input=0.0, output=0.0),)
    with pytest.raises(Usage) as caught:
        ask(connect(LlmSettings(provider="opnai:x", key="${env:WIND_KEY}", prices=free)))
    assert caught.value.code == "llm.unknown_model"


def test_question_answer_and_cost_are_recorded(server):
    server.replies = [RIGHT, 401]
    notes: list[Asked] = []
    llm = Recorded(connect(settings(server.url)), notes.append)
    ask(llm)
    with pytest.raises(Failed):
        ask(llm)
    assert [n.accepted for n in notes] == [True, False]
    assert notes[0].cost == pytest.approx(0.003)
    assert json.loads(notes[0].answer)["entities"] == ["stores.store_id"]
    assert notes[1].answer.startswith("llm.refused")


def test_connecting_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from windvane.adapters.llms import provider, scripted, recorded\n"
        "from windvane.domain.heading import LlmSettings\n"
        "from windvane.adapters.secrets import References\n"
        "provider.connect(LlmSettings(provider='openai:x'), References())\n"
        "print([m for m in ('pydantic_ai', 'pydantic', 'openai', 'genai_prices', 'keyring') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
