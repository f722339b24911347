"""Generated orders of a handoff's return, STOP and START over SMS: the bot is silent after STOP, and the flow goes on
after START, once, wherever they met.

Each order is a person of their own. `root` hands off at the first message; START may also be written to `other`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from itertools import permutations
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import Connection, select

from botflow.engine.effects import OpenHandoff
from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.sessions import StoredSession
from botflow.service.sessions.conversation_changes import ConversationChanges
from botflow.storage.database import Database
from botflow.storage.runs.handoff_rows import open_row
from botflow.storage.runs.handoffs import release
from botflow.storage.tables import handoffs, inbounds, outbounds
from tests.engine.conversation import node, say
from tests.organizations import HOME
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import HELLO, Town, open_town

DESK = (
    node("agent", "logic.handoff", next="back", timeout="1h"),
    node("back", "chatbot.ask", text="Back: {{ $agent.note }}.", variable="yes", next="bye"),
    say("bye", "Bye."),
)
ACTS = ("claim", "return", "release", "run", "STOP", "START")
ORDERS = [order for order in permutations(ACTS) if order.index("STOP") < order.index("START")][::9]
STAFF = Principal(organization=HOME, actor="key:1", scopes=frozenset())


class Caller:
    """A person whose conversation waits for Maria."""

    def __init__(self, town: Town, number: int, elsewhere: Any) -> None:
        self._town = town
        self._phone = f"+1212555{number:04d}"
        self._elsewhere = elsewhere
        self._session = 0

    async def begin(self) -> None:
        await self._town.hear(self._phone, "hi", self._elsewhere)
        await self._town.queue(self._phone, "hi")
        await self._town.advance(self._phone)
        [request] = [effect for effect in self._town.bot.committed[-1].turn.effects if isinstance(effect, OpenHandoff)]
        self._session = (await self._stored()).id
        await self._write(lambda connection: open_row(connection, self._session, request))

    async def do(self, act: str) -> str:
        """Do it; return its refusal's code."""
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "claim": lambda: self._change(lambda changes, one, locked: changes.hand_off_locked(one, locked, "Maria")),
            "return": lambda: self._change(
                lambda changes, one, locked: changes.give_back_locked(one, locked, replay=False, note="done")
            ),
            "release": lambda: self._change(_release),
            "run": lambda: self._town.advance(self._phone),
            "STOP": lambda: self._town.queue(self._phone, "STOP"),
            "START": lambda: self._town.queue(self._phone, "START"),
            "START elsewhere": lambda: self._town.hear(self._phone, "START", self._elsewhere),
        }
        try:
            await acts[act]()
        except RejectedInbound as refused:
            return refused.code
        return ""

    async def said(self) -> list[str]:
        """Return what the bot has said in `root`."""
        rows = select(outbounds.c.body).where(outbounds.c.session_id == self._session)
        return [row.body["text"] for row in await self._read(rows.order_by(outbounds.c.version))]

    async def is_parked(self) -> bool:
        return (await self._stored()).parked

    async def has_handoff(self) -> bool:
        return (await self._stored()).session.handoff is not None

    async def has_person(self) -> bool:
        handoff = (await self._stored()).session.handoff
        return handoff is not None and bool(handoff.person)

    async def left(self) -> tuple[list[str], int]:
        """Return the kinds of what waits, and how many handoffs are listed as open."""
        waiting = await self._read(
            select(inbounds.c.kind).where(inbounds.c.session_id == self._session, inbounds.c.state == "new")
        )
        is_open = handoffs.c.ended_at.is_(None)
        listed = await self._read(select(handoffs.c.version).where(handoffs.c.session_id == self._session, is_open))
        return [row.kind for row in waiting], len(listed)

    async def answers(self) -> None:
        await self._town.queue(self._phone, "yes")
        await self._town.advance(self._phone)

    async def _stored(self) -> StoredSession:
        return await self._town.database.turns.load(self._town.bot.key(self._phone, "sms"))

    async def _change(self, change: Callable[[ConversationChanges, Connection, Any], object]) -> None:
        changes = ConversationChanges(STAFF)
        await self._write(lambda one: change(changes, one, changes.locked(one, self._session)))
        self._town.bot.hot.forget(self._town.bot.key(self._phone, "sms"))

    async def _write(self, change: Callable[[Connection], object]) -> None:
        await self._town.database.engine.write(lambda connection: change(connection) and None)

    async def _read(self, statement: Any) -> Sequence[Any]:
        return await self._town.database.engine.read(lambda connection: connection.execute(statement).all())


def _release(changes: ConversationChanges, connection: Connection, locked: Any) -> None:
    if locked.session.handoff is not None and locked.session.awaits_return:
        release(connection, locked)


@pytest.mark.parametrize(
    ("start", "policy"), [("START", {}), ("START elsewhere", {}), ("START", {"countries": ["US"]})]
)
async def test_a_return_and_a_stop_in_any_order_lose_nothing_and_say_nothing(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel, start: str, policy: dict[str, Any]
) -> None:
    """With `countries` each message of theirs has a turn in the queue."""
    seen: Counter[str] = Counter()
    async with open_town(database, twilio, channel, *DESK, **policy) as town:
        elsewhere = await town.workflow("other", *HELLO)
        for number, order in enumerate(ORDERS):
            caller = Caller(town, number, elsewhere)
            await caller.begin()
            stopped, started = order.index("STOP"), order.index("START")
            for place, act in enumerate(order):
                before = await caller.said()
                refused = await caller.do(start if act == "START" else act)
                seen[refused or act] += 1
                assert not stopped <= place <= started or await caller.said() == before, (order, act)
                assert not (act == "START" and await caller.has_person() and await caller.is_parked()), order
            for act in ("run", start, "run"):
                await caller.do(act)
            if await caller.has_handoff():
                seen["returned at last"] += 1
                assert [await caller.do(act) for act in ("return", "run")] == ["", ""], order
            assert await caller.left() == ([], 0), order
            await caller.answers()
            assert await caller.said() == ["Back: done.", "Bye."], order
    assert min(seen["return"], seen["session.opted_out"], seen["returned at last"]) > 0, seen


async def test_a_start_whose_process_died_is_heard_with_the_return(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *DESK, countries=["US"]) as town:
        caller = Caller(town, 0, await town.workflow("other", *HELLO))
        await caller.begin()
        assert [await caller.do(act) for act in ("claim", "STOP", "return")] == ["", "", "session.opted_out"]
        town.bot.world.crashes["accept.stored"] = 1
        with pytest.raises(RuntimeError, match="crash"):
            await caller.do("START")

        assert [await caller.do(act) for act in ("return", "run")] == ["", ""]

        assert await caller.said() == ["Back: done."]
        assert await caller.left() == ([], 0)
