"""Templates that give nonsense at run time: the run fails at the node with its code, or leaves by the way drawn."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conversation import node
from tests.engine.runs_in_memory import Runs

LONG = "a" * 10_000
VALUES: dict[str, Any] = {
    "nothing": None,
    "number": 7,
    "minus": -1,
    "fraction": 1.5,
    "yes": True,
    "text": "soon",
    "empty": "",
    "long": LONG,
    "object": {"a": {"b": 1}},
    "list": [1, [2], {"a": 3}],
    "many": list(range(1_001)),
    "control": "a\x07b",
    "odd": "\u202e\U0001f4a5",
    "far": "9999-12-31T23:59:59",
    "past": "1970-01-01",
    "zero": "0000-00-00",
}
NO_LISTS = ("nothing", "number", "fraction", "yes", "text", "empty", "long")
NO_MOMENTS = ("nothing", "number", "minus", "yes", "text", "empty", "long", "object", "list", "odd", "zero")


def of(name: str, **properties: Any) -> dict[str, Any]:
    return node("all", name, **properties)


def given(name: str) -> str:
    return f"{{{{ {name} }}}}"


ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("loop.items", of("logic.loop", items=given(name))) for name in NO_LISTS),
    ("loop.limit", of("logic.loop", items="{{ many }}")),
    *(("loop.items", of("logic.parallel", each=given(name))) for name in NO_LISTS),
    ("loop.limit", of("logic.parallel", each="{{ many }}")),
    *(("wait.until", of("logic.wait", until=given(name))) for name in NO_MOMENTS),
    ("wait.until", of("logic.wait", until="{{ far }}")),
    ("wait.until", of("logic.wait", until="2{{ long }}")),
    *(
        ("zone.unknown", of("logic.wait", until="09:00", timeZone=given(name)))
        for name in ("nothing", "number", "text", "empty", "long", "object", "control", "odd")
    ),
    *(
        ("run.workflow", of("logic.run", workflow=given(name)))
        for name in ("nothing", "empty", "object", "list", "minus", "long", "control", "odd", "fraction")
    ),
    ("run.workflow", of("logic.run", workflow="../{{ text }}")),
    *(("emit.name", of("logic.emit", event=given(name))) for name in ("nothing", "empty", "long", "control")),
    ("condition.failed", of("logic.loop", **{"while": "1 / number > 0 and 1 / 0 > 0"})),
    ("condition.failed", of("logic.end", output="{{ 1 / 0 }}")),
    ("template.failed", of("logic.log", message="{{ text + 1 }}")),
    ("condition.failed", of("logic.run", workflow="job", input={"a": "{{ 1 / 0 }}"})),
)


@pytest.mark.parametrize(("code", "broken"), ROWS, ids=range(len(ROWS)))
def test_nonsense_of_a_template_is_a_failure_with_its_code_at_its_node(code: str, broken: dict[str, Any]) -> None:
    turn = Runs(broken, variables=VALUES).run()

    assert turn.status == "failed"
    assert turn.failure is not None
    assert (turn.failure.node, turn.failure.code) == ("all", code)
    assert 0 < len(turn.failure.message) < 500


@pytest.mark.parametrize(("code", "broken"), ROWS, ids=range(len(ROWS)))
def test_whoever_expects_it_goes_on_by_error(code: str, broken: dict[str, Any]) -> None:
    guard = node("guard", "logic.try", on={"try": "all", "error": "sorry"})
    sorry = node("sorry", "logic.end", output="{{ $guard.code }}")

    assert Runs(guard, broken, sorry, variables=VALUES).run().output == code
