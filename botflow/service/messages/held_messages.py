"""What operators do about held messages, in a transaction of its caller's: a server's, or a command's."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.audit import Action
from botflow.service.messages.numbers import numbers_in
from botflow.storage.delivery.held import PartId, drop_held, release_held
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.sessions.message_pages import OUTBOUNDS, Found, get_message


class HeldMessages:
    """The held messages of the caller's organization."""

    def __init__(self, caller: Principal) -> None:
        self._caller = caller

    def release(self, connection: Connection, outbound: str) -> Found:
        """Let a held message be sent. RejectedInbound `outbound.unknown` (404), `outbound.not_held` (409)."""
        return self._decide(connection, outbound, release_held, "outbound.released")

    def drop(self, connection: Connection, outbound: str) -> Found:
        """Give a held message up. Refused as `release` is."""
        return self._decide(connection, outbound, drop_held, "outbound.dropped")

    def _decide(
        self,
        connection: Connection,
        outbound: str,
        decide: Callable[[Connection, int, PartId], bool],
        action: Action,
    ) -> Found:
        part = self._part(connection, outbound)
        if not decide(connection, self._caller.organization, part):
            raise RejectedInbound(
                "this message is not held",
                code="outbound.not_held",
                hint="GET /api/v1/outbounds?status=held lists those that are",
                status=409,
            )
        record_change(connection, self._caller, action, f"outbound:{outbound}")
        session, *key = part
        found = get_message(connection, self._caller.organization, OUTBOUNDS, session, key)
        assert found is not None, "its row is locked"
        return found

    def _part(self, connection: Connection, outbound: str) -> PartId:
        numbers = numbers_in(outbound, 3)
        if numbers is None:
            raise unknown_outbound(outbound)
        session, version, index = numbers
        if get_message(connection, self._caller.organization, OUTBOUNDS, session, (version, index)) is None:
            raise unknown_outbound(outbound)
        return session, version, index


def unknown_outbound(outbound: str) -> RejectedInbound:
    """Return the refusal of an id that no message of the caller's organization has."""
    return RejectedInbound(
        f"there is no outbound {outbound[:64]!r}",
        code="outbound.unknown",
        hint="an id is <session>.<version>.<index>; list a session's with GET /api/v1/outbounds?session=",
        status=404,
    )
