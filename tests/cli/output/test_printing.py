"""Errors as the terminal shows them."""

from __future__ import annotations

import pytest

from botflow.cli.output.printing import error_lines
from botflow.errors import UsageError
from botflow.redaction.known_secrets import KnownSecrets


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        ("botflow workflows lists them", "botflow workflows lists them"),
        ("pip install 'botflow[redis]'", "pip install 'botflow[redis]'"),
        ("docs/reference/http.md lists the parameters", "docs/reference/http.md lists the parameters"),
        ("timeZone takes a zone", "timeZone takes a zone"),
        ("trigger.event starts it", "trigger.event starts it"),
        ("region: DE", "region: DE"),
        ("--dev needs none", "--dev needs none"),
        ("did you mean x?", "Did you mean x?"),
        ("a text, or nothing", "A text, or nothing"),
        ("nothing, it is done", "Nothing, it is done"),
        ("Set it", "Set it"),
        ("", ""),
    ],
)
def test_a_hint_begins_with_a_capital_unless_it_begins_with_something_to_type(hint: str, shown: str) -> None:
    [line] = error_lines(UsageError("no", code="x", hint=hint), KnownSecrets())
    assert line.partition("no")[2] == (f". {shown}" if shown else "")
