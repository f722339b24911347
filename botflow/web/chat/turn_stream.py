"""One message and all that its turn says, as it happens: for protocols in which one request is one turn.

The messages come from the database by cursor, as those of `events.Stream` do; drafts come as signals, which may be
lost. A reader that goes away ends nothing: the turn goes on, and the same message again, under the same id, is the same
turn.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, ExitStack, aclosing
from typing import Any, Literal

from starlette.types import Scope

from botflow.engine.inbound import CHAT
from botflow.records.sessions import SessionKey
from botflow.records.turns import Receipt, TurnId
from botflow.runtime.served_flows import LiveFlow
from botflow.runtime.turns.receive import check_token
from botflow.runtime.turns.signals import Mailbox, Typing, Woken
from botflow.values import value
from botflow.web.auth.callers import Caller, Visitor, external_id_of
from botflow.web.chat.body import Posted
from botflow.web.chat.file_links import SessionLinks
from botflow.web.chat.saying import say
from botflow.web.chat.session_stream import HEARTBEAT_S, PAGE, shown_draft, shown_message
from botflow.web.context import Desk, conversation_status

FOLLOWED_S = 300.0  # a turn that takes longer goes on, and its reader comes again


@value(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a conversation is before a request. `session` is 0 before its first message. `heard` are the turns of the
    person's newest messages, newest first, and `newest` is the text of the last one; `status` is the conversation's,
    and `is_running` says that the turn of that message, or a later one, is under way.

    `said` is the message (version, index) up to which a client has seen it. What the flow said after that came of
    itself, from a timer or a person, or in a turn that still runs."""

    session: int = 0
    heard: tuple[int, ...] = ()
    newest: str = ""
    said: tuple[int, int] = (0, 0)
    status: str = "completed"
    is_running: bool = False


@value(frozen=True, slots=True)
class Happening:
    """`message`: one that is stored. `preview`: one that the turn will say. `delta`: a piece of the reply that a model
    writes; those of a later attempt replace it. `idle`: nothing for a while. `body` as in the chat's event stream."""

    kind: Literal["message", "preview", "delta", "idle"]
    body: dict[str, Any]


@value(frozen=True, slots=True)
class Ended:
    """The end of what is read: the conversation's status, which is `running` when the turn takes longer still."""

    turn: TurnId
    status: str


async def position_of(
    desk: Desk, live: LiveFlow, caller: Caller, external_id: str, seen_through: int | None = None
) -> Position:
    """Return where a person's conversation is; `seen_through` is the last turn whose answer the client has, if that is
    known. RejectedInbound `token.revoked` when the visitor's token was revoked."""
    stored = await desk.runtime.database.turns.load(SessionKey(live.workflow, CHAT, external_id))
    if not stored.id:
        return Position()
    if isinstance(caller, Visitor):
        check_token(stored)
    entries = await desk.runtime.database.transcripts.transcript(stored.id, PAGE)
    told = [entry for entry in entries if entry.direction == "in"]
    heard = tuple(entry.seq for entry in reversed(told))
    said = [entry for entry in entries if entry.direction == "out"]
    if heard:
        through = min(heard[0], seen_through) if seen_through is not None else heard[0]
        # A client that is more than a page behind gets what is new only: the rest would be more than an answer.
        said = [entry for entry in said if entry.seq <= through] or (said if len(entries) >= PAGE else [])
    version, _, index = said[-1].id.partition(".") if said else ("0", "", "0")
    return Position(
        session=stored.id,
        heard=heard,
        newest=told[-1].text if told else "",
        said=(int(version), int(index)),
        status=conversation_status(stored),
        is_running=stored.done_seq < stored.last_seq,
    )


async def follow(
    desk: Desk, scope: Scope, live: LiveFlow, caller: Caller | None, posted: Posted, position: Position, *, size: int
) -> AsyncGenerator[TurnId | Happening | Ended]:
    """Say `posted`, and yield its turn, what was said since `position`, and what the turn says; `Ended` comes last.

    The first step raises RejectedInbound and Refused for what may not be said.
    """
    external_id = external_id_of(caller, posted.external_id or "", live.slug)
    with ExitStack() as stack:
        stack.enter_context(_place(desk, scope, live, caller, external_id))
        mailboxes: list[Mailbox] = []

        def listen(turn: TurnId) -> None:
            mailboxes.append(stack.enter_context(desk.runtime.hub.listen(turn.session)))

        receipt = await say(desk, scope, live, caller, posted, size=size, on_stored=listen)
        is_late = not mailboxes
        if is_late:
            listen(receipt.id)
        stack.enter_context(desk.news.watch(receipt.id.session))
        yield receipt.id
        links = desk.links.of(receipt.id.session, scope)
        reading = _Reading(
            desk, links, receipt, position, mailboxes[0], is_visitor=isinstance(caller, Visitor), is_late=is_late
        )
        async with aclosing(reading.run()) as happenings:
            async for happening in happenings:
                yield happening


