"""ai.extract: a model reads values out of a message into variables. A value of the wrong type counts as not found."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from botflow.engine.asks import Answer, Ask, AskModel, ExtractField
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.contact_fields import WrongContactValue
from botflow.flow.fields import Duration, Properties
from botflow.flow.node_spec import Output, Outputs, Stored
from botflow.flow.widgets import VALUE_LABELS, Widget
from botflow.nodes.ai.model_fields import MODEL, InputText, ModelName

LARGEST = 2**53  # beyond it JSON parsers disagree about integers
FieldType = Literal["text", "integer", "number", "boolean", "date"]


class ExtractedFieldProperties(Properties):
    """One value to find."""

    type: Annotated[FieldType, Widget(options=VALUE_LABELS)] = "text"
    """The type. A date is stored as ISO 8601, such as `2026-11-21`."""
    description: Annotated[str, Widget("text", placeholder="how many nights")] = ""
    """What the value means."""
    required: bool = True
    """Whether the node leaves by `missing` without it."""


class ExtractProperties(Properties):
    """What to find, and where."""

    fields: Annotated[
        dict[str, ExtractedFieldProperties],
        Field(min_length=1, max_length=50),
        Widget("schema-builder", label="Values to find"),
    ]
    """The values to find. Each name is the variable that stores the value."""
    input: InputText | None = None
    """The text to read, usually a template. Without it: the person's last message."""
    model: ModelName | None = None
    """The model for this node, by the name that its provider knows, such as `gpt-5-mini`. `lexical` is the built-in
    model. Without it: the provider's default."""
    timeout: Annotated[Duration, Widget(group=MODEL)] = 30.0
    """How long to wait for the model; then the node leaves by `error`."""


class AiExtract(NodeType):
    """Lets a model read values out of a message, into variables.

    {id: details, type: ai, actionType: extract,
     properties: {fields: {nights: {type: integer, description: how many nights}}}}

    The node leaves by `missing` when a required value is not in the text. What was found is stored all the same; a
    value that was not found leaves its variable unchanged.
    """

    name = "ai.extract"
    title = "Extract values"
    section = "Language models"
    icon = "scan-text"
    capabilities = ("asks the world", "idempotent")
    handle_labels = MappingProxyType(
        {"done": "All found", "missing": "A required value is missing", "error": "No answer of the model"}
    )
    properties = ExtractProperties

    def stored(self, properties: ExtractProperties, name: str) -> Stored | None:
        found = properties.fields.get(name)
        return None if found is None else Stored("number" if found.type == "integer" else found.type)

    def handles(self, properties: ExtractProperties) -> tuple[str, ...]:
        return ("done", "missing", "error")

    def never_leaves_by(self, properties: ExtractProperties) -> tuple[str, ...]:
        return () if any(field.required for field in properties.fields.values()) else ("missing",)

    def sets(self, properties: ExtractProperties) -> tuple[str, ...]:
        return tuple(properties.fields)

    def outputs(self, properties: ExtractProperties) -> Outputs:
        found = {
            name: Output("text" if field.type == "text" else field.type, field.description)
            for name, field in properties.fields.items()
        }
        return {"missing": Output("list", "the names of the required values that were not found"), **found}

    def visit(self, properties: ExtractProperties, scene: Scene) -> Visit:
        text = scene.inbound.text if properties.input is None else scene.render(properties.input)
        if not text.strip():  # a photo, or a timeout: no text for a model to read
            return _leave(properties, scene, {})
        return _ask(properties, scene, text)


def _ask(properties: ExtractProperties, scene: Scene, text: str) -> Generator[Ask, Answer, Leave]:
    answer = yield AskModel(
        purpose="extract",
        text=text,
        fields=tuple(
            ExtractField(name=name, type=field.type, description=field.description, required=field.required)
            for name, field in properties.fields.items()
        ),
        model=properties.model,
        timeout_s=properties.timeout,
        language=scene.language,
        now=scene.local_now,
        region=scene.flow.region,
    )
    if answer.failure is not None:
        raise NodeFailure(answer.failure.message, code=answer.failure.code)
    return _leave(properties, scene, answer.value if isinstance(answer.value, dict) else {})


def _leave(properties: ExtractProperties, scene: Scene, said: dict[str, Any]) -> Leave:
    found: dict[str, Any] = {}
    for name, field in properties.fields.items():
        value = as_type(said.get(name), field.type)
        if value is None:
            continue
        try:
            found[name] = scene.set(name, value)
        except WrongContactValue:  # as a value of the wrong type
            continue
    missing = [name for name, field in properties.fields.items() if field.required and name not in found]
    return Leave("missing" if missing else "done", {"missing": missing, **found})


def as_type(value: Any, kind: FieldType) -> Any:
    """Return `value` as a field of type `kind` stores it, or None when it does not fit."""
    match kind:
        case "text":
            return (value.strip() or None) if isinstance(value, str) else None
        case "integer":
            number = _number(value)
            return int(number) if number is not None and number == int(number) else None
        case "number":
            return _number(value)
        case "boolean":
            return value if isinstance(value, bool) else None
        case "date":
            return _iso_date(value)
        case _:
            assert_never(kind)


def _number(value: Any) -> int | float | None:
    if isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if abs(value) < LARGEST else None  # so NaN is refused, too


def _iso_date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None
