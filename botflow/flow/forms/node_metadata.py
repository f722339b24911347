"""What people and programs may know of a node type before they place one: for forms, lists and the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from botflow.errors import FlowError
from botflow.flow.forms.docstrings import paragraphs
from botflow.flow.forms.form_schema import form_schema
from botflow.flow.forms.property_widgets import label_of
from botflow.flow.forms.sample import sample
from botflow.flow.graph import Category
from botflow.flow.node_spec import Capability, ItemHandles, NodeSpec, OutputType
from botflow.flow.translating.spoken_texts import ANY_LANGUAGE

# What handles of these names mean, unless their node type says it more precisely.
_LABELS = {
    "next": "Next",
    "done": "Done",
    "error": "It failed",
    "timeout": "Nothing came in time",
    "else": "Otherwise",
}
_ICON = "box"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleInfo:
    """One way to leave; with `items`, one for each item of a property, and `name` is empty."""

    name: str
    label: str
    items: ItemHandles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputInfo:
    """A field of the output, for `{{ $node.name }}`."""

    name: str
    type: OutputType
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMetadata:
    """A node type. `handles` and `outputs` are those of the example; `notes` are its docstring's other paragraphs.

    `outputs` is None where its fields are not known, `example` where the node type has none.
    """

    name: str
    type: str
    action_type: str
    title: str
    description: str
    notes: tuple[str, ...]
    category: Category
    section: str
    icon: str
    version: int
    capabilities: tuple[Capability, ...]
    handles: tuple[HandleInfo, ...]
    outputs: tuple[OutputInfo, ...] | None
    example: Mapping[str, Any] | None
    properties_schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedInfo:
    """The handles and the output of a placed node; `outputs` is None where its fields are not known."""

    handles: tuple[HandleInfo, ...]
    outputs: tuple[OutputInfo, ...] | None


@lru_cache(maxsize=1_000)
def metadata_of(spec: NodeSpec) -> NodeMetadata:
    """Return what a node type declares, and what follows from it."""
    family, _, action = spec.name.partition(".")
    parts = paragraphs(spec.documentation)
    schema = form_schema(spec.properties)
    example = example_of(spec)
    values = _values(spec, example)
    _give_examples(schema, example)
    return NodeMetadata(
        name=spec.name,
        type=family,
        action_type=action,
        title=spec.title or label_of(action),
        description=next((part for part in parts if not part.startswith("{")), ""),
        notes=tuple([part for part in parts if not part.startswith("{")][1:]),
        category=spec.category,
        section=spec.section or label_of(family),
        icon=spec.icon or _ICON,
        version=spec.version,
        capabilities=capabilities_of(spec),
        handles=tuple(_handles(spec, values)),
        outputs=_outputs(spec, values),
        example=example,
        properties_schema=schema,
    )


def placed(spec: NodeSpec, properties: Mapping[str, Any]) -> PlacedInfo | None:
    """Return what the properties of a placed node make of its handles and its output; None if they are not valid."""
    values = _valid(spec, properties)
    if values is None:
        return None
    handles = tuple(HandleInfo(name=name, label=label) for name, label in handle_labels(spec, values).items())
    return PlacedInfo(handles=handles, outputs=_outputs(spec, values))


def capabilities_of(spec: NodeSpec) -> tuple[Capability, ...]:
    """Return what a node type may do: what it declares, and what its methods tell."""
    found: set[Capability] = set(spec.capabilities)
    if any(getattr(type(spec), method) is not getattr(NodeSpec, method) for method in ("waits", "rests")):
        found.add("waits")
    if "asks the world" not in found:
        found.add("idempotent")
    return tuple(each for each in get_args(Capability) if each in found)


def handle_labels(spec: NodeSpec, properties: BaseModel) -> dict[str, str]:
    """Return the handles of a placed node, in their order, with their labels."""
    items = dict(_item_labels(spec, properties))
    return {handle: items.get(handle) or _label(spec, handle) for handle in spec.handles(properties)}


def example_of(spec: NodeSpec) -> dict[str, Any] | None:
    """Return the example in the node type's docstring, else the smallest node that is valid; None if none is found."""
    written = next((part for part in paragraphs(spec.documentation) if part.startswith("{id:")), "")
    if written:
        try:
            found = YAML(typ="safe").load(written)
        except YAMLError:
            return None
        return found if isinstance(found, dict) else None
    kind, _, action = spec.name.partition(".")
    properties = sample(form_schema(spec.properties))
    smallest = {"id": action, "type": kind, "actionType": action, **({"properties": properties} if properties else {})}
    return smallest if _values(spec, smallest) is not None else None


def _values(spec: NodeSpec, example: Mapping[str, Any] | None) -> BaseModel | None:
    """Return the example's properties as a value; None if they are not valid."""
    return None if example is None else _valid(spec, example.get("properties") or {})


def _valid(spec: NodeSpec, properties: Mapping[str, Any]) -> BaseModel | None:
    try:
        return spec.properties.model_validate(properties, context=ANY_LANGUAGE)
    except (ValidationError, FlowError):
        return None


def _handles(spec: NodeSpec, values: BaseModel | None) -> Iterator[HandleInfo]:
    """Yield the handles in their order: those of items as one, those that the example has not last."""
    names = spec.handles(values) if values is not None else ()
    of_items = {name for name, _ in _item_labels(spec, values)} if values is not None else set()
    is_said = False
    for name in names:
        if name not in of_items:
            yield HandleInfo(name=name, label=_label(spec, name))
        elif not is_said:
            is_said = True
            yield HandleInfo(name="", label="", items=spec.item_handles)
    yield from (HandleInfo(name=name, label=_label(spec, name)) for name in spec.handle_labels if name not in names)


def _outputs(spec: NodeSpec, values: BaseModel | None) -> tuple[OutputInfo, ...] | None:
    found = spec.outputs(values) if values is not None else None
    if found is None:
        return None
    return tuple(OutputInfo(name=name, type=each.type, description=each.description) for name, each in found.items())


def _item_labels(spec: NodeSpec, properties: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield the handles that the items of a property make, each with its label."""
    if spec.item_handles is None:
        return
    found: list[Any] = [properties.model_dump(mode="json", by_alias=True)]
    for key in spec.item_handles.property.split("."):
        found = [item for each in found if isinstance(each, dict) for item in each.get(key) or ()]
    for item in found:
        if isinstance(item, dict) and item.get(spec.item_handles.name):
            name = str(item[spec.item_handles.name])
            yield name, str(item.get(spec.item_handles.label) or name)


def _label(spec: NodeSpec, handle: str) -> str:
    return spec.handle_labels.get(handle) or _LABELS.get(handle) or label_of(handle)


def _give_examples(schema: Mapping[str, Any], example: Mapping[str, Any] | None) -> None:
    """Add to each property the value that it has in the node type's example."""
    given = (example or {}).get("properties") or {}
    for name, property in schema.get("properties", {}).items():
        if name in given:
            property["x-field"].setdefault("example", given[name])
