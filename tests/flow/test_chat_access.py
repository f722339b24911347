"""The block `chat`: which pages and clients may speak with a workflow, checked where it is written."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.flow.problems import FlowProblems
from botflow.nodes import built_in
from botflow.plugins import node_types_of

FLOW = "id: x\nchat: {chat}\nnodes: [{{id: a, type: chatbot, actionType: message_received}}]\n"
WHOLE = {
    "page": True,
    "origins": ["https://www.example.com", "http://localhost:3000", "http://[::1]:3000"],
    "frames": ["*"],
    "identity": {"credentials": ["shop", "shop-2027"], "required": True},
    "protocols": ["websocket", "direct-line"],
    "feedback": True,
    "brand": False,
}


def test_what_is_written_is_kept_and_nothing_is_open_without_it() -> None:
    document = parse(FLOW.format(chat=WHOLE), name="x.yaml").document
    assert document.to_json()["chat"] == WHOLE
    without = parse(FLOW.format(chat="{}"), name="x.yaml").document
    assert "chat" not in without.to_json()
    chat = without.chat
    assert (chat.page, chat.origins, chat.frames, chat.identity, chat.protocols) == (False, (), (), None, ())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{origins: [https://www.example.com/]}", "chat.origin"),
        ("{origins: [www.example.com]}", "chat.origin"),
        ("{origins: [https://WWW.example.com]}", "chat.origin"),
        ('{origins: ["https://*.example.com"]}', "chat.origin"),
        ('{frames: ["https://a.example; script-src *"]}', "chat.origin"),
        ('{frames: ["https://a.example\n"]}', "chat.origin"),
        ("{frames: [https://a.example, https://a.example]}", "chat.repeated"),
        ("{protocols: [websocket, websocket]}", "chat.repeated"),
        ("{protocols: [Web Socket]}", "document.invalid"),
        ("{identity: {required: true}}", "document.missing_key"),
        ("{identity: {credentials: []}}", "document.invalid"),
        ("{pages: true}", "document.unknown_key"),
    ],
)
def test_anything_else_is_refused_where_it_is_written(written: str, code: str) -> None:
    with pytest.raises(FlowProblems) as failure:
        parse(FLOW.format(chat=written), name="x.yaml")

    problems: Any = failure.value.problems
    assert [problem.code for problem in problems] == [code]
    assert problems[0].line == 2


def test_a_protocol_that_no_plugin_brings_is_a_warning_with_the_one_that_is_meant() -> None:
    source = parse(FLOW.format(chat="{protocols: [opnai, ai-sdk, telex]}"), name="x.yaml")

    problems = check(source, node_types_of((), built_in()), {}, protocols=("openai", "ai-sdk"))

    unknown = [problem for problem in problems if problem.code.startswith("chat.")]
    assert [(problem.severity, problem.code, problem.line, problem.hint) for problem in unknown] == [
        ("warning", "chat.unknown_protocol", 2, "did you mean openai?"),
        ("warning", "chat.unknown_protocol", 2, "there are ai-sdk, openai"),
    ]
