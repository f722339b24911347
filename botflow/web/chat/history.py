"""The conversation so far, both directions, in bounded pages, for a reloaded page.

Entries are in the order in which they were said. An entry's id is a cursor: `after` it returns the later ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Scope

from botflow.engine.effects import SendMessage
from botflow.errors import RejectedInbound
from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TranscriptEntry
from botflow.storage.transcripts import Transcripts
from botflow.web.chat.body import LONGEST_ID
from botflow.web.chat.file_links import SessionLinks

PAGE = 50
LARGEST_PAGE = 200
OF_MESSAGES = "m:"  # the keys of what was posted, before their messageIds
PAGES_BACK = 50  # a reader that is further behind starts over
# The largest values of a cursor's columns: a version or a seq, and an index. A larger value is after every message.
LARGEST = 2**31 - 1
LARGEST_INDEX = 2**15 - 1
_OUT = re.compile(r"([0-9]{1,15})\.([0-9]{1,9})")
_IN = re.compile(r"i([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a conversation: after a message of the workflow (version, index), or of the person (seq)."""

    said: tuple[int, int] | None
    heard: int | None

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read a message's id; RejectedInbound `cursor.invalid` when it is malformed."""
        if match := _OUT.fullmatch(text):
            return cls((min(int(match[1]), LARGEST), min(int(match[2]), LARGEST_INDEX)), None)
        if match := _IN.fullmatch(text):
            return cls(None, min(int(match[1]), LARGEST))
        raise RejectedInbound(
            "this is not the id of a message", code="cursor.invalid", hint="send the id of the last message you have"
        )

    def covers(self, entry: TranscriptEntry) -> bool:
        """Say whether a reader at this position has `entry`; only entries of the same direction can tell."""
        if entry.direction == "in":
            return self.heard is not None and entry.seq <= self.heard
        if self.heard is not None:
            return entry.seq < self.heard
        match = _OUT.fullmatch(entry.id)
        return match is not None and (int(match[1]), int(match[2])) <= (self.said or (0, 0))


@dataclass(frozen=True, slots=True)
class Query:
    """The query of a reader."""

    after: Cursor | None = None
    before: int | None = None
    limit: int = PAGE
    external_id: str = ""
    ticket: str = ""

    @classmethod
    def of(cls, scope: Scope) -> Query:
        fields = query_fields(scope)
        after = fields.get("after", "")
        return cls(
            after=Cursor.parse(after) if after else None,
            before=_number(fields, "before", LARGEST),
            limit=_number(fields, "limit", LARGEST_PAGE) or PAGE,
            external_id=external_id_in(fields),
            ticket=fields.get("ticket", ""),
        )


async def read_page(transcripts: Transcripts, session: int, query: Query, links: SessionLinks) -> dict[str, Any]:
    """Return a page as JSON: the newest entries (`earlier` leads further back), or those after a cursor (`more`)."""
    if query.after is not None:
        following = await _following(transcripts, session, query.after)
        page = following[: query.limit]
        return {"messages": _visible(page, links), "more": len(following) > len(page)}
    entries, earlier = await _page_back(transcripts, session, query.limit, query.before)
    return {"messages": _visible(entries, links), "earlier": earlier}


def message_json(outbound: StoredOutbound, links: SessionLinks) -> dict[str, Any]:
    """Return a message of the workflow, in the form for chat clients."""
    return said_json(outbound.wire_id, outbound.message, links)


def said_json(wire_id: str, message: SendMessage, links: SessionLinks) -> dict[str, Any]:
    """Return a message in the form for chat clients."""
    shown: dict[str, Any] = {
        "id": wire_id,
        "type": "text",
        "text": message.text,
        "quickReplies": [reply.to_json() for reply in message.quick_replies],
    }
    if message.question:
        shown["question"] = message.question
    if message.author:
        shown["author"] = message.author
    if message.author_picture:
        shown["authorPicture"] = message.author_picture
    if message.media:
        shown["media"] = links.shown(medium.to_json() for medium in message.media)
    if message.cards:
        shown["cards"] = _shown_cards([card.to_json() for card in message.cards], links)
    if message.typing_s:
        shown["typing"] = message.typing_s
    return shown


