"""Examines sessions: reads them in pages, with the versions that they are in and the credentials that these name.

Nothing is changed by looking. A server and a command use the same, the one on its runtime, the other on a database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from botflow.engine.moves.move import Version
from botflow.engine.node_type import NodeType
from botflow.errors import FlowError, UsageError
from botflow.records.doctor import Examined, Place
from botflow.records.leases import Worker
from botflow.runtime.publications.decision import FormerVersions
from botflow.runtime.sealing import Safe
from botflow.runtime.served_flows import Flows
from botflow.service.credentials.credential_uses import Use, uses_in
from botflow.service.doctor.checks import Surroundings, findings_of
from botflow.service.doctor.finding_models import Finding, FindingCode
from botflow.storage.credentials import StoredCredential
from botflow.storage.engines.engine import Engine
from botflow.storage.service.credentials import sets_named
from botflow.storage.service.sessions.stuck_sessions import examine_page, examine_session
from botflow.storage.service.workflows.versions import find_documents

AT_ONCE = 200  # sessions of one page
_SECRET_OF_WEBHOOK = ".properties.secret"  # what begins an execution is of no use to one that waits


class Examination:
    """Looks at the sessions of one organization. `channels` are the configured ones, None if that is not known; without
    a `safe` no credential is opened."""

    def __init__(
        self,
        organization: int,
        *,
        engine: Engine,
        flows: Flows,
        node_types: Mapping[str, NodeType],
        safe: Safe | None,
        channels: Collection[str] | None,
        workers: Callable[[], Sequence[Worker]],
    ) -> None:
        self._organization = organization
        self._engine = engine
        self._former = FormerVersions(flows, node_types)
        self._safe = safe
        self._channels = channels
        self._workers = workers
        self._failed: dict[int, FlowError] = {}
        self._uses: dict[int, tuple[Use, ...]] = {}

    async def page(
        self, workflow: str | None, after: Place | None
    ) -> tuple[list[tuple[Place, list[Finding]]], Place | None]:
        """Examine the next page of sessions; return the place of each with its findings, if it has any, and the place
        after which to go on, None at the end."""
        found, following = await self._engine.read(examine_page, self._organization, workflow, after, AT_ONCE)
        credentials = await self._credentials(found)
        stuck = []
        for each in found:
            if findings := await self._findings(each, credentials):
                key = each.stored.key
                stuck.append(((key.workflow, key.channel, key.external_id), findings))
            await asyncio.sleep(0)  # a person's message goes before
        return stuck, following

    async def one(self, session: int) -> tuple[Examined, list[Finding]] | None:
        """Examine one session or run; None when the organization has none with this number."""
        each = await self._engine.read(examine_session, self._organization, session)
        return None if each is None else (each, await self._findings(each, await self._credentials([each])))

    async def version(self, each: Examined) -> Version | FlowError | None:
        """Return the version that a session is in, or why it is not to be had; None when no execution is under way."""
        number = each.stored.flow_version
        if number is None:
            return None
        if number not in self._failed:
            try:
                return await self._former.get(number)
            except FlowError as failure:
                self._failed[number] = failure
        return self._failed[number]

    async def _findings(self, each: Examined, credentials: Sequence[StoredCredential]) -> list[Finding]:
        around = Surroundings(
            channels=self._channels,
            workers=self._workers(),
            credentials={
                use: code
                for use in self._uses.get(each.stored.flow_version or 0, ())
                if (code := self._wrong_with(use, each.user_name, credentials)) is not None
            },
        )
        return findings_of(each, await self.version(each), around)

    async def _credentials(self, found: Iterable[Examined]) -> list[StoredCredential]:
        """Return the sets with the names that the versions of these sessions use, after noting the uses."""
        numbers = {each.stored.flow_version for each in found} - {None}
        for number in numbers - self._uses.keys():
            assert number is not None, "it was taken out above"
            documents = await self._engine.read(find_documents, self._organization, number)
            self._uses[number] = tuple(use for use in uses_in(documents) if not use.path.endswith(_SECRET_OF_WEBHOOK))
        names = {use.name for number in numbers if number is not None for use in self._uses[number]}
        return await self._engine.read(sets_named, self._organization, sorted(names)) if names else []

    def _wrong_with(self, use: Use, user: str, stored: Sequence[StoredCredential]) -> FindingCode | None:
        mine = [
            each
            for each in stored
            if each.key.name == use.name and use.module in ("", each.module) and each.key.user_name in ("", user)
        ]
        active = sorted((each for each in mine if each.is_active), key=lambda each: each.key.user_name, reverse=True)
        if not active:
            return "credential.inactive" if mine else "credential.missing"
        try:
            if self._safe is not None:
                self._safe.open(active[0])
        except UsageError:
            return "credential.unreadable"
        return None
