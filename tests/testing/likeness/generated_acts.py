"""Acts drawn at random, such as make sense where the conversation is."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from botflow.engine.inbound import Location, Media
from tests.testing.likeness.acts import (
    Act,
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
    Starts,
    TimePasses,
    Writes,
)
from tests.testing.likeness.generated_flows import GENERATED
from tests.testing.likeness.simulated import Simulated

SAID = (
    "red",
    "Blue",
    "yes",
    "no",
    "2",
    "7",
    "I am hungry",
    "help",
    "back",
    "12:30",
    "ann@example.com",
    "a lot",
    "confirm",
)
PHONE = ("STOP", "START", "HELP", "please stop texting me", "YES")
OPT_OUTS = ("STOP", "please stop texting me")
WHO = ("ann", "ann", "ann", "ann", "bea", "cay")


def drawing(draw: Random, acts: int) -> Callable[[Simulated], Act | None]:
    """Return what draws the next act, `acts` times."""
    left = acts

    def next_act(simulated: Simulated) -> Act | None:
        nonlocal left
        left -= 1
        if left < 0:
            return None
        return _one(draw, simulated)

    return next_act


def _one(draw: Random, simulated: Simulated) -> Act:
    who = draw.choice(WHO)
    is_generated = simulated.talk.flow.id == GENERATED
    workflow = "invited" if is_generated and who != "ann" and draw.random() < 0.7 else ""
    talk = simulated.of(Act(who=who, workflow=workflow))
    handoff = talk.conversation.state.handoff
    words: tuple[str, ...] = SAID if simulated.script.channel == "chat" or draw.random() < 0.8 else PHONE
    if words is PHONE and handoff is not None and handoff.person:
        # The opt-out counts at once. Its confirmation may wait in production, until the person gives back.
        words = tuple(word for word in PHONE if word not in OPT_OUTS)
    kinds: list[tuple[Act | None, int]] = [
        (Says(who=who, workflow=workflow, text=draw.choice(words)), 10),
        (
            Says(
                who=who,
                workflow=workflow,
                text="",
                media=[Media(url="https://files.test/1.jpg", content_type="image/jpeg")],
            ),
            1,
        ),
        (Says(who=who, workflow=workflow, text="", location=Location(latitude=1.0, longitude=2.0)), 1),
        (TimePasses(), 4),
        (
            Starts(
                who=who, workflow=workflow, input={"host": "x"} if workflow else {"n": 1}, key=draw.choice(("", "k"))
            ),
            1,
        ),
        (Opens(who=who), 1),
    ]
    if is_generated:
        kinds.append((Runs(workflow=draw.choice(("double", "slow")), input={"n": 2}), 1))
        kinds.append((Emits(event="told", payload={"n": draw.choice((1, 9))}), 1))
    if simulated.script.channel != "chat":
        kinds.append((Rings(who=who), 1))
    # A button of any message that the person has got, also of an old one.
    shown = [message for message in talk.conversation.said if message.quick_replies or message.cards]
    if shown:
        message = draw.choice(shown[-3:])
        buttons = [*message.quick_replies, *(each for card in message.cards for each in card.buttons)]
        kinds.append((Presses(who=who, workflow=workflow, button=draw.choice(buttons).title, of=message.text), 5))
    if any(watched.is_awaited for watched in simulated.talk.deployment.watched):
        kinds.append((Delivery(state=draw.choice(("sent", "delivered", "failed")), code="30005"), 8))
    if talk.conversation.state.frames or handoff is not None:
        kinds.append((Claims(who=who, workflow=workflow, person=draw.choice(("Maria", "Luigi"))), 6 if handoff else 1))
    if handoff is not None:
        kinds.append((Returns(who=who, workflow=workflow, values={"word": "blue"}), 4))
        if talk.conversation.state.awaits_return:
            kinds.append((Releases(who=who, workflow=workflow), 2))
        if handoff.person and not talk.conversation.parked:
            kinds.append((Writes(who=who, workflow=workflow), 3))
    acts, weights = zip(*kinds, strict=True)
    chosen: Act = draw.choices(acts, weights)[0]
    return chosen