def _shown_cards(cards: list[dict[str, Any]], links: SessionLinks) -> list[dict[str, Any]]:
    """Return cards with the addresses of their pictures as this client can open them."""
    return [{**card, "picture": links.shown([card["picture"]])[0]} if "picture" in card else card for card in cards]


async def _page_back(
    transcripts: Transcripts, session: int, limit: int, before: int | None
) -> tuple[list[TranscriptEntry], int | None]:
    """Return a page that begins with a whole turn, and the turn before which the next page back ends."""
    entries = await transcripts.transcript(session, limit, before)
    if len(entries) < limit:
        return entries, None
    first = entries[0].seq
    whole = [entry for entry in entries if entry.seq != first] or entries
    return whole, whole[0].seq


async def _following(transcripts: Transcripts, session: int, cursor: Cursor) -> list[TranscriptEntry]:
    """Return every entry after `cursor`: read backwards until it is found, because readers are rarely far behind."""
    following: list[TranscriptEntry] = []
    before: int | None = None
    for _ in range(PAGES_BACK):
        entries, before = await _page_back(transcripts, session, LARGEST_PAGE, before)
        for position in range(len(entries) - 1, -1, -1):
            if cursor.covers(entries[position]):
                return entries[position + 1 :] + following
        following = entries + following
        if before is None:
            break
    return following


def _visible(entries: list[TranscriptEntry], links: SessionLinks) -> list[dict[str, Any]]:
    """Leave out messages to other addresses, and empty ones."""
    return [
        _entry_json(entry, links)
        for entry in entries
        if (entry.text or entry.body.get("media") or entry.body.get("cards") or entry.body.get("location"))
        and not (entry.direction == "out" and entry.body.get("to"))
    ]


def _entry_json(entry: TranscriptEntry, links: SessionLinks) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": entry.id,
        "type": "text",
        "direction": entry.direction,
        "text": entry.text,
        "quickReplies": entry.body.get("quickReplies", []),
        "turn": entry.seq,
        "at": entry.at.isoformat(),
    }
    if entry.key.startswith(OF_MESSAGES):
        shown["messageId"] = entry.key.removeprefix(OF_MESSAGES)
    if entry.body.get("question"):
        shown["question"] = entry.body["question"]
    if entry.body.get("author"):
        shown["author"] = entry.body["author"]
    if entry.body.get("authorPicture"):
        shown["authorPicture"] = entry.body["authorPicture"]
    if entry.body.get("media"):
        shown["media"] = links.shown(entry.body["media"], are_own=entry.direction == "in")
    if entry.body.get("cards"):
        shown["cards"] = _shown_cards(entry.body["cards"], links)
    if entry.body.get("location"):
        shown["location"] = entry.body["location"]
    return shown


def query_fields(scope: Scope) -> dict[str, str]:
    """Return the query's fields; of a repeated one the last value."""
    return {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}


def external_id_in(fields: Mapping[str, str]) -> str:
    """Return the person that a query names, "" when it names none."""
    text = fields.get("externalId", "")
    if len(text) > LONGEST_ID or not text.isprintable():
        raise RejectedInbound(
            "externalId is too long or holds control characters",
            code="external_id.invalid",
            hint=f"it has at most {LONGEST_ID} printable characters",
            status=422,
        )
    return text


def _number(fields: dict[str, str], name: str, largest: int) -> int | None:
    text = fields.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15 or not 1 <= int(text) <= largest:
        raise RejectedInbound(
            f"{name} is not a number from 1 to {largest}", code="query.invalid", hint=f"correct or leave out {name}"
        )
    return int(text)
