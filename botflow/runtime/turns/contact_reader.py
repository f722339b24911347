"""Reads the person of a conversation at the beginning of a turn, for flows that mention `$contact` and no others."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.engine.inbound import RUN, Inbound
from botflow.engine.person.contact import Contact
from botflow.interfaces import Channel
from botflow.records.sessions import StoredSession
from botflow.records.turns import CONTACT_INDEX, JournalledAnswer, StoredInbound
from botflow.runtime.turns.first_step import Paused
from botflow.storage.engines.engine import Engine
from botflow.storage.turns.contact_reads import read_contact


class ContactReader:
    """Reads contacts by the keys of their sessions."""

    def __init__(self, engine: Engine, channels: Mapping[str, Channel]) -> None:
        self._engine = engine
        self._channels = channels

    async def read(self, stored: StoredSession, inbound: Inbound) -> Contact | None:
        """Return the person; None for a run. A fork of a conversation reads the person of the original."""
        key = stored.heard_as
        if key.channel == RUN:
            return None
        channels = shared_channels(self._channels, key.channel)
        return await self._engine.read(read_contact, key, channels, inbound.received_at)

    async def of_attempt(
        self,
        stored: StoredSession,
        queued: StoredInbound,
        begun: Paused | None,
        journal: Mapping[int, JournalledAnswer],
        kept: list[JournalledAnswer],
    ) -> Contact | None:
        """Return the person as every attempt of the turn sees them: as the first one that asked anything has read them.

        What is read here is added to `kept`, and so journalled before the first ask leaves. Until then nothing has
        left, and the next attempt reads it again.
        """
        if (entry := journal.get(CONTACT_INDEX)) is not None:
            return Contact.from_json(entry.value["value"])
        contact = begun.contact if begun is not None else await self.read(stored, queued.inbound)
        if contact is not None:
            value = {"value": contact.to_json(), "failure": None, "usage": {}}
            kept.append(JournalledAnswer(index=CONTACT_INDEX, fingerprint="", value=value, ask={"ask": "contact"}))
        return contact


def shared_channels(channels: Mapping[str, Channel], channel: str) -> tuple[str, ...]:
    """Return the channels on which an address of `channel` is the same person's, that one first: those of its
    provider."""
    provider = channels.get(channel)
    names = provider.names if provider is not None else ()
    return (channel, *(name for name in names if name != channel and name in channels))
