from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from botflow.flow.fields import Condition, Pattern, Properties, Text, WorkflowId, texts


class Case(Properties):
    when: Condition


class Sample(Properties):
    greeting_text: str = "Hi"
    cases: tuple[Case, ...] = ()
    pattern: Pattern | None = None
    filters: dict[str, list[Condition]] | None = None
    workflow: WorkflowId = "child"
    anything: dict[str, Any] | None = None
    count: int = 1


def test_every_string_is_found_with_its_path_and_kind() -> None:
    sample = Sample.model_validate(
        {
            "greetingText": "Hello",
            "cases": [{"when": "a"}, {"when": "b"}],
            "pattern": "x+",
            "filters": {"f": ["c"]},
            "anything": {"list": [{"deep": "d"}, 1, None]},
        }
    )

    assert list(texts(sample)) == [
        Text(("greetingText",), "template", "Hello"),
        Text(("cases", 0, "when"), "condition", "a"),
        Text(("cases", 1, "when"), "condition", "b"),
        Text(("pattern",), "pattern", "x+"),
        Text(("filters", "f", 0), "condition", "c"),
        Text(("workflow",), "workflow", "child"),
        Text(("anything", "list", 0, "deep"), "template", "d"),
    ]


def test_properties_are_frozen_and_refuse_unknown_keys() -> None:
    sample = Sample(greeting_text="by name")

    with pytest.raises(ValidationError, match="frozen"):
        setattr(sample, "count", 2)  # noqa: B010 -- that it is frozen is the point, and a type checker would say so
    with pytest.raises(ValidationError, match="Extra inputs"):
        Sample.model_validate({"greeting": "Hi"})
