"""Conversations written by hand: opt-outs, deliveries, handoffs, and what is known of a person."""

from __future__ import annotations

from tests.engine.conversation import node, say
from tests.testing.likeness.acts import (
    Claims,
    Delivery,
    Releases,
    Returns,
    Says,
    Script,
    Starts,
    TimePasses,
    Writes,
)
from tests.testing.likeness.written_flows import (
    BACK,
    BYE,
    HANDOFF,
    INVITED,
    LOST,
    MANUAL,
    NAME,
    START,
    WATCHED,
    flow,
    inviting,
)

SCRIPTS = (
    Script(
        name="stop and start",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "chatbot.ask",
                    text="Name?",
                    variable="name",
                    timeout="1h",
                    on={"answered": "bye", "timeout": "late"},
                ),
                BYE,
                say("late", "Late."),
            )
        ],
        channel="sms",
        acts=[
            Says(text="hi"),
            Says(text="HELP"),
            Says(text="STOP"),
            Says(text="Ann"),
            TimePasses(),
            Says(text="START"),
            TimePasses(),
            Says(text="hi"),
            Says(text="Please stop texting me"),
            Says(text="yes"),
            Says(text="Ann"),
        ],
    ),
    Script(
        name="stop in one workflow holds in another",
        documents=[flow(START, NAME, BYE), flow(START, MANUAL, NAME, BYE, id="other")],
        channel="sms",
        acts=[
            Says(text="hi"),
            Says(text="hi", workflow="other"),
            Says(text="STOP"),
            Says(text="Ann", workflow="other"),
            Starts(workflow="other"),
            Says(text="START", workflow="other"),
            Says(text="Ann"),
            Says(text="Ann", workflow="other"),
        ],
    ),
    Script(
        name="stop while runs are awaited",
        documents=[
            flow(START, node("it", "logic.run", workflow="slow", on={"done": "bye"}), BYE),
            flow(
                node("go", "trigger.manual", next="rest"),
                node("rest", "logic.wait", for_="1h"),
                id="slow",
                executionMode="single",
            ),
        ],
        channel="sms",
        acts=[Says(text="hi"), Says(text="STOP"), TimePasses(), Says(text="START"), Says(text="hi")],
    ),
    Script(
        name="who has opted out is not started",
        documents=[inviting(channel="sms", to="+12125550112"), INVITED],
        channel="sms",
        acts=[
            Says(text="STOP", who="bea", workflow="invited"),
            Says(text="bea"),
            Says(text="START", who="bea", workflow="invited"),
            Says(text="bea"),
        ],
    ),
    Script(
        name="a question that does not arrive",
        documents=[flow(START, WATCHED, BYE, LOST)],
        channel="sms",
        acts=[
            Says(text="hi"),
            Delivery(state="delivered"),
            Delivery(state="failed", code="30005"),
            Delivery(state="failed"),
            Says(text="hi"),
            Says(text="Ann"),
            Delivery(state="failed"),
        ],
    ),
    Script(
        name="a text that waits for its delivery",
        documents=[
            flow(START, node("it", "chatbot.say", text="Hello.", on={"next": "bye", "undelivered": "lost"}), BYE, LOST)
        ],
        channel="sms",
        acts=[
            Says(text="hi"),
            Says(text="early"),
            Delivery(state="sent"),
            Delivery(state="delivered"),
            Delivery(state="failed", code="30003"),
            Says(text="hi"),
            TimePasses(),
        ],
    ),
    Script(
        name="a handoff",
        documents=[flow(START, HANDOFF, BACK, say("late", "Late."))],
        acts=[
            Says(text="hi"),
            Says(text="there?"),
            Claims(),
            Says(text="refund me"),
            Writes(),
            Says(text="thanks"),
            TimePasses(),
            Releases(),
            Claims(person="Luigi"),
            Returns(values={"refund": 12, "other": 1}),
            Says(text="hi"),
            TimePasses(),
            Says(text="hi"),
            Returns(),
        ],
    ),
    Script(
        name="a person takes a question over",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "chatbot.ask",
                    text="Name?",
                    variable="name",
                    timeout="1h",
                    on={"answered": "bye", "timeout": "late"},
                ),
                BYE,
                say("late", "Late."),
            )
        ],
        acts=[
            Says(text="hi"),
            Claims(),
            Says(text="Ann"),
            Writes(),
            TimePasses(),
            Returns(),
            Says(text="Bob"),
            Says(text="hi"),
            Claims(),
            Returns(),
            TimePasses(),
        ],
    ),
    Script(
        name="a run ends while a person has the conversation",
        documents=[
            flow(START, node("it", "logic.run", workflow="slow", on={"done": "bye"}), BYE),
            flow(
                node("go", "trigger.manual", next="rest"),
                node("rest", "logic.wait", for_="1h"),
                id="slow",
                executionMode="single",
            ),
        ],
        acts=[Says(text="hi"), Claims(), TimePasses(), Says(text="x"), Returns(), Says(text="hi")],
    ),
    Script(
        name="what is known of a person",
        documents=[
            flow(
                START,
                node("it", "chatbot.ask", text="Name?", variable="contact.name", skipIfKnown=True, next="hello"),
                say(
                    "hello",
                    "{{ $contact.name }} {{ $contact.timeZone }} {{ $contact.id is none }} "
                    "{{ $contact.created is none }} {{ $contact.lastSeen is none }} {{ $contact.groups | join(' ') }}",
                    "join",
                ),
                node("join", "contact.group", join=["guests"], leave=["old"], next="hue"),
                node(
                    "hue", "contact.set", fields={"plan": "{{ $message.text }}"}, on={"next": "again", "error": "again"}
                ),
                say("again", "{{ $contact.plan }} {{ $hue.code }}"),
                contactFields={"plan": {"type": "choice", "choices": ["free", "pro"]}},
            )
        ],
        fields={"timeZone": "Asia/Tokyo"},
        groups=("old",),
        acts=[
            Says(text="hi"),
            Says(text="Ann"),
            Says(text="pro"),
            Says(text="free", who="bea"),
            Says(text="Bea", who="bea"),
        ],
    ),
    Script(
        name="what is known of a number on two channels",
        documents=[
            flow(
                START,
                node("it", "chatbot.ask", text="Name?", variable="contact.name", skipIfKnown=True, next="hello"),
                say(
                    "hello",
                    "{{ $contact.name }} {{ $contact.channel }} {{ $contact.address }} {{ $contact.lastSeen is none }}",
                ),
            )
        ],
        channel="sms",
        acts=[Says(text="hi"), Says(text="Ann"), Says(text="hi")],
    ),
    Script(
        name="interrupts and corrections",
        documents=[
            flow(
                START,
                node("it", "chatbot.ask", text="Name?", variable="name", next="age"),
                node("age", "chatbot.ask", text="Age?", expect="integer", variable="age", next="bye"),
                say("bye", "{{ name }} {{ age }}"),
                say("help", "Ask Maria."),
                interrupts=[{"id": "help", "match": ["help"], "target": "help"}],
                corrections=True,
            )
        ],
        acts=[Says(text=each) for each in ("hi", "help", "Ann", "help", "back", "Bea", "40", "hi")],
    ),
    Script(
        name="an execution that fails",
        documents=[flow(START, node("it", "logic.set", variables={"x": "{{ 1 / 0 }}"}), apology="Ouch.")],
        acts=[Says(text="hi"), Says(text="hi")],
    ),
    Script(
        name="a conversation that expires",
        documents=[flow(START, NAME, BYE, expires="1d")],
        acts=[Says(text="hi"), TimePasses(), Says(text="hi"), Says(text="Ann")],
    ),
    Script(
        name="messages to other numbers",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "twilio.send_message",
                    to="+12125550112",
                    text="Call Ann",
                    waitFor="delivered",
                    timeout="1h",
                    on={"next": "sent", "failed": "bad"},
                ),
                say("sent", "It is {{ $it.status }}."),
                say("bad", "{{ $it.status }} {{ $it.reason }}"),
            )
        ],
        channel="sms",
        acts=[
            Says(text="hi"),
            Delivery(state="sent"),
            Delivery(state="delivered"),
            Says(text="hi"),
            Delivery(state="failed", code="30005"),
            Says(text="hi"),
            TimePasses(),
            Says(text="STOP", who="bea"),
            Says(text="hi"),
        ],
    ),
)
