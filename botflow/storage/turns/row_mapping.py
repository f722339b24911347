"""Maps records to columns and back: how inbounds, turns and messages are stored, and how stores select them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, FromClause, Select, and_, literal_column, or_, select

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound, Location, Media
from botflow.engine.kept_values import reference
from botflow.engine.session import Session
from botflow.records.leases import Arrival, DueWait, Finishing, Lease
from botflow.records.outbounds import OutboundPart, StoredOutbound
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import PLANNED, JournalledAnswer, StoredInbound, TurnCommit, TurnId
from botflow.storage.tables import UNSETTLED_STATES, inbounds, outbounds, sessions

FORKED_MESSAGE = "fork:message"  # the key of the inbound that lets a fork continue in the turn of a message
# In the JSON of an inbound that waits, of a message to be sent, and of the state of a session that something other than
# a request moves on; only where traces are recorded. Other readers of these leave it out.
TRACE = "trace"
# In the JSON of a message on which people are asked for feedback, beside what is sent: the node that said it, and the
# id of the workflow's version that ran.
NODE, FLOW_VERSION = "node", "flowVersion"
SESSION_COLUMNS = (
    "id",
    "workflow_id",
    "channel",
    "external_id",
    "version",
    "last_seq",
    "done_seq",
    "flow_version",
    "parked",
    "token_revoked",
    "state",
)
INBOUND_COLUMNS = (
    "seq",
    "attempt",
    "flow_version",
    "kind",
    "key",
    "received_at",
    "seed",
    "provider",
    "content",
)
OUTBOUND_COLUMNS = (
    "session_id",
    "version",
    "index",
    "seq",
    "state",
    "body",
    "workflow_id",
    "channel",
    "external_id",
    "created_at",
    "provider_id",
    "attempts",
)
SESSION: tuple[Column[Any], ...] = tuple(sessions.c[name] for name in SESSION_COLUMNS)
OUTBOUND: tuple[Column[Any], ...] = tuple(
    (sessions if name in ("workflow_id", "channel", "external_id") else outbounds).c[name] for name in OUTBOUND_COLUMNS
)
PARTS: Select[*tuple[Any, ...]] = select(*OUTBOUND).join(sessions, sessions.c.id == outbounds.c.session_id)


def stored_session(row: tuple[Any, ...]) -> StoredSession:
    """Read a row of SESSION_COLUMNS."""
    id_, workflow, channel, external_id, version, last_seq, done_seq, flow_version, parked, token_revoked, state = row
    return StoredSession(
        key=SessionKey(workflow, channel, external_id),
        session=Session.from_json(state, version),
        id=id_,
        last_seq=last_seq,
        done_seq=done_seq,
        flow_version=flow_version,
        parked=parked,
        token_revoked=token_revoked,
    )


def due_wait(row: tuple[Any, ...], due: datetime) -> DueWait:
    """Read a row of SESSION_COLUMNS of a session whose wait is over since `due`."""
    return DueWait(session=stored_session(row), due=due, trace=row[SESSION_COLUMNS.index("state")].get(TRACE, ""))


def shown_variables(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of a state's lowest frame; a large one is a reference to the artifact that holds it."""
    frame = state["frames"][0] if state.get("frames") else {}
    kept: Mapping[str, str] = frame.get("kept", {}).get("variables", {})
    large = {name: reference(stored, state.get("keptOf", "")) for name, stored in kept.items()}
    return {**frame.get("variables", {}), **large}


def stored_outbound(row: tuple[Any, ...]) -> StoredOutbound:
    """Read a row of OUTBOUND_COLUMNS."""
    session, version, index, seq, state, body, workflow, channel, external_id, created_at, provider_id, attempts = row
    return StoredOutbound(
        session=session,
        version=version,
        index=index,
        seq=seq,
        state=state,
        message=SendMessage.from_json(body),
        key=SessionKey(workflow, channel, external_id),
        created_at=created_at,
        provider_id=provider_id or "",
        attempts=attempts,
        trace=body.get(TRACE, ""),
    )


