"""Erasing a person from every table, cache and provider, with a signed receipt that proves it.

Nothing of the call is kept but a keyed hash: not in the audit log, and not in the erasure once it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, model_validator

from botflow.errors import RejectedInbound
from botflow.interfaces.channels import Channel, Channels
from botflow.records.access import Principal
from botflow.records.erasures import ErasureRecord, Person
from botflow.runtime.app import Runtime
from botflow.runtime.erasures.eraser import begin_erasure
from botflow.runtime.erasures.receipt import is_genuine
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown, Wrong
from botflow.storage.erasure import ledger

LONGEST_NAME = 200
_SORT = "-id"


def _printable(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise Wrong("*.invalid", "is empty, or has control characters", "write it as it is stored")
    return text


Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_printable)]


class PersonToErase(Body):
    """Whom to erase, by one or more of their names: the external id of their sessions, an address such as a phone
    number, the user of their executions."""

    example = '{"address": "+15550001111"}'

    external_id: Name | None = None
    address: Name | None = None
    user_id: Name | None = None

    @model_validator(mode="after")
    def _names_someone(self) -> PersonToErase:
        if self.external_id is None and self.address is None and self.user_id is None:
            raise Wrong("erasure.nobody", "names no person", "send externalId, address or userId")
        return self


class Erasure(Shown):
    """An erasure. `person` is a keyed hash of the names. `providers` counts the messages that each channel's provider
    is to delete. The receipt is there when the state is `done`, and is renewed when a provider has deleted messages;
    `is_genuine` says whether a key of this deployment signed it."""

    id: str
    state: str
    stage: str
    person: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    providers: dict[str, dict[str, int]]
    receipt: dict[str, JsonValue] | None
    signature: str | None
    is_genuine: bool | None


class Erasures:
    """The erasures of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def erase_person(
        self, *, external_id: str | None = None, address: str | None = None, user_id: str | None = None
    ) -> Erasure:
        """Erase a person. It is carried out in the background; their next message begins a new conversation.

        While an erasure of the same person is under way, that one is returned. RejectedInbound `address.invalid` (422)
        for an address to which no channel can send.
        """
        person = person_of(self._runtime.channels, external_id=external_id, address=address, user_id=user_id)
        eraser = self._runtime.eraser
        begun = await self._engine.write(
            partial(begin_erasure, who=self._caller, person=person, keyring=eraser.keyring)
        )
        eraser.look_now()
        return await self._shown(begun)

    async def get_erasure(self, erasure: str) -> Erasure:
        """Return an erasure. RejectedInbound `erasure.unknown` (404)."""
        number = int(erasure) if erasure.isascii() and erasure.isdigit() and len(erasure) < 19 else 0
        found = await self._engine.read(ledger.find_erasure, number, self._caller.organization)
        if found is None:
            raise RejectedInbound(
                f"there is no erasure {erasure[:32]!r}",
                code="erasure.unknown",
                hint="GET /api/v1/erasures lists them",
                status=404,
            )
        return await self._shown(found)

    async def get_erasures(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[Erasure]:
        """Return a page of erasures, the newest first."""
        place = read_cursor(cursor, _SORT, (int,))
        found = await self._engine.read(ledger.list_erasures, self._caller.organization, place, limit)
        providers = await self._engine.read(ledger.providers_of, [each.id for each in found])
        keyring = self._runtime.eraser.keyring
        return page_of(
            found, limit, _SORT, lambda row: (row.id,), lambda row: shown_erasure(row, providers[row.id], keyring)
        )

    async def _shown(self, record: ErasureRecord) -> Erasure:
        providers = await self._engine.read(ledger.providers_of, [record.id])
        return shown_erasure(record, providers[record.id], self._runtime.eraser.keyring)


def person_of(channels: Channels, *, external_id: str | None, address: str | None, user_id: str | None) -> Person:
    """Return the person of these names, the address in the form of each channel; RejectedInbound `address.invalid`."""
    keys = [external_id] if external_id is not None else []
    if address is not None:
        providers: Iterable[Channel | type[Channel]] = channels.values()
        forms = [provider.normal_address(address) for provider in providers]
        known = [form for form in forms if form is not None]
        if forms and not known:
            raise RejectedInbound(
                f"{address[:LONGEST_NAME]!r} is no address to which a channel can send",
                code="address.invalid",
                hint="write a phone number with + and its country code; for a name of yours, send externalId",
                status=422,
            )
        keys += known or [address]
    return Person(keys=tuple(dict.fromkeys(keys)), user=user_id)


def shown_erasure(record: ErasureRecord, providers: Mapping[str, Mapping[str, int]], keyring: Any) -> Erasure:
    receipt, signature = record.receipt, record.signature
    genuine = is_genuine(keyring, receipt, signature) if receipt is not None and signature is not None else None
    return Erasure(
        id=str(record.id),
        state=record.state,
        stage=record.stage,
        person=record.person,
        requested_by=record.requested_by,
        requested_at=record.requested_at,
        finished_at=record.finished_at,
        providers={name: dict(states) for name, states in providers.items()},
        receipt=dict(receipt) if receipt is not None else None,
        signature=signature,
        is_genuine=genuine,
    )
