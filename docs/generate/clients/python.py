"""The Python client's generated modules: `calls/` with the methods, `models/` with the answers, `inputs.py`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.generate.clients.description import Api, ApiOperation, Parameter, Schema, name_of, references
from docs.generate.clients.python_types import docstring, snake, type_of, written_input, written_model

SETTINGS = Path(__file__).parents[3] / "pyproject.toml"
MADE = "Written by `python -m docs.generate`: do not edit it."
_TYPING = ("Any", "Literal", "NotRequired", "TypeAlias", "TypedDict")


def python_files(api: Api) -> Iterator[tuple[str, str]]:
    """Yield each generated file of the package, by its path in it, formatted."""
    homes = _homes(api)
    sources = {f"models/{each}.py": _models(api, homes, each) for each in dict.fromkeys(homes.values())}
    sources["models/__init__.py"] = _exports("The answers of the API, as values.", "models", homes)
    sources["inputs.py"] = _inputs(api)
    classes = {}
    for tag, operations in api.by_tag():
        classes[module_name(tag)] = class_name(tag)
        sources[f"calls/{module_name(tag)}.py"] = _calls(tag, operations, homes)
    sources["calls/__init__.py"] = _all_calls(classes)
    yield from _formatted(sources)


def module_name(tag: str) -> str:
    return "_".join(tag.lower().split())


def class_name(tag: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in tag.split()) + "Calls"


def _homes(api: Api) -> dict[str, str]:
    """Return in which module each answer's type is: that of the first tag whose operations need it."""
    homes: dict[str, str] = {}
    for tag, operations in api.by_tag():
        wanted = [name for each in operations for name in references(each.answer)]
        for name in _with_parts(api, wanted):
            homes.setdefault(name, module_name(tag))
    return homes


def _with_parts(api: Api, wanted: Iterable[str]) -> list[str]:
    """Return the named schemas and all that they are made of, in the order in which they are met."""
    found: dict[str, None] = {}
    left = list(wanted)
    while left:
        name = left.pop(0)
        if name not in found and name != "JsonValue":
            found[name] = None
            left += references(api.schemas[name])
    return list(found)


def _models(api: Api, homes: Mapping[str, str], module: str) -> str:
    names = [name for name, home in homes.items() if home == module]
    body = "\n\n".join(written_model(name, api.schemas[name]) for name in names)
    others = sorted({part for name in names for part in references(api.schemas[name])} - {*names, "JsonValue"})
    imports = "\n".join(f"from botflow_client.models.{homes[name]} import {name}" for name in others)
    return f'"""Answers: {module.replace("_", " ")}. {MADE}"""\n\n{_imports_for(body)}\n{imports}\n\n{body}'


def _imports_for(body: str) -> str:
    """Return the imports of the standard library that a module needs."""
    lines = ["from __future__ import annotations\n"]
    abc = [name for name in ("Mapping", "Sequence") if f"{name}[" in body]
    if abc:
        lines.append(f"from collections.abc import {', '.join(abc)}")
    if "@dataclass" in body:
        lines.append(f"from dataclasses import dataclass{', field' if 'field(' in body else ''}")
    if re.search(r"""(?<!["'])\bdatetime\b(?!["'])""", body):  # a quoted one is a word of a Literal
        lines.append("from datetime import datetime")
    typing = [name for name in _TYPING if re.search(rf"\b{name}\b", body)]
    if typing:
        lines.append(f"from typing import {', '.join(typing)}")
    return "\n".join(lines) + "\n"


def _exports(says: str, package: str, homes: Mapping[str, str]) -> str:
    imports = "\n".join(f"from botflow_client.{package}.{home} import {name}" for name, home in homes.items())
    return f'"""{says} {MADE}"""\n\n{imports}\n\n__all__ = {sorted(homes)!r}\n'


def _inputs(api: Api) -> str:
    wanted = [name for each in api.operations for field in _parameters(each) for name in references(field.schema)]
    names = _with_parts(api, wanted)
    body = "\n\n".join(written_input(name, api.schemas[name]) for name in reversed(names))
    return f'"""Objects within what calls take, with the names of JSON. {MADE}"""\n\n{_imports_for(body)}\n\n{body}'


def _parameters(operation: ApiOperation) -> tuple[Parameter, ...]:
    return (*operation.query, *operation.fields)


def _calls(tag: str, operations: list[ApiOperation], homes: Mapping[str, str]) -> str:
    sync = "\n".join(_method(each, is_async=False) for each in operations)
    other = "\n".join(_method(each, is_async=True) for each in operations)
    classes = (
        f'class {class_name(tag)}(Caller):\n    """{tag}."""\n\n{sync}\n\n'
        f'class Async{class_name(tag)}(AsyncCaller):\n    """{tag}."""\n\n{other}\n'
    )
    imports = [_imports_for(classes), "from botflow_client.transport import AsyncCaller, Caller"]
    names = sorted({name for each in operations for name in references(each.answer)} - {"JsonValue"})
    imports += [f"from botflow_client.models.{homes[name]} import {name}" for name in names]
    if "inputs." in classes:
        imports.append("from botflow_client import inputs")
    if "OMIT" in classes:
        imports.append("from botflow_client.omit import OMIT, Omit")
    if "Pages[" in classes:
        imports.append("from botflow_client.pages import AsyncPages, Pages")
    if "Download:" in classes:
        imports.append("from botflow_client.downloads import AsyncDownload, Download")
    if "EventStream:" in classes:
        imports.append("from botflow_client.events import AsyncEventStream, EventStream")
    requests = [name for name in ("given", "make_request", "segment") if f"{name}(" in classes]
    if requests:
        imports.append(f"from botflow_client.request import {', '.join(requests)}")
    return f'"""{tag}. {MADE}"""\n\n' + "\n".join(imports) + f"\n\n{classes}"