def inbound_content(inbound: Inbound, external_id: str, trace: str = "") -> dict[str, Any] | None:
    """Return the content column: empty fields are omitted, and also the sender when it is the session's person.

    `trace` is stored for the process that will take the turn; a turn that is taken at once needs none."""
    content = inbound.content()
    if trace:
        content[TRACE] = trace
    if inbound.sender != external_id:
        content["sender"] = inbound.sender
    if inbound.due is not None:
        content["due"] = inbound.due.isoformat()
    return content or None


def inbound_provider(inbound: Inbound) -> str | None:
    """Return the provider column: NULL when it has the channel's name."""
    return None if inbound.provider == inbound.channel else inbound.provider


def read_inbound(
    key: SessionKey,
    *,
    kind: Any,
    provider_key: str,
    received_at: datetime,
    seed: int,
    provider: str | None,
    content: Mapping[str, Any] | None,
) -> Inbound:
    """Return the inbound as it was stored; a timeout's content also says when it was due."""
    stored = content or {}
    place = stored.get("location")
    return Inbound(
        kind=kind,
        key=provider_key,
        received_at=received_at,
        seed=seed,
        channel=key.channel,
        provider=key.channel if provider is None else provider,
        sender=stored.get("sender", key.external_id),
        address=stored.get("address", ""),
        text=stored.get("text", ""),
        payload=stored.get("payload", ""),
        media=tuple(Media.from_json(medium) for medium in stored.get("media", ())),
        location=Location(**place) if place else None,
        token=stored.get("token", ""),
        due=datetime.fromisoformat(stored["due"]) if "due" in stored else None,
        consent=stored.get("consent", ""),
        parameters=dict(stored.get("parameters", {})),
    )


def read_lease(row: Sequence[Any]) -> Lease:
    """Read a row of SESSION_COLUMNS, INBOUND_COLUMNS and whether answers of it are journalled."""
    stored = stored_session(tuple(row[: len(SESSION_COLUMNS)]))
    return Lease(stored, leased_inbound(stored, row[len(SESSION_COLUMNS) :]))


def next_lease(finishing: Finishing, row: Sequence[Any]) -> Lease:
    """Read a row of INBOUND_COLUMNS and whether answers are journalled: the inbound after a turn that was finished."""
    commit = finishing.commit
    stored = replace(
        commit.read,
        session=commit.turn.session,
        last_seq=max(commit.read.last_seq, row[0]),
        done_seq=finishing.turn.seq,
        flow_version=pinned_version(commit),
        parked=commit.parked,
    )
    return Lease(stored, leased_inbound(stored, row))


def leased_inbound(stored: StoredSession, row: Sequence[Any]) -> StoredInbound:
    """Read a row of INBOUND_COLUMNS and whether answers of it are journalled."""
    seq, attempt, flow_version, kind, key, received_at, seed, provider, content, has_answers = row
    inbound = read_inbound(
        stored.heard_as,
        kind=kind,
        provider_key=key,
        received_at=received_at,
        seed=seed,
        provider=provider,
        content=content,
    )
    return StoredInbound(
        id=TurnId(stored.id, seq),
        state="new",
        attempt=attempt,
        inbound=inbound,
        flow_version=flow_version,
        has_answers=bool(has_answers),
        trace=(content or {}).get(TRACE, ""),
        execution=stored.session.execution or inbound.new_execution_id,
    )


