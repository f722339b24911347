"""Conversations written by hand: another person, an application or a missed call begins one."""

from __future__ import annotations

from tests.engine.conversation import node, say
from tests.testing.likeness.acts import (
    Rings,
    Says,
    Script,
    Starts,
)
from tests.testing.likeness.written_flows import (
    BYE,
    INVITED,
    MANUAL,
    NAME,
    START,
    flow,
    inviting,
)

SCRIPTS = (
    Script(
        name="another person's conversation",
        documents=[inviting(), INVITED],
        acts=[
            Says(text="bea"),
            Says(text="bea"),
            Says(text="yes", who="bea", workflow="invited"),
            Says(text="bea"),
            Says(text=" "),
            Says(text="no", who="bea", workflow="invited"),
        ],
    ),
    Script(
        name="an input that the other conversation's schema refuses",
        documents=[inviting(input={"host": "Ann", "n": "many"}), INVITED],
        acts=[Says(text="bea")],
    ),
    Script(name="a workflow that is not there", documents=[inviting(workflow="nowhere")], acts=[Says(text="bea")]),
    Script(
        name="a channel that is not there", documents=[inviting(channel="pigeon"), INVITED], acts=[Says(text="bea")]
    ),
    Script(
        name="a conversation without a trigger for it",
        documents=[inviting(workflow="main"), INVITED],
        acts=[Says(text="bea")],
    ),
    Script(
        name="a conversation by phone from the chat has no sender",
        documents=[inviting(channel="sms", to="+12125550112"), INVITED],
        acts=[Says(text="bea")],
    ),
    Script(
        name="a number that is none",
        documents=[inviting(channel="sms"), INVITED],
        channel="sms",
        acts=[Says(text="no number"), Says(text="+1 212 555 0112"), Says(text="yes", who="bea", workflow="invited")],
    ),
    Script(
        name="a key starts one conversation",
        documents=[inviting(key="one"), INVITED],
        acts=[Says(text="bea"), Says(text="yes", who="bea", workflow="invited"), Says(text="bea"), Says(text="cay")],
    ),
    Script(
        name="a key with another input",
        documents=[inviting(to="bea", key="one", input={"host": "{{ $message.text }}"}), INVITED],
        acts=[Says(text="Ann"), Says(text="yes", who="bea", workflow="invited"), Says(text="Ann"), Says(text="Eve")],
    ),
    Script(
        name="conversations that start each other",
        documents=[
            flow(
                MANUAL,
                node(
                    "it",
                    "logic.start",
                    to="{{ 'cay' if $input.me == 'bea' else 'bea' }}",
                    channel="chat",
                    input={"me": "{{ 'cay' if $input.me == 'bea' else 'bea' }}"},
                    on={"error": "bad"},
                ),
                say("bad", "{{ $it.code }}"),
            )
        ],
        acts=[Starts(input={"me": "ann"})],
    ),
    Script(
        name="an application starts a conversation",
        documents=[
            flow(START, node("by_hand", "trigger.manual", schema={"n": {"type": "integer"}}, next="it"), NAME, BYE)
        ],
        acts=[
            Starts(input={"n": "x"}),
            Starts(input={"n": 1}, key="k"),
            Starts(input={"n": 1}, key="k"),
            Starts(input={"n": 2}),
            Says(text="Ann"),
            Starts(input={"n": 2}, key="k"),
            Starts(input={"n": 2}),
            Says(text="Bob"),
        ],
    ),
    Script(name="nothing starts it", documents=[flow(START, NAME, BYE)], acts=[Starts(), Says(text="hi")]),
    Script(
        name="a call that is missed",
        documents=[flow(START, node("called", "trigger.missed_call", next="it"), NAME, BYE)],
        channel="sms",
        acts=[
            Rings(),
            Rings(),
            Says(text="Ann"),
            Rings(),
            Says(text="STOP"),
            Rings(),
            Says(text="START"),
            Rings(who="bea"),
        ],
    ),
    Script(
        name="only a call begins it",
        documents=[flow(node("called", "trigger.missed_call", next="it"), NAME, BYE)],
        channel="sms",
        acts=[Says(text="hi"), Rings(), Says(text="Ann"), Says(text="more")],
    ),
)