async def follow_newest(
    desk: Desk, scope: Scope, live: LiveFlow, caller: Caller | None, external_id: str, position: Position
) -> AsyncGenerator[TurnId | Happening | Ended]:
    """Yield the turn of the person's newest message as `follow` does, and say nothing; the position has one."""
    newest = TurnId(position.session, position.heard[0])
    with (
        _place(desk, scope, live, caller, external_id),
        desk.runtime.hub.listen(newest.session) as mailbox,
        desk.news.watch(newest.session),
    ):
        receipt = await desk.runtime.database.turns.receipt(newest)
        yield newest
        links = desk.links.of(newest.session, scope)
        reading = _Reading(
            desk, links, receipt, position, mailbox, is_visitor=isinstance(caller, Visitor), is_late=True
        )
        async with aclosing(reading.run()) as happenings:
            async for happening in happenings:
                yield happening


def _place(
    desk: Desk, scope: Scope, live: LiveFlow, caller: Caller | None, external_id: str
) -> AbstractContextManager[None]:
    address = desk.address_of(scope) if isinstance(caller, Visitor) else None
    return desk.streams.place(f"{live.slug}:{external_id}", address)


class _Reading:
    """One turn, read to its end."""

    def __init__(
        self,
        desk: Desk,
        links: SessionLinks,
        receipt: Receipt,
        position: Position,
        mailbox: Mailbox,
        *,
        is_visitor: bool,
        is_late: bool,
    ) -> None:
        """`is_late`: the turn had begun before `mailbox` listened. Then no drafts are shown: the first ones are gone,
        and what is left of a sentence would be taken for all of it."""
        self._desk = desk
        self._links = links
        self._receipt = receipt
        self._is_repeat = receipt.id.seq in position.heard
        self._is_visitor = is_visitor
        self._is_late = is_late
        self._is_told = False  # the turn's messages were read: a draft that comes later is old
        self._said = position.said
        self._mailbox = mailbox

    async def run(self) -> AsyncGenerator[Happening | Ended]:
        if self._is_repeat and self._receipt.state != "new":
            for outbound in self._receipt.outbounds:
                if not outbound.message.to:
                    yield Happening("message", shown_message(outbound, self._links))
            yield Ended(self._receipt.id, await self._status())
            return
        until_s = self._desk.runtime.clock.monotonic_s() + FOLLOWED_S
        while True:
            receipt = self._receipt
            if receipt.state == "new":
                await self._check_caller()
                receipt = await self._desk.runtime.database.turns.receipt(receipt.id)
            async for message in self._messages():
                yield message
            if receipt.state != "new" or self._desk.runtime.clock.monotonic_s() >= until_s:
                break
            self._desk.news.is_running(receipt.id.session)
            async for draft in self._drafts(until_s):
                yield draft
        yield Ended(receipt.id, "failed" if receipt.state == "dead" else await self._status())

    async def _check_caller(self) -> None:
        """RejectedInbound `token.revoked` when the visitor's token was revoked meanwhile."""
        if self._is_visitor:
            stored = await self._desk.runtime.database.turns.load_by_id(self._receipt.id.session)
            if stored is not None:
                check_token(stored)

    async def _messages(self) -> AsyncGenerator[Happening]:
        """Yield what was said since the last look."""
        transcripts = self._desk.runtime.database.transcripts
        while True:
            page = await transcripts.messages_after(self._receipt.id.session, self._said, PAGE)
            for outbound in page:
                self._said = (outbound.version, outbound.index)
                self._is_told = self._is_told or outbound.seq == self._receipt.id.seq
                yield Happening("message", shown_message(outbound, self._links))
            if len(page) < PAGE:
                return

    async def _drafts(self, until_s: float) -> AsyncGenerator[Happening]:
        """Yield drafts of the turn as they come; return when the database should be read again."""
        clock = self._desk.runtime.clock
        while (left_s := until_s - clock.monotonic_s()) > 0:
            signal = await self._mailbox.get(min(HEARTBEAT_S, left_s))
            if isinstance(signal, Woken):
                return
            if signal is None or isinstance(signal, Typing) or self._is_late:
                yield Happening("idle", {})
            elif signal.seq == self._receipt.id.seq and not self._is_told:
                for kind, body in shown_draft(signal, self._links):
                    yield Happening(kind, body)

    async def _status(self) -> str:
        stored = await self._desk.runtime.database.turns.load_by_id(self._receipt.id.session)
        return conversation_status(stored) if stored is not None else "completed"
