from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import botflow_chat_webhook
import botflow_email
import botflow_http
import botflow_records
import botflow_slack
import botflow_twilio
import pytest

from botflow import Flow
from botflow.errors import UsageError
from botflow.flow.building.flow import PolicyWords
from botflow.flow.compile import compile_flow
from botflow.flow.policy import Policy, Retry
from botflow.flow.problems import FlowProblems
from tests.flow.read_documents import NODE_TYPES, compiled, read, write


def pizza() -> Flow:
    flow = Flow("pizza", name="Pizza order", variables={"size": "medium"})
    start = flow.message_received()
    name = flow.ask("Hi! What's your name?", variable="name", timeout="24h")
    menu = flow.menu(
        "What would you like, {{ name }}?", {"pizza": {"label": "Pizza", "match": ["pie"]}, "salad": "Salad"}
    )
    unsure = flow.route(
        {"order": {"description": "wants to eat", "examples": ["I am hungry"]}, "refund": "wants money back"},
        id="unsure",
    )
    quantity = flow.ask("How many?", variable="qty", expect="integer", min=1, max=20, id="quantity")
    big = flow.branch({"large": "qty >= 5"}, id="big")
    manager = flow.say("A person will call you.", id="manager")
    done = flow.say("{{ qty }} on the way.", id="done")

    start >> name >> menu
    (menu["pizza"], menu["salad"]) >> quantity >> big
    menu["other"] >> unsure
    (unsure["order"], unsure["fallback"]) >> menu
    (unsure["refund"], unsure["error"], big["large"]) >> manager
    big["else"] >> done
    name["timeout"] >> manager
    return flow


def test_python_and_yaml_compile_to_the_same_digest() -> None:
    in_python = compile_flow(pizza().documents(), "pizza", NODE_TYPES)

    assert in_python.digest == compiled(read("pizza.yaml")).digest


def test_every_built_in_type_can_be_written_in_python() -> None:
    child = Flow("child")
    child.message_received() >> child.say("Inside")
    flow = Flow("all", language="de", region="DE", apology="Oh!")
    steps = [
        flow.say("Hello", media=["https://example.com/a.png"], quick_replies=["Yes", "No"]),
        flow.ask("When?", expect="date", timeout=timedelta(minutes=5), invalid_text="A date!", retries=1),
        flow.menu("Which?", [{"id": "a", "label": "A"}]),
        flow.form([{"name": "people", "text": "How many?", "expect": "integer", "words": ["for"]}], confirm="Right?"),
        flow.set({"total": "{{ 2 * 3 }}"}),
        flow.set_contact({"name": "{{ total }}"}),
        flow.group_contact(join="regulars"),
        flow.subflow(child, input={"a": 1}, output={"b": "c"}),
        flow.reply("Be kind.", fallback="Hm.", history=3, max_tokens=100),
        flow.extract({"city": {"type": "text"}}),
        botflow_twilio.send_message(flow, "+4930123456", "Order!", sender="+4930123457"),
        botflow_records.query(flow, "orders", match={"status": ["open"]}, order_by=["-id"], limit=5, variable="came"),
        botflow_records.insert(flow, "orders", {"status": "open"}),
        botflow_records.update(flow, "orders", {"id": 1}, {"quantity": {"add": -1}}, most=2),
        botflow_records.delete(flow, "orders", {"id": 1}),
        botflow_records.transaction(flow, [{"do": "delete", "table": "orders", "match": {"id": 1}}]),
        botflow_http.request(flow, "https://shop.example/{{ qty }}", method="POST", json={"n": 1}, credential="Shop"),
        botflow_email.send(
            flow, to=["ann@example.org"], subject="Order", text="{{ total }}", reply_to="bo@example.org"
        ),
        botflow_slack.send_message(flow, "#orders", "{{ total }}", thread="1.2"),
        botflow_slack.send_file(flow, "C0123456789", text="{{ total }}", name="total.txt"),
        botflow_chat_webhook.send(flow, "{{ total }}", title="Order", service="teams", credential="Sales"),
        botflow_twilio.look_up(flow, "+4930123456", line=True, variable="line"),
        botflow_twilio.send_code(flow, "+4930123456", channel="call"),
        botflow_twilio.check_code(flow, "+4930123456"),
        flow.switch("total", {"six": 6}),
        flow.split(["a", "b"], variable="variant"),
        flow.cards([{"id": "a", "title": "A", "buttons": [{"id": "take", "label": "Take it"}]}], text="Which?"),
        flow.wait(timedelta(hours=2), business_hours={"mon-fri": "09:00-17:00"}, time_zone="Europe/Berlin"),
        flow.loop("{{ [1, 2] }}", as_="n", index="at", limit=5),
        flow.attempt(),
        flow.parallel(["left", "right"], until="any", timeout="1m", variable="came"),
        flow.parallel(each="{{ [1, 2] }}", as_="n", until=2),
        flow.run("{{ total }}", input={"a": 1}, wait=False),
        flow.start_conversation("+12125550111", "sms", workflow="child", input={"a": 1}, key="{{ total }}"),
        flow.handoff("billing", note="{{ total }}", priority="high", summary=["total"], timeout="10m"),
        flow.emit("order.made", {"total": "{{ total }}"}),
        flow.log("made", level="warning"),
        flow.end(output={"ok": True}),
    ]
    flow.manual(schema={"total": {"type": "number"}}) >> steps[0]
    flow.event("order.paid", when="$input.total > 100") >> steps[0]
    flow.missed_call(say="We will text you.") >> steps[0]
    flow.schedule("30 8 * * 1-5", time_zone="Europe/Berlin", missed="once", input={"a": 1}) >> steps[0]
    flow.webhook("shop", signature={"header": "X-Hub-Signature-256", "prefix": "sha256="}) >> steps[0]
    flow.opened() >> steps[0]
    botflow_twilio.message_received(flow) >> steps[0]
    flow.message_received() >> steps[0]
    for step, following in pairwise(steps):
        step >> following
    flow.interrupt(steps[0], "agent", intent="wants a person", id="person")

    compiled_flow = compile_flow(flow.documents(), "all", NODE_TYPES)

    assert {node.type for node in compiled_flow.nodes.values()} == NODE_TYPES.keys() - {
        "conditional.branch",
        "ai.route",
    }
    assert compiled_flow.nodes["ask"].properties.model_dump()["timeout"] == 300.0
    assert compiled_flow.interrupts[0].match == ("agent",)
    assert list(compiled_flow.subflows) == ["child"]


