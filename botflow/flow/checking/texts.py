"""Checks of templates, conditions and patterns: whether they are valid, and whether the nodes they read exist."""

from __future__ import annotations

import re

import minijinja

from botflow.errors import FlowError, did_you_mean
from botflow.flow.checking.comparisons import check_comparisons
from botflow.flow.checking.filters import check_filters
from botflow.flow.checking.foreign_words import advice_on_syntax
from botflow.flow.checking.inputs import check_inputs
from botflow.flow.checking.names import readable_name
from botflow.flow.checking.operators import advice_on_operators
from botflow.flow.contact_fields import CONTACT
from botflow.flow.fields import Text
from botflow.flow.pattern import check_pattern
from botflow.flow.problems import Path, Report
from botflow.flow.templates.bounded_functions import guarded_environment
from botflow.flow.templates.grammar import LARGEST_SOURCE, translate, translate_expression
from botflow.flow.templates.language_filters import CLOCK_NAMES
from botflow.flow.templates.template import field_references, is_template, node_references
from botflow.flow.templates.tokens import TemplateRefused
from botflow.flow.typed_document import Linked

FAILURE_FIELDS = ("code", "message", "node")
_TAG = re.compile(r"\{[{%][^{}]*")


def check_texts(linked: Linked, report: Report, *, is_subflow: bool) -> None:
    """Check every template, condition and pattern of the document; `is_subflow`: another workflow runs it as one."""
    environment = guarded_environment()
    known = {node.id for node in linked.document.nodes}
    for node in linked.nodes.values():
        for text in node.texts:
            if _is_sound(text, environment, report, node.id):
                _check_references(text, known, report, node.id)
                _check_fields(text, linked, report, node.id)
                check_inputs(text, linked, report, node.id, is_subflow=is_subflow)
                check_filters(text, linked, report, node)
                check_comparisons(text, linked, report, node)
    document = linked.document
    for path, written in (*document.texts_of("recap"), *document.texts_of("corrected_text")):
        text = Text(path, "template", written)
        more = {"correction"} if path[0] == "correctedText" else set()
        if _is_sound(text, environment, report, ""):
            _check_references(text, known | more, report, "")
            _check_fields(text, linked, report, "")
            check_inputs(text, linked, report, "", is_subflow=is_subflow)
            check_filters(text, linked, report, None)
    for position, interrupt in enumerate(linked.document.interrupts):
        if interrupt.pattern is not None:
            _check_pattern(interrupt.pattern, ("interrupts", position, "pattern"), report, "")


def _is_sound(text: Text, environment: minijinja.Environment, report: Report, node: str) -> bool:
    """Report what is wrong with a text; return whether it can be analysed further."""
    try:
        match text.kind:
            case "template" if is_template(text.text):
                environment.add_template("text", translate(text.text, text.longest or LARGEST_SOURCE))
                return True
            case "condition":
                _evaluate_nothing(environment, translate_expression(text.text))
                return True
            case "pattern":
                _check_pattern(text.text, text.path, report, node)
            case "name" if is_template(text.text):
                report.warning(
                    "name.template",
                    f"{_shorten(text.text)} is taken as it is written: a name is no template",
                    text.path,
                    hint=f"write a name, such as {readable_name(text.text)}",
                    node=node,
                )
        return False
    except TemplateRefused as refused:
        code = "condition.syntax" if (text.kind, refused.code) == ("condition", "template.syntax") else refused.code
        excerpt = _shorten(text.text, refused.offset)
        hint = advice_on_operators(_expression(text), refused.hint) or _advice_on_tags(text)
        report.error(code, f"{excerpt}: {refused.message}", text.path, hint=hint, node=node)
    except minijinja.TemplateError as failure:
        code = "condition.syntax" if text.kind == "condition" else "template.syntax"
        hint = advice_on_operators(_expression(text)) or _advice_on_tags(text)
        report.error(code, f"{_shorten(text.text)}: {_explain(failure)}", text.path, hint=hint, node=node)
    return False


def _advice_on_tags(text: Text) -> str:
    return advice_on_syntax(text.text) if text.kind == "template" else ""


def _evaluate_nothing(environment: minijinja.Environment, expression: str) -> None:
    """Parse a condition. minijinja parses expressions only to evaluate them; a missing value is not an error."""
    try:
        environment.eval_expr(expression)
    except minijinja.TemplateError as failure:
        if failure.kind == "SyntaxError":
            raise
    except (TypeError, ValueError, OverflowError):
        return


def _check_pattern(pattern: str, path: Path, report: Report, node: str) -> None:
    try:
        check_pattern(pattern)
    except FlowError as failure:
        report.error(failure.code, failure.message, path, hint=failure.hint, node=node)


def _check_references(text: Text, known: set[str], report: Report, node: str) -> None:
    if text.reads is not None:
        _check_few_references(text, text.reads, report, node)
        return
    for name in sorted(
        node_references(text.text, bare=text.kind == "condition") - known - {"message", CONTACT, *text.also}
    ):
        report.error(
            "template.unknown_node",
            f"{_shorten(text.text)}: there is no node {name!r} to read from",
            text.path,
            hint=_instead_of_node(name, {*known, *text.also}, report),
            node=node,
        )


def _check_few_references(text: Text, reads: tuple[str, ...], report: Report, node: str) -> None:
    """Report what a text reads besides the names that it may."""
    for name in sorted(node_references(text.text, bare=text.kind == "condition") - set(reads)):
        report.error(
            "template.unknown_node",
            f"{_shorten(text.text)}: ${name} cannot be read here",
            text.path,
            hint=f"it may read {' and '.join(f'${each}' for each in reads)}",
            node=node,
        )


def _instead_of_node(name: str, known: set[str], report: Report) -> str:
    if name in CLOCK_NAMES:
        return f"write {name} without $"
    names = "$message.text is the message, $contact.name the person's name, $input the input, $var.name a variable, \
$node_id.field an output"
    return report.guess(name, known, names)


def _check_fields(text: Text, linked: Linked, report: Report, node: str) -> None:
    """Warn of `$node.field` where the node's output never has that field."""
    for name, field in sorted(field_references(text.text, bare=text.kind == "condition")):
        read = linked.nodes.get(name) if text.reads is None and name not in text.also else None
        if read is None or read.outputs is None or field in (*read.outputs, *FAILURE_FIELDS):
            continue
        hint = did_you_mean(field, read.outputs, f"it has {', '.join(read.outputs) or 'none'}")
        report.warning(
            "template.unknown_field",
            f"{_shorten(text.text)}: the output of {name!r} ({read.spec.name}) has no field {field!r}",
            text.path,
            hint=hint,
            node=node,
        )


def _expression(text: Text) -> str:
    """Return a condition, or the tags of a template: words outside them may hold any sign."""
    return text.text if text.kind == "condition" else " ".join(_TAG.findall(text.text))


def _shorten(text: str, offset: int = 0) -> str:
    """Return the text, or of a long one the part around `offset`."""
    start = max(0, min(offset - 20, len(text) - 60))
    flat = " ".join(text[start : start + 60].split())
    return repr(("..." if start else "") + flat + ("..." if start + 60 < len(text) else ""))


def _explain(failure: minijinja.TemplateError) -> str:
    return str(failure).splitlines()[0].removeprefix("syntax error: ").split(" (in ")[0]
