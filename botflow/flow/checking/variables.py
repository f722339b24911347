"""Variables that are read but never set. A read with a default, or after `is defined`, is not an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from botflow.flow.checking.foreign_words import advice_on_variable
from botflow.flow.checking.names import FUNCTIONS, READABLE, TAKEN, readable_name
from botflow.flow.checking.placeholders import check_placeholders
from botflow.flow.contact_fields import contact_field_of
from botflow.flow.document import Document
from botflow.flow.fields import Text
from botflow.flow.problems import Path, Report
from botflow.flow.templates.bounded_functions import guarded_environment
from botflow.flow.templates.grammar import (
    INPUT,
    LARGEST_SOURCE,
    NODES,
    VARIABLES,
    translate,
    translate_expression,
)
from botflow.flow.templates.language_filters import CLOCK_NAMES
from botflow.flow.templates.template import is_template
from botflow.flow.templates.tokens import TemplateRefused, Token, expressions
from botflow.flow.typed_document import Linked, LinkedNode

_OURS = FUNCTIONS | {INPUT, NODES, "range", "loop", *CLOCK_NAMES}
_MAY_BE_MISSING = frozenset(("default", "d"))


def check_variables(
    linked: Linked, report: Report, *, documents: Mapping[str, Document], children: Mapping[str, Linked]
) -> None:
    """Warn of variables that no node, no default and no caller sets. `children` are the subflows that it runs."""
    _check_names(linked, report)
    known = variables_of(linked) | _handed_in(linked.document.id, documents)
    for node in linked.nodes.values():
        child = _child(node, children)
        for text in node.texts:
            check_placeholders(text, known, report, node.id)
            returned = text.path[3:4] == ("output",) and child is not None
            scope = known if text.reads is None else set()
            if returned and child is not None:
                scope = variables_of(child) | _handed_in(child.document.id, documents)
            for name in sorted(variables_read(text) - scope - set(text.also)):
                report.warning(
                    "variable.never_set",
                    f"{node.id!r} reads the variable {name!r}, and nothing sets it",
                    text.path,
                    hint=_instead_of_variable(name, scope, text, report),
                    node=node.id,
                )


def _instead_of_variable(name: str, scope: set[str], text: Text, report: Report) -> str:
    if text.reads is not None:
        return f"this text is read before a run has variables: write ${text.reads[0]}.{name}"
    return report.guess(name, scope, advice_on_variable(name) or f"give it a default: variables: {{{name}: ...}}")


def _check_names(linked: Linked, report: Report) -> None:
    """Warn of variables that no template can read: in one, `team-size` is a subtraction."""
    named: list[tuple[str, Path, str]] = [(name, ("variables", name), "") for name in linked.document.variables]
    named += [(name, _setter(node, name), node.id) for node in linked.nodes.values() for name in node.sets]
    for name, path, node in named:
        if (READABLE.fullmatch(name) and name not in TAKEN) or contact_field_of(name) is not None:
            continue
        if path[-1:] == ("variable",) and is_template(name):
            continue  # said of every name
        hint = f"letters, digits and _ can be read, as in {readable_name(name)}"
        report.warning("variable.unreadable", f"no template can read the variable {name!r}", path, hint=hint, node=node)


def _setter(node: LinkedNode, name: str) -> Path:
    """Return the path of the property that names a variable which the node sets."""
    inside = (*node.path, "properties")
    if getattr(node.properties, "variable", None) == name:
        return (*inside, "variable")
    holder = next(
        (key for key in ("variables", "fields", "output") if name in (getattr(node.properties, key, None) or ())), ""
    )
    return (*inside, holder, name) if holder else inside


def variables_of(linked: Linked) -> set[str]:
    """Return the variables that a document declares or that its nodes set."""
    spoken = ("language",) if linked.document.languages else ()
    return {*spoken, *linked.document.variables, *(name for node in linked.nodes.values() for name in node.sets)}


def _handed_in(workflow: str, documents: Mapping[str, Document]) -> set[str]:
    """Return the variables that other documents pass to this one when they run it as a subflow."""
    handed: set[str] = set()
    for document in documents.values():
        for node in document.nodes:
            given = node.properties.get("input")
            if node.properties.get("workflow") == workflow and isinstance(given, dict):
                handed |= given.keys()
    return handed


def _child(node: LinkedNode, children: Mapping[str, Linked]) -> Linked | None:
    return next((children[text.text] for text in node.texts if text.kind == "workflow" and text.text in children), None)


def variables_read(text: Text) -> set[str]:
    """Return the variables that a string of a node's properties reads, without those that may be missing there."""
    try:
        if text.kind == "condition":
            source = f"{{{{ {translate_expression(text.text)} }}}}"
        elif text.kind == "template" and is_template(text.text):
            source = translate(text.text, text.longest or LARGEST_SOURCE)
        else:
            return set()
        optional = set(_optional(expressions(text.text, bare=text.kind == "condition")))
        paths = guarded_environment().undeclared_variables_in_str(source, nested=True)
    except (TemplateRefused, RuntimeError):  # what does not parse is reported elsewhere
        return set()
    return {name for name in map(_variable, paths) if name} - optional


def _variable(path: str) -> str:
    first, _, rest = path.partition(".")
    if first == VARIABLES:
        return rest.partition(".")[0]
    return "" if first in _OURS else first


def _optional(tags: Iterable[tuple[Token, ...]]) -> Iterator[str]:
    """Yield names that are read with a default or tested: `name|default("x")`, `name is defined`."""
    for words in tags:
        for position, word in enumerate(words):
            after = [following.text for following in words[position + 1 : position + 3]]
            if word.is_name and (
                after[:1] == ["is"] or (after[:1] == ["|"] and after[1:] and after[1] in _MAY_BE_MISSING)
            ):
                yield word.text