def arrival_row(arrival: Arrival) -> dict[str, Any]:
    """Return what ACCEPT reads of an inbound."""
    inbound = arrival.inbound
    return {
        "workflow_id": arrival.key.workflow,
        "channel": arrival.key.channel,
        "external_id": arrival.key.external_id,
        "key": inbound.key,
        "kind": inbound.kind,
        "provider": inbound_provider(inbound),
        "content": inbound_content(inbound, arrival.key.external_id, arrival.trace),
        "received_at": inbound.received_at,
        "seed": inbound.seed,
        "flow_version": arrival.flow_version,
        "reply_within_s": arrival.reply_within_s,
        "owner": arrival.owner,
        "parked": arrival.parked,
        "by_token": arrival.by_token,
    }


def answer_row(answer: JournalledAnswer) -> dict[str, Any]:
    """Return a journalled answer's columns."""
    return {"index": answer.index, "fingerprint": answer.fingerprint, "ask": answer.ask, "value": answer.value}


def trace_for_send(trace: str, part: OutboundPart) -> dict[str, Any]:
    """Return what the body of a part holds beside its message: the context of the trace for a later send."""
    return {TRACE: trace} if trace and part.state == "ready" else {}


def said_by(commit: TurnCommit, part: OutboundPart) -> dict[str, Any]:
    """Return what the body of a part holds beside its message, if a node said it and people are asked for feedback."""
    return {NODE: part.message.node, FLOW_VERSION: commit.flow_version}


def state_with_trace(commit: TurnCommit) -> bytes:
    """Return the state column of a traced turn. It holds the turn's context if a timer or an effect will need it: what
    an effect causes belongs to the trace, and a timer's turn names it. The next turn's state leaves it out."""
    state = commit.turn.state
    if not commit.turn.effects and timeout_s(commit) is None and wake_until(commit) is None:
        return state
    return orjson.dumps(orjson.loads(state) | {TRACE: commit.trace})


def takes_messages(commit: TurnCommit) -> bool:
    """True if the session takes any message after this turn."""
    wait = commit.turn.session.wait
    return commit.parked or wait is None or "message" in wait.accepts


def trace_of(commit: TurnCommit) -> list[list[Any]]:
    """Return the turn's events as JSON."""
    return [event.to_json() for event in commit.turn.events]


def pinned_version(commit: TurnCommit) -> int | None:
    """Return the version to store on the session: only while an execution is under way."""
    return commit.flow_version if commit.turn.session.frames else None


def timeout_s(commit: TurnCommit) -> float | None:
    """Return how many seconds after the commit the wait ends; None when it does not."""
    session = commit.turn.session
    return session.wait.timeout_s if session.wait and session.persona is None else None


def wake_until(commit: TurnCommit) -> str | None:
    """Return the time at which the wait ends, if it was given as a time. A fork of a conversation has no timers."""
    session = commit.turn.session
    return session.wait.until or None if session.wait and session.persona is None else None


def hands_over(commit: TurnCommit) -> bool:
    """True if the request that commits this turn replies with its parts."""
    return any(part.state == "handed" for part in commit.parts)


def is_session(key: SessionKey) -> ColumnElement[bool]:
    """Match the session of `key`."""
    return and_(
        sessions.c.workflow_id == key.workflow,
        sessions.c.channel == key.channel,
        sessions.c.external_id == key.external_id,
    )


def is_new(table: FromClause = inbounds) -> ColumnElement[bool]:
    """Match inbounds that wait. A literal: a partial index is used only if the query repeats its condition."""
    state: ColumnElement[str] = table.c.state
    return state == literal_column("'new'")


def was_heard() -> ColumnElement[bool]:
    """Match what a person wrote; in a fork also the message that it continues with, and none that is still planned."""
    is_message = or_(inbounds.c.kind == "message", inbounds.c.key == FORKED_MESSAGE)
    return and_(is_message, inbounds.c.state != PLANNED)


def is_unsettled(table: FromClause = outbounds) -> ColumnElement[bool]:
    """Match unsettled parts; as literals, so that their partial index is used."""
    state: ColumnElement[str] = table.c.state
    return state.in_([literal_column(f"'{name}'") for name in UNSETTLED_STATES])
