"""Every error code in the sources, with its HTTP status or severity, what is said under it, and the hint beside it.

The sources are read, not run: a code is an argument, a variable or an attribute named `code`, the first part of a pair
that is returned, the key of a sentence in a table, or an argument before one; what is said is the text beside it.
`…` stands for what is filled in at run time, `*` for a part of a code. `tests/docs` looks for dotted texts that are not
found in these ways.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path

from docs.generate.models import table

ROOT = Path(__file__).parents[2]
# What takes a code without a parameter of that name in sight, and at which place.
CODE_AT = {"PydanticCustomError": 0, "Wrong": 0}
NAMES = ("code", "error_code")
CODE = re.compile(r"[a-z][a-z0-9_]+(?:\.[a-z0-9_]+)+")
FAMILIES = ("document", "property")  # what `{family}` in a code stands for
# What is said where the text does not stand beside the code.
REVISED = ("canary", "credential", "draft", "organization", "retention", "user", "webhook")
SAID: Mapping[str, str] = {
    **{
        f"{noun}.changed": f"the {noun} is at another revision than the one that was read: read it again"
        for noun in REVISED
    },
    "fork.no_answer": "a fork asked what its original was not asked; `newQuestions: ask` lets it ask",
    "*.crashed": "the function of a plugin raised; the log has the exception",
    "attempt.dead": "a turn broke in each of its attempts and was given up",
    "campaign.no_address": "a campaign missed a contact who has no address on a channel that it may write to",
    "campaign.too_late": "a campaign's moment for a contact passed while no process ran, or before the date was set",
    "channel.missing": "the message's channel is not configured",
    "claim.stale": "a send took so long that another process may have made it",
    "handle.unconnected": "a handle leads nowhere, where that ends a conversation or leaves nothing to run",
    "condition.syntax": "a condition cannot be read",
    "contact_field.invalid": "a field of contacts is not declared well: its name, or the choices of a choice",
    "import.column": "the first line of a file of contacts has no `addresses`, or a column that is no declared field",
    "delivery.timeout": "the delivery that a node waited for was not reported in time",
    "document.character": "a text holds a character that no database can store",
    "document.missing_key": "a key of the document is missing",
    "document.unknown_key": "the document has a key that is not known",
    "duration.invalid": "not a duration",
    "edge.duplicate_handle": "two edges leave a node by the same handle",
    "edge.no_handle": "an edge leaves a node that has no handles",
    "execution.failed_by_operator": "the operator's own words, when one has ended the execution as failed",
    "engine.crashed": "a session does not move: its next turn would crash in the new version",
    "execution.ending": "a session does not move: only the last bodies of its execution still run",
    "execution.expired": "the person did not answer in time; `finally` of a try reads this code",
    "execution.restarted": "a publication by plan let the conversation begin again",
    "flow.gone": "a session does not move: the new version does not run its subflow",
    "frame.no_body": "a session does not move: the node around its place has no body in the new version",
    "frame.other_subflow": "a session does not move: the node below its place runs another subflow in the new version",
    "from.invalid": "what sends is no number or name of that channel",
    "http.*": "the server refused the request; the number is the HTTP status",
    "http.method_not_allowed": "this address does not take this method",
    "http.not_found": "nothing is at this address",
    "model.crashed": "the code that asks the model raised; the log has the exception",
    "no_sender": "Twilio was to send, and no number is known to send from",
    "node.gone": "a session does not move: the new version has no such node",
    "operator.dropped": "an operator dropped the held message",
    "operator.released": "an operator released the held message",
    "outbox.never_accepted": "the provider never took a message that may have been sent",
    "output.missing": "a session does not move: it has no output of a node that the new version relies on",
    "overloaded": "more arrives than can be answered in time; nothing was stored",
    "parallel.failed": "fewer branches than needed have succeeded",
    "parallel.speaks": "a node in a branch of logic.parallel talks to the person",
    "property.invalid": "a property of a node is not what it must be",
    "property.missing_key": "a property of a node is missing",
    "property.unknown_key": "a node has a property that its type does not know",
    "rate.limited": "one address, session or person sends more than it may",
    "run.stays": "a run does not move to another version",
    "template.twice": "a node has a text that its template has, too",
    "template.unknown": "a node names a template that is not there",
    "to.invalid": "the recipient is no number of a channel",
    "translation.broken": "a PO file beside a flow cannot be read",
    "translation.unused": "a translation in a PO file is not used; the message says why",
    "twilio.*": "Twilio refused the request; the number is its own code, or the HTTP status",
    "twilio.no_sid": "Twilio's answer does not name the message",
    "twilio.unreachable": "Twilio cannot be reached",
    "variable.missing": "a session does not move: it has no value for a variable that the new version relies on",
    "wait.for_person": "a session does not begin again while it waits for a person, or a person has it",
    "wait.for_work": "a session does not move while it waits for runs or for a delivery",
}


@dataclass(slots=True)
class Code:
    """All places of one code. `kinds` are HTTP statuses, and severities of `botflow check`."""

    said: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


def codes_table() -> str:
    """Return a row for each code."""
    return table(
        ("code", "status", "says", "hint"),
        [
            (f"`{name}`", ", ".join(sorted(code.kinds)), " / ".join(code.said[:3]), " / ".join(code.hints[:2]))
            for name, code in sorted(codes().items())
        ],
    )


@cache
def codes() -> dict[str, Code]:
    """Return every code in the sources, by name; all sources are read for it, once."""
    found: dict[str, Code] = defaultdict(Code)
    trees = {
        file: ast.parse(file.read_text())
        for folder in ("botflow", "integrations")
        for file in sorted((ROOT / folder).rglob("*.py"))
    }
    everywhere = {**CODE_AT, **dict(place for tree in trees.values() for place in _code_parameters(tree))}
    statuses = dict(place for tree in trees.values() for place in _status_defaults(tree))
    for file, tree in trees.items():
        places = {**everywhere, **dict(_code_parameters(tree))}  # two files may have functions of one name
        for node in ast.walk(tree):
            for value in _codes_at(node, places):
                for name in _names(value):
                    said, hint = _said(node, value)
                    code = found[name]
                    code.kinds.update(_kinds(node, statuses, file))
                    code.said += [text for text in (said,) if text and text not in code.said]
                    code.hints += [text for text in (hint,) if text and text not in code.hints]
    for name, text in SAID.items():
        assert not found[name].said, f"{name} says for itself what it means"
        found[name].said.append(text)
    silent = sorted(name for name, code in found.items() if not code.said)
    assert not silent, f"there is no text beside {', '.join(silent)}: give it one there, or in SAID"
    return dict(found)


def _code_parameters(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each function with a parameter for a code, and at which place its callers give it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            yield from ((node.name, names.index(name)) for name in NAMES if name in names)


def _status_defaults(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield each function and class with the one HTTP status that it has where its callers give none."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name, args=ast.arguments(args=args)) if args:
                found = {status for inner in ast.walk(node) for status in _statuses(inner)}
                if len(found) == 1 and any(argument.arg in NAMES for argument in args):
                    yield name, found.pop()
            case ast.ClassDef(name=name, body=body):
                for inner in body:
                    match inner:
                        case ast.Assign(targets=[ast.Name(id="status")], value=value):
                            yield from ((name, status) for status in _statuses(value))


def _codes_at(node: ast.AST, places: Mapping[str, int]) -> Iterator[ast.expr]:
    """Yield the expressions at `node` that are codes: arguments, defaults, class attributes and returned pairs."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMES)
            if name in places:
                yield from (value for value in node.args[places[name] : places[name] + 1] if _is_dotted(value))
            elif len(node.args) > 1 and _is_code(node.args[0]) and any(_sentences(node.args[1])):
                yield node.args[0]
        case ast.Assign(targets=[ast.Name(id="code" | "error_code")], value=value) if _is_dotted(value):
            yield value
        case ast.AnnAssign(target=ast.Name(id="code" | "error_code"), value=ast.expr() as value) if _is_dotted(value):
            yield value
        case ast.Dict(keys=keys, values=values):
            beside = zip(keys, values, strict=True)
            for key, value in beside:
                if key is not None and _is_code(key) and any(_sentences(value)):
                    yield key
                elif isinstance(key, ast.Constant) and key.value in ("code", "reason") and _is_code(value):
                    yield value
        case ast.ClassDef(body=body):
            for inner in body:
                match inner:
                    case ast.Assign(targets=[ast.Name(id="code" | "error_code")], value=value):
                        yield value
        case ast.AnnAssign(target=ast.Name(id="HTTP_CODES"), value=ast.Dict(values=values)):
            yield from values
        case ast.FunctionDef(args=ast.arguments(kwonlyargs=names, kw_defaults=defaults)):
            yield from (
                value for name, value in zip(names, defaults, strict=True) if name.arg == "code" and value is not None
            )
        case ast.Return(value=ast.Tuple(elts=[first, *_])) if _is_dotted(first):
            yield first
        case ast.Tuple(elts=[first, *others]) if _is_code(first) and any(
            text for o in others for text in _sentences(o)
        ):
            yield first


