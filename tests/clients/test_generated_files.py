"""The clients are what the generator writes from the API as it is now: each operation is a method of both."""

from __future__ import annotations

import inspect
import re

from botflow_client import AsyncBotflow, Botflow
from botflow_client.reading import wire_name

from botflow.web.app import OPERATIONS
from docs.generate.clients.description import read_api
from docs.generate.clients.files import JAVASCRIPT, generated_files, orphans
from docs.generate.clients.python_types import snake


def test_the_clients_are_what_the_generator_writes() -> None:
    wanted = generated_files()
    stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text() != text]

    assert stale + [path.name for path in orphans(wanted)] == [], "write them with: python -m docs.generate"


def test_every_operation_is_a_method_of_both_clients() -> None:
    module, types = ((JAVASCRIPT / name).read_text() for name in ("calls.js", "calls.d.ts"))

    missing = [
        operation.name
        for operation in OPERATIONS
        for found in (
            inspect.isfunction(getattr(Botflow, operation.handler.__name__, None)),
            inspect.isfunction(getattr(AsyncBotflow, operation.handler.__name__, None)),
            re.search(rf"^  {operation.name}\(", module, re.MULTILINE),
            re.search(rf"^  {operation.name}\(", types, re.MULTILINE),
        )
        if not found
    ]

    assert missing == []
    print(f"{len(OPERATIONS)} operations, each a method of Botflow, AsyncBotflow and the JavaScript client")


def test_every_name_of_json_is_found_again_from_its_name_in_python() -> None:
    api = read_api()
    names = {name for schema in api.schemas.values() for name in schema.get("properties", {})}
    names |= {each.name for operation in api.operations for each in (*operation.query, *operation.fields)}

    assert [name for name in sorted(names) if wire_name(snake(name)) != name] == []
