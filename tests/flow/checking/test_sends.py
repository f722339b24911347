"""A send to another number that everybody in the chat can cause gets a warning, unless the flow limits it."""

from __future__ import annotations

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from tests.node_types import EVERY

SEND = "{id: send, type: twilio, actionType: send_message, properties: {to: '{{ $input.text }}', text: Hi}}"


def codes(trigger: str, extra: str = "") -> list[str]:
    text = f"botflow: 1\nid: pizza\n{extra}nodes:\n  - {{id: start, {trigger}, next: send}}\n  - {SEND}\n"
    return [problem.code for problem in check(parse(text, name="pizza.yaml"), EVERY, {})]


@pytest.mark.parametrize("action", ["message_received", "opened"])
def test_a_send_that_the_chat_reaches_is_warned_of(action: str) -> None:
    assert codes(f"type: chatbot, actionType: {action}") == ["send.unlimited"]


@pytest.mark.parametrize(
    "extra", ["countries: [US]\n", "budgets: {contact: {segments: 5}}\n", "budgets: {visitor: {messages: 9}}\n"]
)
def test_a_flow_with_limits_is_not_warned(extra: str) -> None:
    assert codes("type: chatbot, actionType: message_received", extra) == []


def test_a_send_that_only_phones_reach_is_not_warned_of() -> None:
    assert codes("type: twilio, actionType: message_received") == []