def _said(node: ast.AST, code: ast.expr) -> tuple[str, str]:
    """Return the text beside a code, and the hint: of a call, or the beginning of a class's docstring."""
    match node:
        case ast.Call(args=args, keywords=keywords):
            named = {keyword.arg: keyword.value for keyword in keywords}
            texts = [*(named[name] for name in ("message", "detail", "reason") if name in named), *args]
            said = [text for value in texts if value is not code for text in _sentences(value)]
            hints = list(_sentences(named["hint"])) if "hint" in named else said[1:]
            return "".join(said[:1]), "".join(hints[:1])
        case ast.Dict(keys=keys, values=values):
            return next(
                (text for key, value in zip(keys, values, strict=True) if key is code for text in _sentences(value)), ""
            ), ""
        case ast.Tuple(elts=parts):
            return next((text for part in parts if part is not code for text in _sentences(part)), ""), ""
        case ast.ClassDef():
            return " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split()), ""
    return "", ""


def _sentences(value: ast.expr) -> Iterator[str]:
    """Yield the text of more than a word that an expression may come to, with `…` for what is filled in."""
    for text in _texts(value, filled_in="…"):
        if " " in text:
            yield re.sub(r"\{\w+\}|…[…: ]+…", "…", " ".join(text.split()))
            return


