"""A campaign on a database of its own: people with dates, looks at any time, and what they have begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botflow_twilio.channel import TwilioChannel
from sqlalchemy import Connection, func, select, update

from botflow.interfaces import Channels
from botflow.nodes import built_in
from botflow.runtime.runs.campaigns.campaigns import Campaigns
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from botflow.storage.people.changes import add_person, change_person
from botflow.storage.tables import campaign_starts, campaigns, executions, inbounds, sessions, workflows
from tests.engine.conversation import node
from tests.organizations import HOME
from tests.storage.aged_rows import change
from tests.triggering.workflows_to_start import publish

# People live in summer and winter time; nobody's zone changes its clocks on these days.
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SMS: Channels = {"sms": TwilioChannel, "whatsapp": TwilioChannel}
DATES = {"birthday": {"type": "date"}, "visit": {"type": "datetime"}, "plan": {}}


def greeting(slug: str = "greet", **properties: Any) -> dict[str, Any]:
    """Return a workflow that a campaign starts."""
    trigger = {"field": "birthday", "at": "09:00", **properties}
    nodes = [node("born", "trigger.campaign", next="hello", **trigger), node("hello", "chatbot.say", text="Hello.")]
    return {"botflow": 1, "id": slug, "nodes": nodes, "contactFields": DATES, "timeZone": "UTC"}


@dataclass(slots=True)
class Campaigning:
    """Looks of one process; `now` is what its clock says."""

    database: Database
    now: datetime = NOON
    keeper: Campaigns = field(init=False)

    def __post_init__(self) -> None:
        flows = Flows(self.database.flows, {kind.name: kind for kind in built_in()})
        self.keeper = Campaigns(self.database.engine, flows, SMS, lambda: None, lambda _: self.now)

    async def publish(self, document: dict[str, Any], since: datetime = NOON - timedelta(days=30)) -> None:
        await publish(self.database, document)
        mine = workflows.c.slug == document["id"]
        await change(self.database, update(workflows).where(mine).values(in_force_since=since))
        await self.sync()

    async def sync(self) -> None:
        await self.database.engine.write(self.keeper._sync)

    async def person(
        self, address: str, *, channel: str = "chat", groups: Sequence[str] = (), id: int = 0, **values: Any
    ) -> int:
        """Store a person, or change the one with this id."""

        def store(connection: Connection) -> int:
            found = id or add_person(connection, HOME, [(channel, address)])[0]
            change_person(connection, HOME, found, values, dict.fromkeys(groups, True))
            return found

        return await self.database.engine.write(store)

    async def look(self, most: int = 1_000) -> int:
        """Let the process look now until there is nothing more to do at once; return how often it looked."""
        await change(self.database, update(campaigns).values(next_at=self.now))
        return await self.go_on(most)

    async def go_on(self, most: int = 1_000) -> int:
        for number in range(1, most + 1):
            if not await self.keeper.start_due():
                return number
        return most

    async def begun(self) -> list[tuple[str, str]]:
        """Return who was begun a conversation with, and for which day, in the order of the starts."""
        begun = (
            select(sessions.c.external_id, inbounds.c.content)
            .join(sessions, sessions.c.id == inbounds.c.session_id)
            .where(inbounds.c.kind == "trigger")
            .order_by(inbounds.c.received_at, inbounds.c.session_id)
        )
        rows = await self.database.engine.read(lambda connection: connection.execute(begun).all())
        return [(row.external_id, row.content["parameters"]["occasion"]["date"]) for row in rows]

    async def starts(self) -> list[tuple[str, str, str]]:
        """Return every decided or waiting occasion, its outcome and its reason."""
        columns = (campaign_starts.c.occasion, campaign_starts.c.outcome, campaign_starts.c.reason)
        ordered = select(*columns).order_by(campaign_starts.c.person_id, campaign_starts.c.occasion)
        rows = await self.database.engine.read(lambda connection: connection.execute(ordered).all())
        return [tuple(row) for row in rows]

    async def rows(self) -> Sequence[Any]:
        return await self.database.engine.read(lambda connection: connection.execute(select(campaigns)).all())

    async def end_conversations(self) -> None:
        """Let all conversations have ended."""
        ended = update(sessions).values(done_seq=sessions.c.last_seq, state={}, version=sessions.c.version + 1)
        done = update(executions).values(status="completed", ended_at=func.now())
        await change(self.database, ended, update(inbounds).values(state="done"), done)
