"""Conversations written by hand."""

from __future__ import annotations

from typing import Any

from botflow.engine.inbound import Location, Media
from tests.engine.conversation import node, say
from tests.testing.likeness.acts import (
    Claims,
    Delivery,
    Emits,
    Opens,
    Presses,
    Releases,
    Returns,
    Rings,
    Runs,
    Says,
    Script,
    Starts,
    TimePasses,
    Writes,
)

START = node("start", "chatbot.message_received", next="it")
MANUAL = node("by_hand", "trigger.manual", next="it")
NAME = node("it", "chatbot.ask", text="Name?", variable="name", next="bye")
BYE = say("bye", "Bye {{ name }}.")


def flow(*nodes: dict[str, Any], id: str = "main", **document: Any) -> dict[str, Any]:
    return {"botflow": 1, "id": id, "name": id, "nodes": list(nodes), **document}


INVITED = flow(
    node("by_hand", "trigger.manual", schema={"host": {}, "n": {"type": "integer", "required": False}}, next="it"),
    node(
        "it", "chatbot.ask", text="{{ input.host }} invites you. Coming?", expect="yes_no", variable="comes", next="bye"
    ),
    say("bye", "Noted: {{ comes }}."),
    id="invited",
)


def inviting(**properties: Any) -> dict[str, Any]:
    start = node(
        "it",
        "logic.start",
        on={"next": "good", "busy": "busy", "error": "bad"},
        **{
            "to": "{{ $message.text }}",
            "channel": "chat",
            "workflow": "invited",
            "input": {"host": "Ann"},
            **properties,
        },
    )
    ends = (say("good", "Invited."), say("busy", "Busy."), say("bad", "{{ $it.code }}"))
    return flow(START, start, *ends)


WATCHED = node("it", "chatbot.ask", text="Name?", variable="name", on={"answered": "bye", "undelivered": "lost"})
LOST = say("lost", "Lost {{ $it.code }}.")
HANDOFF = node("it", "logic.handoff", results=["refund"], timeout="10m", on={"returned": "back", "timeout": "late"})
BACK = say("back", "{{ $it.person }}: {{ $it.note }} {{ refund }}")

SCRIPTS = (
    Script(
        name="an answer that does not fit",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "chatbot.ask",
                    text="How many?",
                    expect="integer",
                    retries=1,
                    variable="n",
                    on={"answered": "bye", "invalid": "no"},
                ),
                BYE,
                say("no", "No number."),
            )
        ],
        acts=[Says(text=each) for each in ("hi", "many", "2", "hi", "many", "lots")],
    ),
    Script(
        name="buttons, also of an older question",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "chatbot.menu",
                    text="Dish?",
                    options=[{"id": "a", "label": "Soup"}, {"id": "b", "label": "Pie"}],
                    variable="dish",
                    on={"a": "size", "b": "size"},
                ),
                node(
                    "size",
                    "chatbot.menu",
                    text="Size?",
                    options=[{"id": "a", "label": "Small"}, {"id": "b", "label": "Big"}],
                    variable="size",
                    on={"a": "bye", "b": "bye"},
                ),
                say("bye", "{{ size }} {{ dish }}"),
            )
        ],
        acts=[
            Says(text="hi"),
            Presses(button="Soup"),
            Presses(button="Pie", of="Dish?"),
            Presses(button="Big"),
            Presses(button="Big"),
        ],
    ),
    Script(
        name="buttons by WhatsApp",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "chatbot.menu",
                    text="Dish?",
                    options=[{"id": "a", "label": "Soup"}, {"id": "b", "label": "Pie"}],
                    variable="dish",
                    on={"a": "size", "b": "size"},
                ),
                node(
                    "size",
                    "chatbot.menu",
                    text="Size?",
                    options=[{"id": "a", "label": "Small"}, {"id": "b", "label": "Big"}],
                    variable="size",
                    on={"a": "bye", "b": "bye"},
                ),
                say("bye", "{{ size }} {{ dish }}"),
            )
        ],
        channel="whatsapp",
        acts=[Says(text="hi"), Presses(button="Soup"), Presses(button="Pie", of="Dish?"), Presses(button="Big")],
    ),
    Script(
        name="a visitor opens the chat",
        documents=[flow(node("opened", "chatbot.opened", next="it"), START, NAME, BYE)],
        acts=[Opens(), Opens(), Says(text="Ann"), Opens(), Says(text="hi")],
    ),
    Script(
        name="a photo and a place",
        documents=[
            flow(
                START,
                node("it", "chatbot.ask", text="Where?", expect="location", variable="at", next="photo"),
                node("photo", "chatbot.ask", text="Photo?", expect="media", variable="photo", next="bye"),
                say("bye", "{{ at.label }} {{ photo.url }}"),
            )
        ],
        acts=[
            Says(text="hi"),
            Says(text="here"),
            Says(text="", location=Location(latitude=52.5, longitude=13.4, label="Berlin")),
            Says(text="this", media=[Media(url="https://files.test/1.jpg", content_type="image/jpeg")]),
        ],
    ),
    Script(
        name="reminders and timeouts",
        documents=[
            flow(
                START,
                node(
                    "it",
                    "chatbot.ask",
                    text="Name?",
                    variable="name",
                    timeout="24h",
                    reminders=[{"after": "1h", "text": "Still there?"}],
                    on={"answered": "bye", "timeout": "late"},
                ),
                BYE,
                say("late", "Late."),
            )
        ],
        acts=[
            Says(text="hi"),
            TimePasses(),
            TimePasses(),
            Says(text="hi"),
            TimePasses(),
            Says(text="Ann"),
            TimePasses(),
        ],
    ),
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
                    "{{ $contact.name }} {{ $contact.timeZone }} {{ $contact.id is none }} {{ $contact.created is none }} {{ $contact.lastSeen is none }} {{ $contact.groups | join(' ') }}",
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
