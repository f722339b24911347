"""@action: a node type of a plain async function."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from botflow import NodeFailure, Properties, UsageError, action
from botflow.engine.asks import Answer, AskFailure, Invoke
from botflow.engine.node_type import ActionContext
from tests.engine.conversation import Talk, node, say


class PriceProperties(Properties):
    """What the price is asked of."""

    product: str
    quantity: int | str = 1
    variable: str = "price"


@action("shop.price", timeout_s=5)
async def price(properties: PriceProperties, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a product costs."""
    if properties.product == "gold":
        raise NodeFailure("gold is not for sale", code="shop.sold_out")
    return {"total": 3 * int(properties.quantity), "product": properties.product, "for": variables["name"]}


PRICE = node("price", "shop.price", product="{{ food }}", quantity="{{ qty }}", on={"next": "done", "error": "sorry"})
ENDS = [say("done", "{{ $price.product }}: {{ price.total }}"), say("sorry", "{{ $price.code }}")]


def talk(answer: Answer) -> Talk:
    variables = {"name": "Ann", "food": "pie", "qty": 2}
    return Talk(PRICE, *ENDS, types=(price,), answer=lambda _: answer, variables=variables)


def test_an_action_is_one_ask_with_rendered_properties_and_its_result_is_kept() -> None:
    conversation = talk(Answer(value={"product": "pie", "total": 6}))
    assert conversation.send("hi") == ["pie: 6"]
    assert conversation.asks == [
        Invoke(
            type="shop.price",
            properties={"product": "pie", "quantity": 2},
            variables={"name": "Ann", "food": "pie", "qty": 2},
            timeout_s=5,
            node="price",
            key="7.2.1",
        )
    ]


async def test_the_runtime_calls_the_function_with_its_own_properties() -> None:
    ask = Invoke(type="shop.price", properties={"product": "pie", "quantity": 2}, variables={"name": "Ann"})
    result = await price.invoke(ask)
    assert result == {"total": 6, "product": "pie", "for": "Ann"}


async def test_an_action_with_a_third_parameter_gets_the_context_and_does_not_run_without_one() -> None:
    @action("shop.pay")
    async def pay(properties: PriceProperties, variables: Mapping[str, Any], context: ActionContext) -> str:
        return context.key

    ask = Invoke(type="shop.pay", properties={"product": "pie"}, variables={})
    context: Any = SimpleNamespace(key="1.2.1")
    assert await pay.invoke(ask, context) == "1.2.1"
    with pytest.raises(NodeFailure, match="needs a context"):
        await pay.invoke(ask)


def test_an_action_that_fails_leaves_by_error() -> None:
    failed = Answer(failure=AskFailure(code="action.timeout", message="no answer within 5 s"))
    assert talk(failed).send("hi") == ["action.timeout"]


def test_rendered_properties_that_do_not_fit_fail_before_anything_is_asked() -> None:
    conversation = Talk(PRICE, *ENDS, types=(price,), variables={"name": "Ann", "food": 3, "qty": 1})
    assert conversation.send("hi") == ["action.properties"]
    assert conversation.asks == []


def test_an_action_without_a_schema_is_refused() -> None:
    async def nameless(properties, variables):  # type: ignore[no-untyped-def]  # what the test is about
        return None

    with pytest.raises(UsageError, match="does not say what its properties are"):
        action("shop.nameless")(nameless)


def test_an_action_that_is_not_async_is_refused_where_it_is_written() -> None:
    def price(properties: PriceProperties, variables: Mapping[str, Any]) -> Any:
        return {"total": 1}

    with pytest.raises(UsageError, match="is not an async function"):
        action("shop.price")(price)
