"""What `botflow.testing` needs: no test framework and no database; only its contracts need pytest."""

from __future__ import annotations

import subprocess
import sys

import botflow.testing

NEEDLESS = ("pytest", "sqlalchemy", "starlette", "redis", "psycopg")


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_it_is_imported_and_used_without_a_test_framework_or_a_database() -> None:
    absent = "".join(f"sys.modules[{name!r}] = None\n" for name in NEEDLESS)
    flow = "{id: f, nodes: [{id: a, type: chatbot, actionType: message_received, next: b}, {id: b, type: chatbot,"
    flow += " actionType: say, properties: {text: Hello}}]}"
    program = f"import sys\n{absent}from botflow.testing import Simulator\nprint(Simulator({flow!r}).says('hi'))"

    assert run(program) == "['Hello']\n"


def test_every_public_name_can_be_had() -> None:
    assert [name for name in botflow.testing.__all__ if not hasattr(botflow.testing, name)] == []
    assert botflow.testing.__all__ == sorted(botflow.testing.__all__)
