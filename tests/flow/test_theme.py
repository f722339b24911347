"""A workflow's theme: colour, logo, corners, place and text, checked where they are written."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.document import parse
from botflow.flow.problems import FlowProblems

FLOW = "id: x\ntheme: {theme}\nnodes: [{{id: a, type: chatbot, actionType: message_received}}]\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{color: "#0B6B5D"}', {"color": "#0b6b5d"}),
        ('{color: "#fff", logo: "https://pictures.example/a.png?b=c"}', None),
        ("{}", {}),
        (
            "{radius: 0, position: left, launcher: ' Ask us '}",
            {"radius": 0, "position": "left", "launcher": "Ask us"},
        ),
    ],
)
def test_a_theme_is_read(written: str, read: dict[str, Any] | None) -> None:
    theme = parse(FLOW.format(theme=written), name="x.yaml").document.theme
    assert theme is not None
    assert read is None or theme.model_dump(exclude_none=True) == read


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{color: red}", "theme.color"),
        ('{color: "#ffff"}', "theme.color"),
        ('{color: "#fff; background: url(x)"}', "theme.color"),
        ('{color: "#fff\\n"}', "theme.color"),
        ("{logo: http://pictures.example/a.png}", "theme.logo"),
        ('{logo: "javascript:alert(1)"}', "theme.logo"),
        ('{logo: "https://a b"}', "theme.logo"),
        ("{colour: red}", "document.unknown_key"),
        ("{radius: -1}", "document.invalid"),
        ("{radius: 41}", "document.invalid"),
        ("{position: middle}", "document.invalid"),
        ("{launcher: ''}", "theme.launcher"),
        ('{launcher: "a\\nb"}', "theme.launcher"),
    ],
)
def test_anything_else_is_refused_where_it_is_written(written: str, code: str) -> None:
    with pytest.raises(FlowProblems) as failure:
        parse(FLOW.format(theme=written), name="x.yaml")

    problems: Any = failure.value.problems
    assert [problem.code for problem in problems] == [code]
    assert problems[0].line == 2
