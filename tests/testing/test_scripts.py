"""Scripted models and actions: in order, by what was said, failing, timing out, or not scripted at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from botflow import Answer, Pending, ProviderError, UsageError
from botflow.engine.asks import AskFailure, AskModel
from botflow.runtime.offline_model import LexicalModel
from botflow.testing import ScriptedModel, Simulator, UnscriptedAsk
from tests.testing.flows import DESK, MAKING, SHOP, SHOP_PLUGIN, ItemProperties

# -- models


def test_without_a_script_the_offline_model_answers() -> None:
    talk = Simulator(DESK)
    talk.says("I want my money back")
    talk.hears("We are sorry.")


def test_answers_are_given_in_order_whatever_is_asked() -> None:
    talk = Simulator(DESK)
    talk.model("order", {"dish": "pizza", "qty": 2})
    talk.says("Zwei Pizzen")
    talk.hears("2 pizza.")
    talk.model("refund", "It is on its way.")
    talk.says("hm")
    talk.hears("It is on its way.")


def test_answers_by_what_is_said_are_given_again_and_again() -> None:
    talk = Simulator(DESK)
    talk.model("refund", when=re.compile("broken"))
    talk.model(None, when="hello")
    for _ in range(2):
        assert talk.says("Hello ") == ["Pardon?"]
    talk.model("Oh no.")
    talk.says("It is broken")
    talk.hears(re.compile("."))


def test_a_scripted_model_may_be_given_as_a_whole() -> None:
    in_order = Simulator(DESK, model=ScriptedModel(["order", {"dish": "soup", "qty": 1}]))
    assert in_order.says("x") == ["1 soup."]
    by_text = Simulator(DESK, model=ScriptedModel({"x": None}, otherwise=LexicalModel()))
    assert by_text.says("x") == ["Pardon?"]
    assert by_text.says("money back") == ["We are sorry."]


def test_a_function_answers_what_it_is_asked() -> None:
    def choose(ask: AskModel) -> str:
        return ask.choices[-1].handle if ask.purpose == "route" else f"{len(ask.history)} lines before {ask.text}"

    talk = Simulator(DESK)
    talk.model(choose, choose)
    assert talk.says("one") == ["0 lines before one"]
    talk.model(choose, choose)
    assert talk.says("two") == ["2 lines before two"]


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        (TimeoutError, "model.timeout"),
        (ProviderError("away", code="openai.away"), "openai.away"),
        (AskFailure(code="model.budget", message="spent"), "model.budget"),
        (ValueError("no"), "model.crashed"),
    ],
)
def test_a_model_that_fails_leaves_by_error(failing: object, code: str) -> None:
    talk = Simulator(DESK)
    talk.model(failing)
    assert talk.says("x") == ["A person will answer."]
    assert any(getattr(event, "code", "") == code for event in talk.events)


def test_once_a_test_scripts_a_model_every_ask_must_be_in_the_script() -> None:
    talk = Simulator(DESK)
    talk.model("order")
    with pytest.raises(UnscriptedAsk, match="no scripted answer is left for a model's extract of dish, qty, where"):
        talk.says("two pizzas")


@pytest.mark.parametrize(
    ("scripted", "complaint"),
    [
        ("ordr", "the script answers 'ordr', which is no answer to a model's route to one of order, refund, where the "
         "person said 'x'; did you mean order?"),
        ({"dish": "x"}, "which is no answer to a model's route"),
        (7, "the script answers 7"),
    ],
)  # fmt: skip
def test_an_answer_that_the_ask_cannot_have_is_a_mistake_of_the_script(scripted: object, complaint: str) -> None:
    talk = Simulator(DESK)
    talk.model(scripted)
    with pytest.raises(AssertionError, match=re.escape(complaint)):
        talk.says("x")


def test_a_whole_answer_shows_what_the_flow_makes_of_nonsense() -> None:
    talk = Simulator(DESK)
    talk.model(Answer(value="delete_everything"))
    assert talk.says("x") == ["Pardon?"]


def test_a_model_that_follows_no_script_cannot_be_scripted() -> None:
    talk = Simulator(DESK, model=LexicalModel())
    assert talk.says("money back") == ["We are sorry."]
    with pytest.raises(UsageError, match="follows no script"):
        talk.model("order")


# -- actions


def shop() -> Simulator:
    talk = Simulator(SHOP, plugins=[SHOP_PLUGIN])
    talk.credential("shop", key="secret")
    talk.says("hi")
    return talk


def test_an_action_without_a_script_runs_its_own_function() -> None:
    talk = shop()
    assert talk.says("bell") == ["A bell costs 12 euros."]
    assert talk.log == [("info", "Ann asks for bell")]
    assert talk.conversation.artifacts == {"asked": b"bell"}
    assert talk.calls("shop.price") == [{"item": "bell"}]


async def test_an_event_loop_around_the_test_is_no_hindrance() -> None:
    assert shop().says("lamp") == ["A lamp costs 30 euros."]


def test_an_action_whose_function_fails_leaves_by_error() -> None:
    assert shop().says("saddle") == ["Sorry: action.crashed"]


def test_a_fixed_result_is_repeated() -> None:
    talk = shop()
    talk.action("shop.price", {"euros": 1})
    assert talk.says("bell") == ["A bell costs 1 euros."]
    talk.says("again")
    assert talk.says("lamp") == ["A lamp costs 1 euros."]
    assert talk.calls("shop.price") == [{"item": "bell"}, {"item": "lamp"}]


def test_several_outcomes_come_in_order() -> None:
    talk = shop()
    talk.action("shop.price", TimeoutError, {"euros": 2})
    assert talk.says("bell") == ["Sorry: action.timeout"]
    talk.says("again")
    assert talk.says("bell") == ["A bell costs 2 euros."]


def test_a_function_replaces_an_action() -> None:
    def cheap(properties: ItemProperties, variables: Mapping[str, Any]) -> dict[str, int]:
        return {"euros": len(properties.item) + len(variables["name"])}

    async def dear(properties: ItemProperties) -> dict[str, int]:
        return {"euros": 1_000}

    talk = shop()
    talk.action("shop.price", cheap, dear)
    assert talk.says("bell") == ["A bell costs 7 euros."]
    talk.says("again")
    assert talk.says("bell") == ["A bell costs 1000 euros."]


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        (TimeoutError, "action.timeout"),
        (KeyError("x"), "action.crashed"),
        (ProviderError("away", code="shop.away"), "shop.away"),
        ({1, 2}, "ask.not_json"),
    ],
)
def test_an_action_that_fails_leaves_by_error(failing: object, code: str) -> None:
    talk = shop()
    talk.action("shop.price", failing)
    assert talk.says("bell") == [f"Sorry: {code}"]


def test_an_assertion_in_a_script_fails_the_test() -> None:
    def check(properties: ItemProperties) -> None:
        raise AssertionError(f"why {properties.item}?")

    talk = shop()
    talk.action("shop.price", check)
    with pytest.raises(AssertionError, match=r"why bell\?"):
        talk.says("bell")


def test_a_credential_that_the_test_does_not_give_is_missed() -> None:
    talk = Simulator(SHOP, plugins=[SHOP_PLUGIN])
    talk.says("hi")
    assert talk.says("bell") == ["Sorry: credential.unknown"]


@pytest.mark.parametrize(
    ("name", "outcomes", "complaint"),
    [
        ("shop.prize", (1,), "there is no action 'shop.prize' (did you mean shop.price?)"),
        ("chatbot.say", (1,), "shop.price, shop.make; others come by plugins=[...])"),
        ("shop.price", (), "no outcome is given for 'shop.price' (give a result, an exception, a function)"),
    ],
)
def test_an_action_that_is_not_there_is_a_mistake(name: str, outcomes: tuple[object, ...], complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        Simulator(SHOP, plugins=[SHOP_PLUGIN]).action(name, *outcomes)
    assert str(refused.value).endswith(complaint)


def test_a_polling_action_is_looked_at_again_as_time_passes() -> None:
    talk = Simulator(MAKING, plugins=[SHOP_PLUGIN])
    run = talk.trigger({"item": "bell"})
    assert (run.status, run.node) == ("waiting", "make")
    talk.skip("89s")
    assert run.status == "waiting"
    talk.skip("1s")
    assert (run.status, run.output) == ("completed", "a bell")


def test_the_steps_of_a_polling_action_are_scripted_one_by_one() -> None:
    talk = Simulator(MAKING, plugins=[SHOP_PLUGIN])
    talk.action("shop.make", {"id": 7}, step="submit")
    talk.action("shop.make", Pending(), lambda properties, state: {"result": state["id"]}, step="check")
    run = talk.trigger({"item": "bell"})
    talk.skip("30s")
    assert run.status == "waiting"
    talk.skip("30s")
    assert run.output == 7


def test_a_polling_action_that_is_never_done_times_out() -> None:
    talk = Simulator(MAKING, plugins=[SHOP_PLUGIN])
    talk.action("shop.make", Pending(), step="check")
    run = talk.trigger({"item": "bell"})
    talk.skip("1h")
    assert run.output == "late"
