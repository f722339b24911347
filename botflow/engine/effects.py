"""What follows a turn's commit: messages to send, runs and conversations to start, events to emit, ends to report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

import orjson

from botflow.engine.inbound import Media
from botflow.engine.speech.buttons import Card, QuickReply
from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Send a message. `to` is empty for the session's own person, else an address on `channel` (such as `sms`).

    `sender` is the address to send from; empty for the one the person wrote to. For a node that waits for the delivery,
    `awaited_by` is the wait's group, and `awaited` the status that ends the wait: with "failed" only that it does not
    arrive. After `validity_s` seconds it is not
    sent any more; with `ordering` "sent" it leaves once the message before it has left. `content_sid` names a template
    at the provider, and `content_variables` holds the template's values. `author` is the person who wrote it, "" for
    the flow, and `author_picture` the address of their picture. `typing_s` is how long a chat shows that the bot
    writes, before it shows the message.

    `question` (`workflow/node`) and `language` are those of a message whose buttons answer a question; a channel reads
    them when it renders the message. Only a chat stores the question, whose pages send it back with a press. Of a
    rendered part, `only_by_api` says that a webhook's reply cannot carry it, and `list_title` is the word on the button
    that opens its options as a list.

    `node` is what said it, where people are asked for feedback, "" elsewhere; a subflow's has the workflow in front
    (`refund/ask_reason`). It is stored beside the message, and does not tell two messages apart.
    """

    text: str
    media: tuple[Media, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    channel: str = ""
    to: str = ""
    sender: str = ""
    awaited_by: str = ""
    awaited: Literal["", "sent", "delivered", "failed"] = ""
    validity_s: float | None = None
    ordering: Literal["", "sent"] = ""
    content_sid: str = ""
    content_variables: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    author_picture: str = ""
    cards: tuple[Card, ...] = ()
    typing_s: float = 0.0
    list_title: str = ""
    only_by_api: bool = False
    question: str = ""
    language: str = ""
    node: str = field(default="", compare=False)

    def to_json(self) -> dict[str, Any]:
        full: dict[str, Any] = {
            "text": self.text,
            "media": [medium.to_json() for medium in self.media],
            "quickReplies": [reply.to_json() for reply in self.quick_replies],
            "channel": self.channel,
            "to": self.to,
            "sender": self.sender,
            "awaitedBy": self.awaited_by,
            "awaited": self.awaited,
            "validity": self.validity_s,
            "ordering": self.ordering,
            "contentSid": self.content_sid,
            "contentVariables": self.content_variables,
            "author": self.author,
            "authorPicture": self.author_picture,
            "cards": [card.to_json() for card in self.cards],
            "typing": self.typing_s,
            "listTitle": self.list_title,
            "onlyByApi": self.only_by_api,
            "language": self.language if self.only_by_api else "",
            "question": self.question,
        }
        return {name: value for name, value in full.items() if value or name == "text"}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> SendMessage:
        return cls(
            text=stored["text"],
            media=tuple(Media.from_json(medium) for medium in stored.get("media", ())),
            quick_replies=tuple(map(QuickReply.from_json, stored.get("quickReplies", ()))),
            channel=stored.get("channel", ""),
            to=stored.get("to", ""),
            sender=stored.get("sender", ""),
            awaited_by=stored.get("awaitedBy", ""),
            awaited=stored.get("awaited", ""),
            validity_s=stored.get("validity"),
            ordering=stored.get("ordering", ""),
            content_sid=stored.get("contentSid", ""),
            content_variables=stored.get("contentVariables", {}),
            author=stored.get("author", ""),
            author_picture=stored.get("authorPicture", ""),
            cards=tuple(map(Card.from_json, stored.get("cards", ()))),
            typing_s=stored.get("typing", 0.0),
            list_title=stored.get("listTitle", ""),
            only_by_api=stored.get("onlyByApi", False),
            language=stored.get("language", ""),
            question=stored.get("question", ""),
        )


@value(frozen=True, slots=True, kw_only=True)
class StartRun:
    """Start a run, which reports to the session's wait of this `group` as `branch`; with group "" no node waits for it.

    `workflow` is another workflow's id; empty for a branch of this very version, which begins at `node` of the graph
    `flow` ("" for the workflow's own). `input` is the trigger's input; for a branch, its variables. Its large variables
    are named in `kept` instead, and stored with the execution `kept_of`.
    """

    branch: str
    group: str = ""
    workflow: str = ""
    flow: str = ""
    node: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    kept_of: str = ""


@value(frozen=True, slots=True, kw_only=True)
class CancelRuns:
    """Cancel the runs that this session started for the wait of `group` and that have not ended."""

    group: str


@value(frozen=True, slots=True, kw_only=True)
class EmitEvent:
    """Start every workflow whose trigger listens to the event `name`."""

    name: str
    payload: Any = None


@value(frozen=True, slots=True, kw_only=True)
class StartConversation:
    """Start a conversation with the person at the address `to` of `channel`, and tell the session's wait of this
    `group` what became of it.

    `workflow` is the id of a workflow; "" is the session's own. Messages come from our address `sender`, "" for that of
    the session. `input` is the trigger's input. The same `key` again starts nothing more; without one, each visit of
    the node starts once.
    """

    group: str
    to: str
    channel: str
    workflow: str = ""
    sender: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


@value(frozen=True, slots=True, kw_only=True)
class ReportEnd:
    """Tell the parent how this run ended: completed, failed or cancelled."""

    session: int
    group: str
    branch: str
    status: str
    output: Any = None
    error: Mapping[str, Any] | None = None


@value(frozen=True, slots=True, kw_only=True)
class TellOfHandoff:
    """Run what tells people of a handoff: a branch of this version that begins at `node` of the graph `flow`, with
    these variables and one named `handoff`."""

    node: str
    flow: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@value(frozen=True, slots=True, kw_only=True)
class OpenHandoff:
    """List the handoff that began with the session's `version` for people: `summary` holds variables, and `results`
    names those that the person may fill in. Once it is listed, `tell` runs."""

    version: int
    node: str
    queue: str
    priority: int
    note: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)
    results: tuple[str, ...] = ()
    tell: TellOfHandoff | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> OpenHandoff:
        tell = stored.get("tell")
        return cls(**{**stored, "tell": TellOfHandoff(**tell) if tell else None})


@value(frozen=True, slots=True, kw_only=True)
class CloseHandoff:
    """Take the handoff that began with the session's `version` off the list: no person is to have it any more."""

    version: int
    outcome: Literal["timed_out", "cancelled"]


@value(frozen=True, slots=True, kw_only=True)
class TellOfEnd:
    """Start the workflow's own runs that hear how the execution has ended: completed, failed or cancelled."""

    execution: str
    status: str
    error: Mapping[str, Any] | None = None


Effect = StartRun | StartConversation | CancelRuns | EmitEvent | ReportEnd | OpenHandoff | CloseHandoff | TellOfEnd


def input_size(effect: Effect) -> int:
    """Return the bytes of JSON that an effect hands to another workflow's run; 0 for other effects, also for a branch,
    whose variables are its session's."""
    match effect:
        case StartRun(workflow=workflow, input=given) if workflow:
            return len(orjson.dumps(given))
        case StartConversation(input=given):
            return len(orjson.dumps(given))
        case EmitEvent(payload=payload):
            return len(orjson.dumps(payload))
        case _:
            return 0