def _method(operation: ApiOperation, *, is_async: bool) -> str:
    arguments = [f"{snake(name)}: str | int" for name in operation.segments]
    if operation.document is not None:
        needed = "" if operation.document_is_needed else " | Omit = OMIT"
        arguments.append(f"document: Mapping[str, Any]{needed}")
    named = [*map(_query_argument, operation.query), *map(_field_argument, operation.fields)]
    named = [each for each in named if " = " not in each] + [each for each in named if " = " in each]
    named += ["last_event_id: str | None = None"] * (operation.kind == "events")
    named += ["if_match: int | None = None"] * operation.edits
    named += ["idempotency_key: str | None = None"] * operation.creates
    listed = ", ".join(["self", *arguments, *(["*", *named] if named else [])])
    waits = is_async and operation.kind in ("call", "nothing")
    beginning = f"    {'async ' * waits}def {snake(operation.name)}({listed}) -> {_result(operation, is_async)}:\n"
    return beginning + docstring(operation.says, 8) + f"        {_statement(operation, waits)}\n"


def _query_argument(parameter: Parameter) -> str:
    found = type_of(parameter.schema, taken=True)
    return f"{snake(parameter.name)}: {found}" + ("" if parameter.is_needed else " | None = None")


def _field_argument(parameter: Parameter) -> str:
    found = type_of(parameter.schema, taken=True)
    if parameter.is_needed:
        return f"{snake(parameter.name)}: {found}"
    return f"{snake(parameter.name)}: {_or_left_out(found)} = OMIT"


def _or_left_out(found: str) -> str:
    if found == "Any":
        return found
    return f"{found.removesuffix(' | None')} | Omit{' | None' * found.endswith(' | None')}"


def _result(operation: ApiOperation, is_async: bool) -> str:
    match operation.kind:
        case "list":
            return f"{'Async' * is_async}Pages[{_item(operation.answer)}]"
        case "download":
            return f"{'Async' * is_async}Download"
        case "events":
            return f"{'Async' * is_async}EventStream"
        case "nothing":
            return "None"
    return _item(operation.answer)


def _item(schema: Schema) -> str:
    return name_of(schema) or type_of(schema)


def _statement(operation: ApiOperation, waits: bool) -> str:
    quoted = re.sub(r"{(\w+)}", lambda found: f"{{segment({snake(found[1])})}}", operation.path)
    path = f'{"f" * ("{" in quoted)}"{quoted}"'
    query = "{" + ", ".join(f'"{each.name}": {snake(each.name)}' for each in operation.query) + "}"
    match operation.kind:
        case "list":
            return f"return self._list({_item(operation.answer)}, {path}, {query})"
        case "download":
            return f"return self._download({_request(operation, path, query)})"
        case "events":
            return f"return self._events({_request(operation, path, query)}, last_event_id)"
        case "nothing":
            return f"{'await ' * waits}self._do({_request(operation, path, query)})"
    return f"return {'await ' * waits}self._call({_item(operation.answer)}, {_request(operation, path, query)})"


def _request(operation: ApiOperation, path: str, query: str) -> str:
    parts = [f'"{operation.method}"', path]
    parts += [f"query={query}"] * bool(operation.query)
    if operation.document is not None:
        parts.append("body=document")
    elif operation.has_body:
        parts.append("body={" + ", ".join(f'"{each.name}": {snake(each.name)}' for each in operation.fields) + "}")
    parts += ["if_match=if_match"] * operation.edits
    parts += ["idempotency_key=idempotency_key"] * operation.creates
    return f"make_request({', '.join(parts)})"


def _all_calls(classes: Mapping[str, str]) -> str:
    imports = "\n".join(
        f"from botflow_client.calls.{name} import Async{each}, {each}" for name, each in classes.items()
    )
    others = ", ".join(f"Async{each}" for each in classes.values())
    return (
        f'"""Every call of the API. {MADE}"""\n\n{imports}\n\n'
        f'class Calls({", ".join(classes.values())}):\n    """All calls; each waits for its answer."""\n\n'
        f'class AsyncCalls({others}):\n    """All calls, for asyncio."""\n'
    )


def _formatted(sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the sources as this project's formatter has them."""
    with TemporaryDirectory() as folder:
        for name, source in sources.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_text(source)
        for step in (["check", "--select", "I", "--fix"], ["format"]):
            command = [sys.executable, "-m", "ruff", *step, "--quiet", "--no-cache", "--config", str(SETTINGS), folder]
            subprocess.run(command, check=True, timeout=60)
        for name in sources:
            yield name, (Path(folder) / name).read_text()
