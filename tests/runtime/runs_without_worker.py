"""Runs on a real database, without a worker: each test decides what is carried out when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from botflow.engine.inbound import Inbound
from botflow.flow.compile import compile_flow
from botflow.records.runs import RunStart, StartedRun
from botflow.records.turns import Receipt
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.executions import Executions
from botflow.runtime.runs.starts.triggers import Triggers
from botflow.storage import tables
from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.runs.starts.start import start_run
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import GREETING, Bot, open_bot
from tests.storage.aged_rows import make_due


def job(id: str, *nodes: dict[str, Any], **document: Any) -> dict[str, Any]:
    """Return a workflow that runs once: a trigger for whoever starts it, then `nodes`."""
    trigger = node("go", "trigger.manual", next=nodes[0]["id"])
    return {"botflow": 1, "id": id, "name": id, "executionMode": "single", "nodes": [trigger, *nodes], **document}


def rest(id: str, next: str = "") -> dict[str, Any]:
    """Return a node that waits for an hour."""
    waiting = node(id, "logic.wait", next=next)
    return {**waiting, "properties": {"for": "1h"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """One process's share: a bot that claims and carries out when it is told to."""

    bot: Bot
    database: Database
    carrier: Carrier
    executions: Executions

    async def start(self, workflow: str, input: Any = None, *, key: str = "", **more: Any) -> StartedRun:
        live = self.bot.flows.get(workflow)
        start = RunStart(workflow=live.workflow, flow_version=live.version, trigger="api", input=input, key=key, **more)
        return await self.database.engine.write(start_run, start)

    async def settle(self) -> None:
        """Run whatever is queued and carry out whatever follows, until nothing is left."""
        for _ in range(100):
            await self.carrier.carry_some()
            await self.bot.work()
            waiting = await self.rows(tables.inbounds, tables.inbounds.c.state == "new")
            if not waiting and not await self.rows(tables.effects):
                return
        raise AssertionError("it does not settle")

    async def rows(self, table: Any, *where: Any) -> list[Any]:
        statement = select(table).where(*where).order_by(*table.primary_key.columns)
        return await self.database.engine.read(lambda connection: list(connection.execute(statement).all()))

    async def make_due(self, session: int) -> None:
        await make_due(self.database, session)

    async def make_effects_due(self) -> None:
        await self.database.engine.write(
            lambda connection: connection.execute(update(tables.effects).values(due_at=now(-1.0)))
        )

    async def say(self, workflow: str, text: str, key: str) -> Receipt:
        """Let Ann write to another conversation than the bot's own; her message waits to be claimed."""
        inbound = Inbound(
            kind="message", key=key, received_at=datetime.now(UTC), seed=7, channel="chat", sender="ann", text=text
        )
        live = self.bot.flows.get(workflow)
        assert self.bot.desk is not None
        return await self.bot.desk.receiver.receive(live, "ann", inbound, reply_within_s=0.0)

    async def execution(self, run: StartedRun) -> Any:
        [row] = await self.rows(tables.executions, tables.executions.c.session_id == run.session)
        return row


@asynccontextmanager
async def open_runs(
    database: Database, *jobs: dict[str, Any], nodes: Sequence[dict[str, Any]] = GREETING, **options: Any
) -> AsyncIterator[Runs]:
    """Serve these workflows besides the bot's own conversation `root` of these nodes."""
    async with open_bot(database, *nodes, **options) as bot:
        node_types = bot.flows._node_types
        documents = {job["id"]: job for job in jobs}
        for id, document in documents.items():
            bundle = {id: document}
            await bot.flows.publish([(compile_flow(bundle, id, node_types), bundle)])
        carrier = Carrier(
            store=database.effects,
            engine=database.engine,
            flows=bot.flows,
            node_types=node_types,
            wake=bot.hub.claimable,
        )
        executions = Executions(
            engine=database.engine,
            triggers=Triggers(database.engine, bot.hub.claimable),
            flows=bot.flows,
            hub=bot.hub,
        )
        yield Runs(bot=bot, database=database, carrier=carrier, executions=executions)
