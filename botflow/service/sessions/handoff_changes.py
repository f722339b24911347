"""What people do with handoffs: claim, release, transfer, return. Each is a part of the caller's transaction, with its
entry in the audit log. A server and a command share them.

All of them lock the session first, whose state says who has the conversation: of two claims one wins.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field, JsonValue, model_validator
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.nodes.logic.handoff import LONGEST_NOTE, LONGEST_QUEUE
from botflow.records.access import Principal
from botflow.service.models import Body, Wrong, printable_name
from botflow.service.pictures import Picture
from botflow.service.sessions.conversation_changes import (
    ConversationChanges,
    HandoffTo,
    PersonsName,
    check_wants_messages,
)
from botflow.service.sessions.sessions import LARGEST_ID
from botflow.storage.runs import handoff_rows, handoffs
from botflow.storage.runs.handoffs import LockedSession
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.sessions.handoff_pages import HandoffRow, get_handoff
from botflow.storage.service.sessions.session_changes import lock_session_of

LARGEST_VALUES = 16_384  # bytes of JSON


def _plain(text: str) -> str:
    if "\x00" in text:
        raise Wrong("*.nul", "contains the character NUL", "leave it out")
    return text


class Claim(HandoffTo):
    """Who claims a handoff: the name and the picture that the contact sees. Without a picture it is that of the
    caller's account."""


class Transfer(Body):
    """Where a handoff goes: into another queue, or to another person with their picture."""

    example = '{"queue": "billing"}'

    queue: Annotated[str, Field(max_length=LONGEST_QUEUE), AfterValidator(printable_name)] | None = None
    person: PersonsName | None = None
    picture: Picture | None = None

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Transfer:
        if (self.queue is None) == (self.person is None):
            raise Wrong("transfer.target", "names neither a queue nor a person, or both", "send one of the two")
        return self


class HandoffReturn(Body):
    """What the flow is told when a person gives the conversation back: a note, and values for its `results`. With
    `replay` it then answers the messages that the person was sent, too."""

    example = '{"note": "Refunded.", "values": {"refund": 12}}'

    note: Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(_plain)] = ""
    values: dict[str, JsonValue] = Field(default_factory=dict)
    replay: bool = False

    @model_validator(mode="after")
    def _is_small(self) -> HandoffReturn:
        written = orjson.dumps(self.values)
        if len(written) > LARGEST_VALUES or b"\\u0000" in written:
            raise Wrong(
                "values.invalid",
                f"have more than {LARGEST_VALUES} bytes, or contain the character NUL",
                "send ids, and let the flow look the rest up",
            )
        return self