def _kinds(node: ast.AST, statuses: Mapping[str, str], file: Path) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
            given = [status for value in (*args, *(each.value for each in keywords)) for status in _statuses(value)]
            if given:
                yield from given
            elif name in statuses:
                yield statuses[name]
            elif "checking" in file.parts and name in ("error", "warning"):
                yield name
            elif name == "PydanticCustomError":
                yield "error"
            elif name == "Wrong":  # a field of a request's body
                yield "422"


def _statuses(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=int(number)) if not isinstance(value.value, bool) and 400 <= number < 600:
            yield str(number)
        case ast.Attribute(value=ast.Name(id="HTTPStatus"), attr=name):
            yield str(HTTPStatus[name].value)


def _names(value: ast.expr) -> Iterator[str]:
    """Yield the codes that an expression may come to; `{family}.invalid` is a code of each family."""
    match value:
        case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="family")), ast.Constant(value=str(rest))]):
            yield from (family + rest for family in FAMILIES)
        case _:
            yield from _texts(value)


def _is_code(value: ast.expr) -> bool:
    texts = list(_texts(value)) if isinstance(value, ast.Constant | ast.IfExp) else []
    return bool(texts) and all(CODE.fullmatch(text) for text in texts)


def _is_dotted(value: ast.expr) -> bool:
    return any("." in text for text in _texts(value)) and not isinstance(value, ast.Call)


def _texts(value: ast.expr, filled_in: str = "*") -> Iterator[str]:
    """Yield the texts that an expression may come to."""
    match value:
        case ast.Constant(value=str(text)):
            if text:
                yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else filled_in for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for first in _texts(left, filled_in):
                yield from (first + second for second in _texts(right, filled_in))
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, filled_in)
            yield from _texts(orelse, filled_in)
        case ast.BoolOp(values=values):
            for each in values:
                yield from _texts(each, filled_in)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _texts(default, filled_in)
