"""What a person does: writes, presses a button, sends a picture, shares a place, opens the chat, calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botflow.engine.effects import SendMessage
from botflow.engine.events import InboundIgnored
from botflow.engine.inbound import CHAT, Inbound, InboundKind, Location, Media
from botflow.engine.speech.buttons import QuickReply, marked
from botflow.errors import UsageError
from botflow.nodes.triggers.missed_call import MissedCallProperties
from botflow.testing.hearing import Expected, complaint, is_heard
from botflow.testing.simulated.conversation_starts import ConversationStart, begin
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.talks.conversation import Conversation
from botflow.testing.transcript import TranscriptLine, person_did


class PersonActs(Conversation):
    """Each act is one inbound; it returns the texts of the reply."""

    def says(
        self, text: str, *, payload: str = "", media: Sequence[Media] = (), location: Location | None = None
    ) -> list[str]:
        """Send a message. As in production, it stays queued while the flow waits for something other than a message,
        and is left to the person who has the conversation.

        A provider's words are what they are there: STOP by SMS opts the person out, START in again. UsageError
        `simulator.no_trigger` when no execution is under way and no trigger takes it.
        """
        is_plain = not payload and not media and location is None
        channel = self.conversation.channel
        consent = self.deployment.channels.consent_in(text, channel) if is_plain else ""
        return self._send("message", text=text, payload=payload, media=tuple(media), location=location, consent=consent)

    def presses(self, button: str, *, of: Expected | None = None) -> list[str]:
        """Press a button by its title or its payload: of the last message that had any, or of the last one that is
        like `of`, as people do with old messages."""
        __tracebackhide__ = True
        shown = [message for message in reversed(self.conversation.said) if _buttons(message)]
        meant = next((message for message in shown if of is None or is_heard(of, message)), None)
        offered = _buttons(meant) if meant is not None else ()
        for reply in offered:
            if button in (reply.title, reply.payload) and reply.url:
                raise AssertionError(
                    complaint(f"the button {button!r} opens {reply.url}: the flow hears nothing", self._standing())
                )
            if button in (reply.title, reply.payload) and meant is not None:
                return self.says(reply.title, payload=self._payload(meant, reply))
        titles = ", ".join(repr(reply.title) for reply in offered)
        raise AssertionError(
            complaint(f"there is no button {button!r} to press; there are: {titles or 'none'}", self._standing())
        )

    def sends_media(self, url: str, content_type: str = "", *, text: str = "") -> list[str]:
        """Send a picture or a file, by its address at the provider."""
        return self.says(text, media=(Media(url=url, content_type=content_type),))

    def shares_location(self, latitude: float, longitude: float, label: str = "") -> list[str]:
        """Share a place, in degrees."""
        return self.says("", location=Location(latitude=latitude, longitude=longitude, label=label))

    def opens(self) -> list[str]:
        """Open the chat for the first time, without saying anything yet: `chatbot.opened` greets. A visitor who comes
        back finds the conversation as it was, so a second time is a UsageError `simulator.unheard`."""
        if self.conversation.channel != CHAT:
            raise UsageError(
                f"only the chat is opened, and this person is on the channel {self.conversation.channel!r}",
                code="simulator.unheard",
                hint="leave the person's channel out, or use says()",
            )
        if self.conversation.turns:
            raise UsageError(
                "this visitor is in the chat already: a flow hears only of the first opening",
                code="simulator.unheard",
                hint="use opens() before says(), or with_person('another visitor').opens()",
            )
        return self._send("opened")

    def rings(self, number: str = "") -> list[str]:
        """Call our `number`, by default that of `Person(address=...)`: `trigger.missed_call` begins a conversation.

        UsageError `simulator.unheard` for a visitor of the chat, who has no phone, and for a flow without such a
        trigger; RejectedInbound `session.busy` or `session.opted_out` where production leaves the caller alone.
        """
        conversation = self.conversation
        if conversation.channel == CHAT:
            raise UsageError(
                "a visitor of the chat has no phone to call with",
                code="simulator.unheard",
                hint="person=Person(channel='sms', ...)",
            )
        if not any(isinstance(node.properties, MissedCallProperties) for node in conversation.flow.triggers):
            raise UsageError(
                f"no trigger.missed_call of {conversation.flow.id!r} hears a call",
                code="simulator.unheard",
                hint="a node of type trigger, actionType missed_call",
            )
        number = number or self._person.address
        self._begin_act()
        call = f"call-{next(self.deployment.calls)}"
        begin(
            self.deployment,
            ConversationStart(
                flow=conversation.flow,
                channel=conversation.channel,
                address=conversation.sender,
                by="missed_call",
                input={"caller": conversation.sender, "number": number, "call": call},
                key=f"call:{call}",
                sender=number,
            ),
        )
        self.conversation.transcript.append(
            TranscriptLine(at=self.deployment.clock.now(), speaker="person", text="(calls)")
        )
        return self._settle()

    def _payload(self, message: SendMessage, reply: QuickReply) -> str:
        """Return what comes back: a provider's messages keep their buttons, which are marked with their question."""
        is_marked = message.question and self.conversation.channel != CHAT and not reply.payload.startswith("@")
        return marked(message.question, reply.payload) if is_marked else reply.payload

    def _send(self, kind: InboundKind, **fields: Any) -> list[str]:
        flow = self.conversation.flow
        if flow.mode == "single" and all(node.type.startswith("trigger.") for node in flow.triggers):
            raise UsageError(
                f"no message starts the workflow {flow.id!r}", code="simulator.no_person", hint="use trigger()"
            )
        self._begin_act()
        person = self._person
        provider = person.provider_for(flow, self.deployment.channels)
        inbound = self.deployment.queue(self.conversation, kind, provider=provider, address=person.address, **fields)
        self.conversation.transcript.append(person_did(inbound))
        came = self._settle()
        if InboundIgnored("no_trigger") in self.events:
            raise UsageError(
                f"no execution is under way, and no trigger of {flow.id!r} takes this {_named(inbound)}",
                code="simulator.no_trigger",
                hint=_how_it_starts(self.conversation),
            )
        return came


def _buttons(message: SendMessage) -> tuple[QuickReply, ...]:
    """Return the buttons below a message and on its cards."""
    return (*message.quick_replies, *(button for card in message.cards for button in card.buttons))


def _named(inbound: Inbound) -> str:
    carried = f" by {inbound.provider!r}" if inbound.provider else ""
    return f"{inbound.kind} on the channel {inbound.channel!r}{carried}"


def _how_it_starts(conversation: SimulatedSession) -> str:
    """Say what a test may do instead: start the conversation otherwise, or let another person talk."""
    ways = {
        "trigger.manual": "trigger()",
        "trigger.missed_call": "rings()",
        "chatbot.opened": "opens()",
    }
    possible = [ways[node.type] for node in conversation.flow.triggers if node.type in ways]
    if possible:
        return f"begin the conversation by {' or '.join(possible)}"
    return "say who talks, and how: person=Person(channel=..., provider=...)"
