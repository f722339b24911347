"""Conversations written by hand: a flow that waits for runs, branches and events."""

from __future__ import annotations

from tests.engine.conversation import node, say
from tests.testing.likeness.acts import (
    Emits,
    Runs,
    Says,
    Script,
    TimePasses,
)
from tests.testing.likeness.written_flows import (
    BYE,
    START,
    flow,
)

SCRIPTS = (
    Script(
        name="a message while the flow waits for something else",
        documents=[
            flow(
                START,
                node("it", "logic.wait", for_="1h", next="ask"),
                node("ask", "chatbot.ask", text="Name?", variable="name", next="bye"),
                BYE,
            )
        ],
        acts=[Says(text="hi"), Says(text="early"), Says(text="again"), TimePasses(), Says(text="more")],
    ),
    Script(
        name="branches that wait",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "logic.parallel",
                    branches=[{"id": "a"}, {"id": "b"}],
                    variable="came",
                    on={"a": "rest", "b": "set", "done": "ask"},
                ),
                node("rest", "logic.wait", for_="1h"),
                node("set", "logic.set", variables={"x": 1}),
                node("ask", "chatbot.ask", text="{{ came.b.output.x }}?", variable="name", next="bye"),
                BYE,
            )
        ],
        acts=[Says(text="hi"), Says(text="there?"), TimePasses(), Says(text="Ann")],
    ),
    Script(
        name="runs, events and listeners",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "logic.run",
                    workflow="double",
                    input={"n": 4},
                    variable="got",
                    on={"done": "tell", "error": "bad"},
                ),
                node("tell", "logic.emit", event="counted", payload={"n": "{{ got }}"}, next="bye"),
                say("bye", "{{ got }}"),
                say("bad", "{{ $it.code }}"),
            ),
            flow(
                node("go", "trigger.manual", schema={"n": {"type": "integer"}}, next="end"),
                node("end", "logic.end", output="{{ $input.n * 2 }}"),
                id="double",
                executionMode="single",
            ),
            flow(
                node("go", "trigger.event", event="counted", when="$input.n > 1", next="note"),
                node("note", "logic.log", message="{{ $input.n }}"),
                id="hears",
                executionMode="single",
            ),
        ],
        acts=[
            Says(text="hi"),
            Runs(workflow="double", input={"n": 2}),
            Runs(workflow="double", input={"n": "two"}),
            Runs(workflow="hears"),
            Emits(event="counted", payload={"n": 9}),
            Emits(event="counted", payload={"n": 0}),
            Emits(event="nothing"),
        ],
    ),
    Script(
        name="a run that is refused by the schema of what it runs",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "logic.run",
                    workflow="double",
                    input={"n": "four"},
                    variable="got",
                    on={"done": "bye", "error": "bad"},
                ),
                say("bye", "{{ got }}"),
                say("bad", "{{ $it.code }}"),
            ),
            flow(
                node("go", "trigger.manual", schema={"n": {"type": "integer"}}, next="end"),
                node("end", "logic.end", output="x"),
                id="double",
                executionMode="single",
            ),
        ],
        acts=[Says(text="hi")],
    ),
)
