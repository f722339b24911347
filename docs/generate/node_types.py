"""Every node type: what it does, an example, its handles and its properties. The docstrings of the code say it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML

from botflow.engine.node_type import NodeType
from botflow.nodes import built_in
from botflow.plugins import installed_plugins, node_types_of
from docs.generate.models import nested_models, object_name, properties_table

GROUPS = {
    "chatbot": "Conversation",
    "conditional": "Decisions",
    "ai": "Language models",
    "logic": "Control flow",
    "trigger": "Triggers of runs",
    "twilio": "Twilio",
    "contact": "People",
    "verify": "Verification",
}


def node_types() -> str:
    """Return the section of every node type, and of the objects that their properties are made of."""
    types = node_types_of(installed_plugins(), built_in()).values()
    parts = []
    for group, title in GROUPS.items():
        parts.append(f"## {title}")
        parts += [part for kind in types if kind.name.partition(".")[0] == group for part in _section(kind)]
    assert len(types) == sum(part.startswith("### ") for part in parts), "a node type is in no group"
    return "\n\n".join([*parts, "## Objects", *_objects(types)])


def example_of(node_type: NodeType) -> dict[str, Any]:
    """Return the example in the node type's docstring, or the smallest node there is."""
    written = next((part for part in _paragraphs(node_type) if part.startswith("{id:")), "")
    kind, action = node_type.name.split(".")
    example: dict[str, Any] = YAML(typ="safe").load(written or f"{{id: start, type: {kind}, actionType: {action}}}")
    return example


def _section(node_type: NodeType) -> Iterator[str]:
    summary, *rest = _paragraphs(node_type)
    written = [part for part in rest if part.startswith("{id:")]
    example = example_of(node_type)
    properties = node_type.properties.model_validate(example.get("properties", {}))
    yield f"### `{node_type.name}`"
    yield summary
    yield from (f"```yaml\n- {part.replace(chr(10), chr(10) + '  ')}\n```" for part in written)
    handles = ", ".join(f"`{handle}`" for handle in node_type.handles(properties))
    of = " of the example" if _depend_on_properties(node_type, properties, example) else ""
    yield f"Handles{of}: {handles}." if handles else "It has no handles."
    yield from (part for part in rest if part not in written)
    if node_type.properties.model_fields:
        yield properties_table(node_type.properties, linked=True)


def _depend_on_properties(node_type: NodeType, properties: BaseModel, example: dict[str, Any]) -> bool:
    """Say whether a handle is a name that the example gives."""
    given = str(example.get("properties", {}))
    return any(f"'{handle}'" in given for handle in node_type.handles(properties))


def _objects(types: Any) -> Iterator[str]:
    models = {object_name(model.__name__): model for kind in types for model in nested_models(kind.properties)}
    for name in sorted(models):
        yield f"### {name}"
        yield (inspect.getdoc(models[name]) or "").split("\n\n")[0]
        yield properties_table(models[name], linked=True)


def _paragraphs(node_type: NodeType) -> list[str]:
    """Return the docstring's paragraphs, each on one line but for the example; a `summary` is used instead."""
    text = getattr(node_type, "summary", "") or inspect.getdoc(type(node_type)) or ""
    return [part if part.startswith("{id:") else " ".join(part.split()) for part in text.split("\n\n")]