def test_a_plugins_type_is_a_node_like_any_other() -> None:
    flow = Flow("shop")
    flow.message_received() >> flow.node("shop.price", id="price", item_name="pizza", from_="berlin", note=None)

    assert flow.document()["nodes"][1] == {
        "id": "price",
        "type": "shop",
        "actionType": "price",
        "properties": {"itemName": "pizza", "from": "berlin"},
    }


def test_an_end_that_gives_none_gives_null_and_one_without_output_the_variables() -> None:
    flow = Flow("shop")
    flow.manual() >> flow.end(id="all")
    flow.event("paid") >> flow.end(id="nothing", output=None)

    nodes = {node["id"]: node.get("properties") for node in flow.document()["nodes"]}
    assert (nodes["all"], nodes["nothing"]) == (None, {"output": None})


def test_a_workflows_rules_are_arguments_of_its_flow() -> None:
    rules: PolicyWords = {
        "time_zone": "Europe/Berlin",
        "expires": timedelta(days=7),
        "expired_text": "Bye.",
        "corrections": True,
        "recap": "So,",
        "bursts": "merge",
        "merge_within": "3s",
        "ordering": "sent",
        "validity": "1h",
        "quiet_hours": {"from": "21:00", "to": "08:00"},
        "countries": ["DE", "US"],
        "budgets": {"session": {"segments": 20}, "prices": {"mine": {"input": 1, "output": 2.5}}},
    }
    flow = Flow("shop", **rules)
    flow.message_received() >> flow.say("Hi")

    policy = compile_flow(flow.documents(), "shop", NODE_TYPES).policy

    assert PolicyWords.__annotations__.keys() == Policy.model_fields.keys()
    assert (policy.time_zone, policy.expires, policy.corrections, policy.bursts) == (
        "Europe/Berlin",
        604_800,
        True,
        "merge",
    )
    assert (policy.merge_within, policy.validity, policy.countries) == (3.0, 3600.0, ("DE", "US"))
    assert policy.quiet_hours is not None
    assert policy.quiet_hours.end == "08:00"
    assert policy.budgets.session.segments == 20
    assert policy.budgets.prices["mine"].output == 2.5
    assert (policy.ordering, policy.recap, policy.expired_text) == ("sent", "So,", "Bye.")


def test_a_step_takes_the_rules_that_hold_for_any_node() -> None:
    flow = Flow("shop")
    limit = timedelta(seconds=10)
    said = flow.say("Hi").rules(retry={"attempts": 4, "delay": limit}, time_limit="5s", credential="shop")
    flow.message_received() >> said

    node = compile_flow(flow.documents(), "shop", NODE_TYPES).nodes["say"]

    assert node.retry == Retry.model_validate({"attempts": 4, "delay": "10s"})
    assert (node.time_limit_s, node.credential) == (5.0, "shop")


def test_a_rule_that_is_none_says_which_was_meant() -> None:
    policy: Any = {"timezone": "Europe/Berlin"}
    step: Any = Flow("shop").say("Hi")
    step.rules(retry={"attemps": 3})

    with pytest.raises(FlowProblems, match="did you mean timeZone"):
        Flow("shop", **policy).document()
    with pytest.raises(FlowProblems, match="did you mean attempts"):
        step.flow.document()


def test_derived_ids_are_readable_and_distinct() -> None:
    flow = Flow("shop")

    steps = [flow.say("a"), flow.say("b"), flow.ask("c", variable="name"), flow.ask("d", variable="name")]

    assert [step.id for step in steps] == ["say", "say_2", "ask_name", "ask_name_2"]


def test_the_document_equals_the_yaml_one_without_sugar() -> None:
    flow = Flow("shop")
    flow.message_received() >> flow.say("Hi")
    source = write("""
        id: shop
        nodes:
          - {id: start, type: chatbot, actionType: message_received, next: say}
          - {id: say, type: chatbot, actionType: say, properties: {text: Hi}}
        """)

    assert flow.document() == source.to_json()


def test_mistakes_are_told_where_they_are_made() -> None:
    flow, other = Flow("shop"), Flow("other")
    hello = flow.say("Hi", id="hello")

    with pytest.raises(UsageError, match="two nodes have the id 'hello'"):
        flow.say("Hi", id="hello")
    hello >> flow.say("there")
    with pytest.raises(UsageError, match="main handle of 'hello' already leads to 'say'"):
        hello >> flow.say("again")
    with pytest.raises(UsageError, match="belongs to another flow"):
        hello["error"] >> other.say("?")
    with pytest.raises(UsageError, match="no node type"):
        flow.node("price")
    with pytest.raises(FlowProblems, match="is no id"):
        Flow("No Slug").document()
