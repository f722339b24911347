"""`botflow nodes`: the node types that flows may use here, and one of them with all that it needs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from botflow.service.node_types import NodeType, ShownHandle

_WIDTH = 100


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow nodes chatbot.ask")(nodes)


def nodes(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One node type, such as chatbot.ask.", show_default=False)
    ] = None,
    flow: Annotated[
        list[Path] | None,
        typer.Option(metavar="FLOW", help="Also those of a .py file with a plugin.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the node types that flows may use, those of installed plugins too; with a name, all about one of them."""
    from botflow.nodes import built_in
    from botflow.plugins import installed_plugins, node_types_of
    from botflow.runtime.flow_files import read_flow_files
    from botflow.service.node_types import find_node_type, shown_node_types

    known = read_flow_files(flow).node_types if flow else node_types_of(installed_plugins(), built_in())
    if name is not None:
        found = find_node_type(known, name)
        if as_json:
            print_json(found.model_dump(mode="json"))
        else:
            typer.echo("\n".join(_lines(found)))
        return
    every = shown_node_types(known)
    if as_json:
        print_json([each.model_dump(mode="json") for each in every])
    else:
        typer.echo(_list(every))


def _list(every: Sequence[NodeType]) -> str:
    """Return a table for each section, with columns of the same width."""
    rows = [(each.name, each.title, ", ".join(each.capabilities)) for each in every]
    head, *lines = table([("NAME", "TITLE", "CAPABILITIES"), *rows]).splitlines()
    by_name = dict(zip((each.name for each in every), lines, strict=True))
    parts = []
    for section in dict.fromkeys(each.section for each in every):
        parts += [
            "",
            typer.style(section, bold=True),
            *(by_name[each.name] for each in every if each.section == section),
        ]
    return "\n".join((head, *parts))


def _lines(found: NodeType) -> Iterator[str]:
    """Yield all about one node type."""
    from botflow.flow.forms.schema_words import object_name

    yield f"{typer.style(found.name, bold=True)}  {found.title} ({found.section}, {found.category})"
    yield from _filled(found.description)
    for note in found.notes:
        yield from ("", *_filled(note))
    if found.example is not None:
        yield from ("", "Example", *_indented(_written(found.example)))
    yield from ("", "Handles", *_indented(table([_handle(each) for each in found.handles]) or "none"))
    outputs = [(each.name, each.type, each.description) for each in found.outputs or ()]
    yield from (
        "",
        "Output",
        *_indented(table(outputs) if outputs else "not known" if found.outputs is None else "none"),
    )
    yield from ("", "It may", *_indented(", ".join(found.capabilities) or "nothing of that"))
    schema = found.properties_schema
    yield from _properties("Properties", schema)
    for name, definition in sorted(schema.get("$defs", {}).items()):
        yield from _properties(object_name(name), definition)


def _handle(handle: ShownHandle) -> tuple[str, str]:
    if handle.items is not None:
        return f"<{handle.items.name}>", f"one for each of {handle.items.property}"
    return handle.name, handle.label


def _properties(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the properties of an object, each with what it takes and what it means."""
    from botflow.flow.forms.schema_words import default_words, type_words

    properties = schema.get("properties", {})
    if not properties:
        return
    yield from ("", title)
    for name, property in properties.items():
        needed = "required" if name in schema.get("required", ()) else ""
        default = f"default {default_words(property)}" if default_words(property) else needed
        facts = "; ".join(filter(None, (type_words(property), default))).replace("`", "")
        yield f"  {typer.style(name, bold=True)}  {facts}"
        yield from _indented("\n".join(_filled(property.get("description", ""))), by=6)


def _written(example: Mapping[str, Any]) -> str:
    """Return the example as flow files have it."""
    from io import StringIO

    from ruamel.yaml import YAML

    out = StringIO()
    yaml = YAML()
    yaml.dump([dict(example)], out)
    return out.getvalue().rstrip()


def _indented(text: str, by: int = 2) -> Iterator[str]:
    return (f"{' ' * by}{line}" for line in text.splitlines())


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)
