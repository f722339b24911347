"""Conversations written by hand: questions, buttons, files and reminders."""

from __future__ import annotations

from botflow.engine.inbound import Location, Media
from tests.engine.conversation import node, say
from tests.testing.likeness.acts import (
    Opens,
    Presses,
    Says,
    Script,
    TimePasses,
)
from tests.testing.likeness.written_flows import (
    BYE,
    MENUS,
    NAME,
    START,
    flow,
)

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
        documents=[MENUS],
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
        documents=[MENUS],
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
)
