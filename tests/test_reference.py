"""REFERENCE.md says what the code says: node types, properties, handles, commands, filters, and every error code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from botflow.cli.app import app
from botflow.engine.node_type import NodeType
from botflow.flow.document import Document
from botflow.flow.templates.grammar import FILTERS
from botflow.nodes import built_in
from botflow.nodes.answers.expectation import Kind

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "REFERENCE.md").read_text()
NODE_TYPES = {node_type.name: node_type for node_type in built_in()}
# Functions of others, and protocols, whose parameter `code` the tree below does not define.
CODE_AT = {"PydanticCustomError": 0}
OPTION = [{"id": "each option's id"}]
SAMPLES: dict[str, dict[str, Any]] = {
    "chatbot.say": {"text": "x"},
    "chatbot.ask": {"text": "x"},
    "chatbot.menu": {"text": "x", "options": OPTION},
    "conditional.branch": {"cases": [{"handle": "each case's handle", "when": "x"}]},
    "conditional.switch": {"value": "x", "cases": [{"handle": "each case's handle", "equals": 1}]},
    "logic.set": {"variables": {"x": 1}},
    "logic.subflow": {"workflow": "x"},
    "logic.wait": {"for": "1h"},
    "ai.route": {"routes": [{"handle": "each route's handle"}]},
    "ai.extract": {"fields": {"x": {}}},
    "ai.reply": {"instructions": "x"},
    "logic.loop": {"items": [1]},
    "logic.parallel": {"branches": [{"id": "each branch's id"}]},
    "logic.run": {"workflow": "x"},
    "logic.emit": {"event": "x"},
    "logic.log": {"message": "x"},
    "trigger.event": {"event": "x"},
    "trigger.schedule": {"cron": "0 9 * * *"},
    "trigger.webhook": {"secret": "x"},
    "twilio.send_message": {"to": "x", "text": "x"},
}


def section(title: str) -> str:
    [body] = re.findall(rf"^##+ {title}\n(.*?)(?=^##|\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
    return str(body)


def rows(title: str) -> list[list[str]]:
    lines = re.findall(r"^\| (`.*) \|$", section(title), re.MULTILINE)
    return [[cell.strip() for cell in line.split(" | ")] for line in lines]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_node_type_is_listed() -> None:
    assert {words(row[0])[0] for row in rows("Node types") if "." in row[0]} == set(NODE_TYPES)


@pytest.mark.parametrize("node_type", NODE_TYPES.values(), ids=NODE_TYPES)
def test_a_node_type_has_the_handles_and_properties_that_are_listed(node_type: NodeType) -> None:
    row = next(row for row in rows("Node types") if row[0] == f"`{node_type.name}`")
    handles = node_type.handles(node_type.properties.model_validate(SAMPLES.get(node_type.name, {})))
    listed = [] if row[1] == "nothing" else row[1].replace("`", "").split(", ")
    named = [word for word in words(row[2]) if word.isalpha()]  # `{handle, when}` is no property, but an example
    fields = node_type.properties.model_fields

    assert tuple(listed) == handles
    assert named == [field.alias or name for name, field in fields.items()]
    assert re.findall(r"\*\*`(\w+)`\*\*", row[2]) == [
        field.alias or name for name, field in fields.items() if field.is_required()
    ]


def test_every_kind_of_answer_is_listed() -> None:
    listed = [words(row[0])[0] for row in rows("Node types") if "." not in words(row[0])[0]]

    assert tuple(listed) == get_args(Kind)


def test_every_key_of_a_document_is_listed() -> None:
    listed = {words(row[0])[0] for row in rows("A flow file")}

    assert listed == {field.alias or name for name, field in Document.model_fields.items()}


def test_every_filter_is_listed() -> None:
    assert set(words(section("Templates and conditions"))) >= FILTERS


def test_every_command_is_listed_with_its_options() -> None:
    listed = {
        " ".join(word for word in words(row[0])[0].split()[1:] if word.islower()): set(words(row[2]))
        if row[2:]
        else set()
        for row in rows("Commands")
    }

    assert listed == dict(commands(typer.main.get_command(app)))


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Yield each command that does something by itself, with its options but --help."""
    inner = getattr(command, "commands", {})
    if not inner or getattr(command, "invoke_without_command", False):
        options = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
        yield " ".join(path), options - {"--help"}
    for name, each in inner.items():
        yield from commands(each, (*path, name))


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    documented = [code for row in all_code_rows() for code in words(row[0])]
    raised = set(codes_in_the_tree())
    exact = {code for code in raised if not code.startswith("*")}
    families = raised - exact

    assert len(raised) > 150
    assert sorted(exact - set(documented)) == []
    known = families | set(strings_in_the_tree())  # a code may come by way of a table or a name
    assert sorted(code for code in set(documented) - exact if not any(fnmatchcase(code, one) for one in known)) == []
    assert [family for family in families if not any(fnmatchcase(code, family) for code in documented)] == []


def all_code_rows() -> list[list[str]]:
    titles = re.findall(r"^### (.+)$", REFERENCE, re.MULTILINE)  # all of them below "Codes"
    return [row for title in titles for row in rows(title)]


def codes_in_the_tree() -> Iterator[str]:
    """Yield every code in the sources; what an f-string fills in is a `*`."""
    trees = sources()
    places = {**CODE_AT, **dict(place for tree in trees for place in code_parameters(tree))}
    for tree in trees:
        for node in ast.walk(tree):
            for value in places_of_codes(node, places):
                yield from texts(value)


def strings_in_the_tree() -> Iterator[str]:
    """Yield every string in the sources that looks like a code, or like a family of codes: `run.*`."""
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                yield from (text for text in texts(node) if re.fullmatch(r"[a-z_]+\.([a-z_]+|\*)", text))


def sources() -> list[ast.Module]:
    files = (file for folder in ("botflow", "integrations") for file in (ROOT / folder).rglob("*.py"))
    return [ast.parse(file.read_text()) for file in files]


def code_parameters(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each function with a parameter for a code, and at which place its callers give it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            for name in ("code", "error_code"):
                if name in names:
                    yield node.name, names.index(name)


def places_of_codes(node: ast.AST, places: dict[str, int]) -> Iterator[ast.expr]:
    """Yield the expressions at `node` that are codes: arguments, defaults, class attributes and returned pairs."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield from (keyword.value for keyword in node.keywords if keyword.arg in ("code", "error_code"))
            if name in places:
                yield from (value for value in node.args[places[name] : places[name] + 1] if is_dotted(value))
        case ast.Assign(targets=[ast.Name(id="code" | "error_code")]):
            yield node.value
        case ast.AnnAssign(target=ast.Name(id="HTTP_CODES"), value=ast.Dict(values=values)):
            yield from values
        case ast.FunctionDef(args=ast.arguments(kwonlyargs=names, kw_defaults=defaults)):
            yield from (
                value for name, value in zip(names, defaults, strict=True) if name.arg == "code" and value is not None
            )
        case ast.Return(value=ast.Tuple(elts=[first, *_])) if is_dotted(first):
            yield first


def is_dotted(value: ast.expr) -> bool:
    return any("." in text for text in texts(value)) and not isinstance(value, ast.Call)


def texts(value: ast.expr) -> Iterator[str]:
    """Yield the codes that an expression may come to."""
    match value:
        case ast.Constant(value=str(text)):
            if text:
                yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts)  # type: ignore[misc]
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)
        case ast.BoolOp(values=values):
            for each in values:
                yield from texts(each)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from texts(default)