class HandoffChanges:
    """Changes of handoffs of the caller's organization. RejectedInbound `handoff.unknown` for any other."""

    def __init__(self, caller: Principal) -> None:
        self._caller = caller
        self._conversations = ConversationChanges(caller)

    def claim(self, connection: Connection, id: str, person: str, picture: str | None = None) -> HandoffRow:
        """Let `person` have the conversation. RejectedInbound `handoff.claimed` when another person has it, and
        `session.opted_out` when its contact wants no messages. Repeated, it changes nothing."""
        row, locked = self._open(connection, id)
        check_wants_messages(locked)
        has_it = _person_of(locked)
        is_repeated = has_it == person and row.claimed_by in (None, self._caller.actor)  # another may have that name
        if has_it and not is_repeated:
            raise RejectedInbound(
                f"{has_it} has this conversation already",
                code="handoff.claimed",
                hint="take another one, or transfer it",
                status=409,
            )
        if not has_it:
            self._conversations.hand_off_locked(connection, locked, person, picture)
        return self._row(connection, row)

    def release(self, connection: Connection, id: str) -> HandoffRow:
        """Let it wait in its queue for another person; its time begins anew. One that waits stays as it is."""
        row, locked = self._open(connection, id)
        if has_it := _person_of(locked):
            self._release(connection, locked, has_it)
        return self._row(connection, row)

    def transfer(self, connection: Connection, id: str, to: Transfer) -> HandoffRow:
        """Give it to another person, or let it wait in another queue."""
        row, locked = self._open(connection, id)
        if to.person is not None:
            check_wants_messages(locked)
            self._conversations.hand_off_locked(connection, locked, to.person, to.picture or "")
        elif to.queue is not None:
            _check_has_queue(locked)
            handoff_rows.requeue_row(connection, locked.id, row.version, to.queue)
            self._record(connection, "handoff.transferred", row, {"queue": row.queue}, {"queue": to.queue})
            if has_it := _person_of(locked):
                self._release(connection, locked, has_it)
        return self._row(connection, row)

    def give_back(self, connection: Connection, id: str, back: HandoffReturn) -> HandoffRow:
        """Give the conversation back to the flow. RejectedInbound `handoff.result_unknown` for a value that the node
        does not take."""
        row, locked = self._open(connection, id)
        if unknown := sorted(back.values.keys() - set(row.results)):
            raise RejectedInbound(
                f"this handoff takes no value {unknown[0][:64]!r}",
                code="handoff.result_unknown",
                hint=f"it takes: {', '.join(row.results) or 'none'}; the node lists them as `results`",
                status=422,
            )
        self._conversations.give_back_locked(connection, locked, replay=back.replay, note=back.note, values=back.values)
        return self._row(connection, row)

    def _release(self, connection: Connection, locked: LockedSession, person: str) -> None:
        _check_has_queue(locked)
        handoffs.release(connection, locked)
        record_change(connection, self._caller, "handoff.released", f"session:{locked.id}", before={"person": person})

    def _open(self, connection: Connection, id: str) -> tuple[HandoffRow, LockedSession]:
        """Lock the session, and return its handoff. RejectedInbound `handoff.unknown`, or `handoff.over` when no person
        can have it any more."""
        session, version = read_id(id)
        locked = lock_session_of(connection, self._caller.organization, session)
        row = get_handoff(connection, self._caller.organization, session, version)
        if locked is None or row is None:
            raise unknown_handoff(id)
        handoff = locked.session.handoff
        if handoff is None or handoff.version != version:
            raise RejectedInbound(
                f"this handoff is over: {(row.outcome or 'returned').replace('_', ' ')}",
                code="handoff.over",
                hint="list those that wait with GET /api/v1/handoffs?state=waiting",
                status=409,
            )
        return row, locked

    def _record(self, connection: Connection, action: Any, row: HandoffRow, before: Any, after: Any) -> None:
        record_change(connection, self._caller, action, f"session:{row.session}", before=before, after=after)

    def _row(self, connection: Connection, row: HandoffRow) -> HandoffRow:
        changed = get_handoff(connection, self._caller.organization, row.session, row.version)
        assert changed is not None, "its session is locked"
        return changed


def read_id(id: str) -> tuple[int, int]:
    """Return the session and the version in a handoff's id; RejectedInbound `handoff.unknown` for what is none."""
    parts = id.split(".") if id.isascii() and len(id) <= 30 else []
    numbers = [int(part) for part in parts if part.isdigit() and part[0] != "0" and int(part) <= LARGEST_ID]
    if len(parts) != 2 or len(numbers) != 2 or numbers[1] >= 2**31:
        raise unknown_handoff(id)
    return numbers[0], numbers[1]


def unknown_handoff(id: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no handoff {id[:64]!r}",
        code="handoff.unknown",
        hint="list them with GET /api/v1/handoffs",
        status=404,
    )


def _person_of(locked: LockedSession) -> str:
    return locked.session.handoff.person if locked.session.handoff is not None else ""


def _check_has_queue(locked: LockedSession) -> None:
    if not locked.session.awaits_return:
        raise RejectedInbound(
            "no flow has handed this conversation off, so it has no queue to wait in",
            code="handoff.no_queue",
            hint="transfer it to a person, or return it",
            status=409,
        )
