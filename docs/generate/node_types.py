"""Every node type, from its metadata: what it does, an example, its handles, its output and its properties."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from botflow.engine.node_type import NodeType
from botflow.flow.forms.docstrings import paragraphs
from botflow.flow.forms.node_metadata import HandleInfo, NodeMetadata, metadata_of
from botflow.flow.forms.property_widgets import label_of
from botflow.flow.forms.schema_words import object_name
from botflow.nodes import built_in
from botflow.plugins import installed_plugins, node_types_of
from docs.generate.models import nested_models, properties_table


def node_types() -> str:
    """Return the section of every node type, and of the objects that their properties are made of."""
    types = tuple(node_types_of(installed_plugins(), built_in()).values())
    parts = []
    for section in dict.fromkeys(metadata_of(each).section for each in types):
        parts.append(f"## {section}")
        parts += [part for each in types if metadata_of(each).section == section for part in _section(each)]
    return "\n\n".join([*parts, "## Objects", *_objects(types)])


def _section(node_type: NodeType) -> Iterator[str]:
    about = metadata_of(node_type)
    yield f"### `{about.name}`"
    yield f"**{about.title}.** {about.description}"
    written = (part for part in paragraphs(node_type.documentation) if part.startswith("{id:"))
    yield from (f"```yaml\n- {part.replace(chr(10), chr(10) + '  ')}\n```" for part in written)
    handles = ", ".join(_handle(each) for each in about.handles)
    yield f"Handles: {handles}." if handles else "It has no handles."
    yield _outputs(about)
    yield f"Capabilities: {', '.join(about.capabilities)}."
    yield from about.notes
    if node_type.properties.model_fields:
        yield properties_table(node_type.properties, linked=True)


def _handle(handle: HandleInfo) -> str:
    if handle.items is not None:
        return f"one for each of `{handle.items.property}`, named by its `{handle.items.name}`"
    says_more = handle.label != label_of(handle.name)
    return f"`{handle.name}`" + (f" ({handle.label[:1].lower()}{handle.label[1:]})" if says_more else "")


def _outputs(about: NodeMetadata) -> str:
    if about.outputs is None:
        return "The fields of its output are not known before it runs."
    if not about.outputs:
        return "It has no output."
    fields = (
        f"`{each.name}` ({each.type}{': ' if each.description else ''}{each.description})" for each in about.outputs
    )
    return f"Output: {'; '.join(fields)}."


def _objects(types: Iterable[NodeType]) -> Iterator[str]:
    models: dict[str, type[BaseModel]] = {}
    for model in dict.fromkeys(model for kind in types for model in nested_models(kind.properties)):
        former = models.setdefault(object_name(model.__name__), model)
        assert former is model, f"{former} and {model} have one heading: rename one"
    for name in sorted(models):
        yield f"### {name}"
        yield (inspect.getdoc(models[name]) or "").split("\n\n")[0]
        yield properties_table(models[name], linked=True)
