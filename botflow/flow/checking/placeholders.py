"""Checks for variables that are written as in other languages, `{name}`, `$name` or RapidPro's `@contact.name`: people
would get that text."""

from __future__ import annotations

import re
from collections.abc import Collection

from botflow.flow.fields import Text
from botflow.flow.problems import Report
from botflow.flow.templates.tokens import TemplateRefused, scan

# Names of any length would make the search of a long word without an end quadratic.
_PLACEHOLDER = re.compile(
    r"\$\{([^\W0-9]\w{0,63})\}|\{([^\W0-9]\w{0,63})\}|\$([^\W0-9]\w{0,63})(?!\w)|%([^\W0-9]\w{0,63})%"
)
# RapidPro's `@results.age`, but no address such as ann@contact.org.
_AT = re.compile(r"(?<!\w)@(contact|fields|results)\.([^\W0-9]\w{0,63})(?![\w.]*@)")


def check_placeholders(text: Text, variables: Collection[str], report: Report, node: str) -> None:
    """Warn of each variable of the workflow that stands in a text without being a template."""
    if text.kind != "template" or not any(sign in text.text for sign in "{$%@"):
        return
    try:
        said = " ".join(part for part in scan(text.text) if isinstance(part, str))
    except TemplateRefused:  # reported by another check
        return
    for found in _PLACEHOLDER.finditer(said):
        name = next(word for word in found.groups() if word)
        if name in variables:
            _warn(text, found[0], name, report, node)
    for found in _AT.finditer(said):
        root, name = found.groups()
        _warn(text, found[0], name if root == "results" else f"$contact.{name}", report, node)


def _warn(text: Text, written: str, name: str, report: Report, node: str) -> None:
    report.warning(
        "template.placeholder",
        f"{written!r} is said as it is written: it is no template",
        text.path,
        hint=f"write {{{{ {name} }}}}",
        node=node,
    )
