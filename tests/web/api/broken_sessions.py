"""Sessions in states from which they cannot go on, each made of one that waits and is well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from botflow.flow.document import parse
from botflow.storage.engines.dialects import now
from botflow.storage.tables import credentials, executions, inbounds, outbounds, sessions, turns, workflow_versions
from botflow.storage.tables import workflows as workflow_rows
from tests.web.api.calls import answered
from tests.web.api.test_session_changes import WAITING, started
from tests.web.site import Site

DAY_S = timedelta(days=1).total_seconds()
State = dict[str, Any]
Break = Callable[[Site, int], Awaitable[None]]


async def waiting_session(site: Site) -> int:
    """Return the number of a session that waits at a question."""
    _, session = await started(site)
    return int(session)


async def write(site: Site, *statements: Any) -> None:
    def run(connection: Connection) -> int:
        for statement in statements:
            connection.execute(statement)
        return len(statements)

    await site.runtime.database.engine.write(run)


async def state_of(site: Site, session: int) -> State:
    stored: State = await site.runtime.database.engine.read(
        lambda connection: connection.execute(select(sessions.c.state).where(sessions.c.id == session)).scalar_one()
    )
    return stored


def with_columns(**columns: Any) -> Break:
    async def change(site: Site, session: int) -> None:
        await write(site, update(sessions).where(sessions.c.id == session).values(**columns))

    return change


def with_state(change: Callable[[State], State], **columns: Any) -> Break:
    async def changed(site: Site, session: int) -> None:
        await with_columns(state=change(await state_of(site, session)), **columns)(site, session)

    return changed


def at_node(node: str) -> Break:
    return with_state(lambda state: {**state, "frames": [{**state["frames"][0], "node": node}]})


def waiting_for(**wait: Any) -> Break:
    return with_state(lambda state: {**state, "wait": {"token": "1", **wait}}, wake_at=None)


def in_version(**document: Any) -> Break:
    """Put the session into another version of its workflow, stored without the checks of a publication."""

    async def change(site: Site, session: int) -> None:
        plain = {**parse(WAITING, name="waiting.yaml").document.to_json(), **document}

        def add(connection: Connection) -> int:
            mine = select(sessions.c.workflow_id).where(sessions.c.id == session)
            row = insert(workflow_versions).values(
                workflow_id=connection.execute(mine).scalar_one(),
                number=100 + session,
                digest=f"broken {session}",
                documents={"waiting": plain},
                created_at=now(),
            )
            made: int = connection.execute(row.returning(workflow_versions.c.id)).scalar_one()
            return made

        await with_columns(flow_version=await site.runtime.database.engine.write(add))(site, session)

    return change


def with_credential(name: str, **columns: Any) -> Break:
    async def change(site: Site, session: int) -> None:
        await in_version(credentials={"twilio": name})(site, session)
        organization = select(workflow_rows.c.organization_id).where(workflow_rows.c.slug == "waiting")
        row = {"user_name": "", "name": name, "module": "twilio", "created_at": now(), "public_id": name.lower()}
        values = {"organization_id": organization.scalar_subquery(), **row, "fields": b"of another key", **columns}
        await write(site, insert(credentials).values(**values))

    return change


async def ended_execution(site: Site, session: int) -> None:
    execution = UUID((await state_of(site, session))["execution"])
    ended = update(executions).where(executions.c.id == execution)
    await write(site, ended.values(status="completed", ended_at=now()))


async def handed_off_long_ago(site: Site, session: int) -> None:
    await answered(site, "POST", f"/sessions/{session}/hand-off", {"person": "Maria"})
    await write(site, update(turns).where(turns.c.session_id == session).values(at=now(-4 * DAY_S)))


def with_outbound(state: str) -> Break:
    async def change(site: Site, session: int) -> None:
        row = {"session_id": session, "version": 90, "index": 0, "attempts": 1, "seq": 1, "body": {"text": "late"}}
        await write(site, insert(outbounds).values(**row, state=state, created_at=now(-DAY_S), error_code="x"))

    return change


async def with_inbound(site: Site, session: int) -> None:
    row = {"session_id": session, "seq": 50, "flow_version": 1, "attempt": 0, "state": "new", "kind": "message"}
    values = {**row, "key": "late", "priority": 10, "received_at": now(-DAY_S), "seed": 1}
    await write(
        site,
        insert(inbounds).values(**values),
        update(sessions).where(sessions.c.id == session).values(last_seq=50),
    )


_NO_TYPE = [{"id": "start", "type": "chatbot", "actionType": "nonsense"}]
BROKEN: Mapping[str, Break] = {
    "version.gone": with_columns(flow_version=999_999),
    "version.cannot_run": in_version(nodes=_NO_TYPE),
    "node.missing": at_node("nowhere"),
    "node.takes_nothing": at_node("said"),
    "execution.gone": ended_execution,
    "wait.missing": with_state(lambda state: {name: state[name] for name in state if name != "wait"}, wake_at=None),
    "wait.no_way_out": waiting_for(accepts=["resume"]),
    "wait.no_run": waiting_for(accepts=["child_done"], group="1"),
    "wait.no_delivery": waiting_for(accepts=["delivery"], group="1"),
    "timer.lost": with_columns(wake_at=None),
    "timer.overdue": with_columns(wake_at=now(-DAY_S)),
    "parent.gone": with_state(lambda state: {**state, "parent": {"session": 10**9, "group": "1", "branch": ""}}),
    "channel.not_configured": with_columns(channel="fax"),
    "credential.missing": in_version(credentials={"twilio": "Nobody"}),
    "credential.inactive": with_credential("Sleeping", is_active=False),
    "credential.unreadable": with_credential("Foreign", is_active=True),
    "handoff.forgotten": handed_off_long_ago,
    "inbound.no_process": with_inbound,
    "outbound.held": with_outbound("held"),
    "outbound.unconfirmed": with_outbound("unknown"),
}
