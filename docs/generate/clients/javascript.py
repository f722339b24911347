"""The JavaScript client's generated files: calls.js with the methods, calls.d.ts with their types and the answers'."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from textwrap import fill, indent

from docs.generate.clients.description import Api, ApiOperation, Parameter, Schema, is_moment, name_of, references

MADE = "Written by `python -m docs.generate`: do not edit it."
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def javascript_files(api: Api) -> Iterator[tuple[str, str]]:
    """Yield each generated file of the package, by its name."""
    yield "calls.js", _module(api)
    yield "calls.d.ts", _types(api)


def camel(name: str) -> str:
    """Return the name of a path's part: `tokenKey` for `token_key`."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _module(api: Api) -> str:
    methods = "\n\n".join(_method(each) for _, operations in api.by_tag() for each in operations)
    return (
        f"/** Every call of the API; calls.d.ts has their types. {MADE} */\n"
        'import { Caller, segment } from "./transport.js";\n\n'
        f"export class Calls extends Caller {{\n{methods}\n}}\n"
    )


def _method(operation: ApiOperation) -> str:
    arguments = [camel(each) for each in operation.segments]
    arguments += ["document"] * (operation.document is not None)
    sender = {"call": "_call", "nothing": "_do"}.get(operation.kind, f"_{operation.kind}")
    path = re.sub(r"{(\w+)}", lambda found: f"${{segment({camel(found[1])})}}", operation.path)
    named = [each.name for each in (*operation.query, *operation.fields)]
    parts = [f'method: "{operation.method}"', f"path: `{path}`" if "${" in path else f'path: "{path}"']
    if operation.query:
        parts.append(f"query: {{ {', '.join(map(_bound, _names(operation.query)))} }}")
    if operation.document is not None:
        parts.append("body: document")
    elif operation.has_body:
        parts.append(f"body: {{ {', '.join(map(_bound, _names(operation.fields)))} }}")
    extras = (
        ["lastEventId"] * (operation.kind == "events")
        + ["ifMatch"] * operation.edits
        + ["idempotencyKey"] * operation.creates
        + ["signal"]
    )
    taken = ", ".join([*map(_bound, named), *extras])
    written = ",\n      ".join([*parts, *extras])
    return (
        f"{_comment(operation.says, 2)}"
        f"  {operation.name}({', '.join([*arguments, f'{{ {taken} }} = {{}}'])}) {{\n"
        f"    return this.{sender}({{\n      {written},\n    }});\n  }}"
    )


def _names(parameters: Iterable[Parameter]) -> list[str]:
    return [each.name for each in parameters]


def _is_reserved(name: str) -> bool:
    return name in ("default", "from", "in", "new", "delete", "with", "export", "import", "package", "public")


def _bound(name: str) -> str:
    """Return how an option is taken: words of the language get another name within."""
    return f"{name}: {name}_" if _is_reserved(name) else name


def _types(api: Api) -> str:
    wanted = [name for each in api.operations for name in references(each.answer)]
    for each in api.operations:
        wanted += [name for field in (*each.query, *each.fields) for name in references(field.schema)]
    found: dict[str, None] = {}
    while wanted:
        name = wanted.pop(0)
        if name not in found and name != "JsonValue":
            found[name] = None
            wanted += references(api.schemas[name])
    models = "\n\n".join(_model(name, api.schemas[name]) for name in found)
    methods = "\n\n".join(_signature(each) for _, operations in api.by_tag() for each in operations)
    return (
        f"/** Every call of the API, and what it answers. {MADE} */\n"
        'import { StreamEvent } from "./events.js";\n'
        'import { Download, Pages } from "./lists.js";\n'
        'import { Caller, CallOptions, Conditional, Repeatable } from "./transport.js";\n\n'
        f"{models}\n\nexport class Calls extends Caller {{\n{methods}\n}}\n"
    )


def _model(name: str, schema: Schema) -> str:
    says = _comment(schema.get("description", f"{name}."), 0)
    if "properties" not in schema:
        return f"{says}export type {name} = {type_of(schema)};"
    needed = schema.get("required", ())
    lines = [f"{says}export interface {name} {{"]
    for field, described in schema["properties"].items():
        if "description" in described:
            lines.append(_comment(described["description"], 2).rstrip("\n"))
        optional = "" if field in needed or "const" in described else "?"
        lines.append(f"  {field}{optional}: {type_of(described)};")
    return "\n".join([*lines, "}"])


def _signature(operation: ApiOperation) -> str:
    arguments = [f"{camel(each)}: string | number" for each in operation.segments]
    options = _options(operation)
    is_needed = any(each.is_needed for each in (*operation.query, *operation.fields))
    if operation.document is not None:
        left_out = "" if operation.document_is_needed else " | undefined" if is_needed else ""
        optional = "" if operation.document_is_needed or is_needed else "?"
        arguments.append(f"document{optional}: Record<string, any>{left_out}")
    arguments.append(f"options{'' if is_needed else '?'}: {options}")
    return f"{_comment(operation.says, 2)}  {operation.name}({', '.join(arguments)}): {_result(operation)};"


def _options(operation: ApiOperation) -> str:
    fields = [
        f"{each.name}{'' if each.is_needed else '?'}: {type_of(each.schema, taken=True)}"
        for each in (*operation.query, *operation.fields)
    ]
    if operation.kind == "events":
        fields.append("lastEventId?: string")
    bases = ["Repeatable"] * operation.creates + ["Conditional"] * operation.edits
    return " & ".join([*([f"{{ {'; '.join(fields)} }}"] if fields else []), *(bases or ["CallOptions"])])


def _result(operation: ApiOperation) -> str:
    match operation.kind:
        case "list":
            return f"Pages<{_item(operation.answer)}>"
        case "download":
            return "Download"
        case "events":
            return "AsyncIterable<StreamEvent>"
        case "nothing":
            return "Promise<void>"
    return f"Promise<{_item(operation.answer)}>"


def _item(schema: Schema) -> str:
    return name_of(schema) or type_of(schema)


def type_of(schema: Schema, *, taken: bool = False) -> str:
    """Return a schema's TypeScript type; `taken`: of a parameter, which may be a Date."""
    match schema:
        case {"$ref": str()}:
            name = name_of(schema)
            return "any" if name == "JsonValue" else name
        case {"anyOf": parts} | {"oneOf": parts}:
            found = list(dict.fromkeys(type_of(each, taken=taken) for each in parts))
            return "any" if "any" in found else " | ".join(found)
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(map(json.dumps, values))
        case {"type": "array"}:
            inner = type_of(schema.get("items", {}), taken=taken)
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case {"type": "object"}:
            values = schema.get("additionalProperties")
            return f"Record<string, {type_of(values, taken=taken) if isinstance(values, dict) else 'any'}>"
        case {"type": "string"} if taken and is_moment(schema):
            return "string | Date"
        case {"type": str(kind)}:
            return _PLAIN[kind]
    return "any"


def _comment(text: str, depth: int) -> str:
    text = " ".join(text.replace("*/", "* /").split())
    if len(text) + depth + 7 <= 120:
        return f"{' ' * depth}/** {text} */\n"
    wrapped = fill(text, 117 - depth, break_long_words=False)
    return indent(f"/**\n{indent(wrapped, ' * ')}\n */\n", " " * depth)
