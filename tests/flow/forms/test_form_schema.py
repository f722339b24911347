"""The schema of properties as a form reads it: widgets from annotations, words from docstrings, defaults as written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import Field, JsonValue

from botflow.flow.duration import DURATION_PATTERN, parse_duration
from botflow.flow.fields import Condition, Duration, Pattern, Properties, WorkflowId
from botflow.flow.forms.docstrings import field_docstrings
from botflow.flow.forms.form_schema import form_schema
from botflow.flow.forms.node_metadata import placed
from botflow.flow.forms.property_widgets import label_of
from botflow.flow.widgets import Widget
from botflow.nodes.chatbot.menu import Menu
from botflow.nodes.chatbot.say import SayProperties

Short = Annotated[str, Field(max_length=9), Widget("text", placeholder="abc", group="Inner")]


class Part(Properties):
    """A part."""

    name: str
    """Its name."""


class Every(Properties):
    """A property of each kind."""

    words: str
    """Words."""
    maybe: str | None = None
    number: Annotated[int, Field(ge=1, le=5)] = 2
    truth: bool = False
    kind: Literal["big_one", "small"] = "small"
    kinds: tuple[Literal["a", "b"], ...] = ()
    count: Literal["all"] | int = "all"
    condition: Condition | None = None
    pattern: Pattern | None = None
    flow: WorkflowId | None = None
    wait: Duration = 300.0
    """How long."""
    parts: tuple[str | Part, ...] = ()
    part: Part | None = None
    named: dict[str, JsonValue] = Field(default_factory=dict)
    anything: JsonValue = None
    variable: str | None = None
    short: Annotated[Short, Widget(label="A short one", group="Outer", show_when={"kind": "small"})] | None = None
    table: Annotated[str, Widget("combobox", source="shop.tables", depends_on=("kind",))] = ""
    invalid_text: Annotated[str, Field(description="Said of itself.", examples=["No."])] = ""


PROPERTIES: dict[str, Any] = form_schema(Every)["properties"]


@pytest.mark.parametrize(
    ("name", "field"),
    {
        "words": {"widget": "template-input", "syntax": "template"},
        "maybe": {"widget": "template-input", "syntax": "template"},
        "number": {"widget": "number", "min": 1, "max": 5},
        "truth": {"widget": "checkbox"},
        "condition": {"widget": "template-input", "syntax": "condition"},
        "pattern": {"widget": "text", "syntax": "pattern"},
        "flow": {"widget": "combobox", "source": "workflows"},
        "wait": {"widget": "text", "placeholder": "30s, 5m, 24h or 3d", "example": "30s"},
        "parts": {"widget": "list"},
        "part": {"widget": "object"},
        "named": {"widget": "map"},
        "anything": {"widget": "json", "syntax": "template"},
        "variable": {"widget": "combobox", "source": "variables"},
        "short": {"widget": "text", "placeholder": "abc", "group": "Outer", "showWhen": {"kind": ["small"]}},
        "table": {"widget": "combobox", "source": "shop.tables", "dependsOn": ["kind"]},
        "invalidText": {"widget": "template-input", "syntax": "template", "example": "No."},
    }.items(),
)
def test_a_widget_follows_from_what_a_property_is(name: str, field: dict[str, Any]) -> None:
    assert PROPERTIES[name]["x-field"] == field


def test_choices_have_labels() -> None:
    small = [{"value": "big_one", "label": "Big one"}, {"value": "small", "label": "Small"}]
    assert PROPERTIES["kind"]["x-field"] == {"widget": "select", "options": small}
    assert PROPERTIES["kinds"]["x-field"]["widget"] == "multi-select"
    assert PROPERTIES["count"]["x-field"] == {"widget": "combobox", "options": [{"value": "all", "label": "All"}]}


def test_items_and_values_have_widgets_of_their_own() -> None:
    assert PROPERTIES["parts"]["items"]["x-field"] == {"widget": "object"}
    assert PROPERTIES["named"]["additionalProperties"]["x-field"]["widget"] == "template-input"
    inner = form_schema(Every)["$defs"]["Part"]["properties"]["name"]
    assert (inner["description"], inner["x-field"]["widget"]) == ("Its name.", "template-input")


def test_titles_descriptions_and_defaults_are_for_people() -> None:
    assert (PROPERTIES["short"]["title"], PROPERTIES["invalidText"]["title"]) == ("A short one", "Invalid text")
    assert (PROPERTIES["wait"]["description"], PROPERTIES["wait"]["default"]) == ("How long.", "5m")
    assert PROPERTIES["invalidText"]["description"] == "Said of itself."
    assert "description" not in PROPERTIES["maybe"]
    Draft202012Validator.check_schema(form_schema(Every))
    assert label_of("contentSid") == "Content sid"


def test_a_class_without_source_has_no_descriptions() -> None:
    made: dict[str, Any] = {}
    exec('class Typed(Properties):\n    a: str = ""\n    """Lost."""\n', {"Properties": Properties}, made)  # noqa: S102 -- as in a shell

    assert field_docstrings(made["Typed"]) == {}


@given(
    st.one_of(
        st.from_regex(DURATION_PATTERN),
        st.text(alphabet="0159.smhdPTWDHMS \n", max_size=12),
        st.sampled_from(["P", "PT", "1 s", " 5m ", "1.5h", "pt30s", "P1DT12H", "P2W", "5", "5 m m", "-1s", "PT1.5S"]),
    )
)
def test_the_pattern_of_a_duration_takes_what_is_read_as_one(text: str) -> None:
    fits = Draft202012Validator({"type": "string", "pattern": DURATION_PATTERN}).is_valid(text)
    refusal = ""
    try:
        parse_duration(text)
    except ValueError as refused:
        refusal = str(refused)

    assert fits == (not refusal) or "longer than nothing" in refusal


def test_a_text_may_be_one_for_each_language_and_each_is_shown_as_the_text_itself() -> None:
    schema = form_schema(SayProperties)
    text = schema["properties"]["text"]
    fits = Draft202012Validator(schema).is_valid

    [_, by_language] = text["anyOf"]
    assert by_language["additionalProperties"]["x-field"] == text["x-field"]
    assert fits({"text": {"en": "Hello", "pt-BR": "Oi"}})
    assert not any(fits({"text": wrong}) for wrong in ({}, {"en": 1}, {"no tag": "Hello"}))


def test_a_placed_node_in_several_languages_has_its_handles() -> None:
    options = [{"id": "tea", "label": {"en": "Tea", "de": "Tee"}, "match": {"de": ["Kräutertee"]}}]
    made = placed(Menu(), {"text": {"en": "Which?", "de": "Was?"}, "options": options})
    assert made is not None
    assert made.handles[0].name == "tea"
