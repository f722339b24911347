"""The workflows that this process serves: the active version of each, and the pinned versions of those under way."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import structlog

from botflow.engine.inbound import CHAT, Inbound
from botflow.engine.node_type import NodeType, Starts
from botflow.engine.turn import NodeTypes
from botflow.errors import BotflowError, FlowError, ProviderError, RejectedInbound
from botflow.flow.compile import compile_flow
from botflow.flow.graph import Flow, Node
from botflow.flow.policy import Policy
from botflow.phone_numbers import require_numbers
from botflow.records.canaries import Share
from botflow.records.workflows import Publication, PublishedFlow
from botflow.runtime.process.failure_facts import log_failure
from botflow.storage.workflow_versions import FlowVersions

KEPT_VERSIONS = 256


class CannotRun(FlowError):
    """A version does not compile in this process, for example because it lacks a plugin: another process may run it."""

    code = "version.cannot_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlow:
    """A workflow's active version, compiled; `canary` says who begins in another one."""

    workflow: int
    organization: int
    version: int
    slug: str
    flow: Flow
    canary: Share | None = None

    def version_for(self, key: str) -> int:
        """Return the version in which a new execution begins, by the external id of its person or the key of the run.

        Another version than `version` is the canary's; `Flows.version` returns its flow.
        """
        return self.version if self.canary is None or not self.canary.has(key) else self.canary.version


class Flows:
    """Compiled flows by slug (the active one) and by version (any)."""

    def __init__(self, store: FlowVersions, node_types: NodeTypes) -> None:
        self._store = store
        self._node_types = node_types
        self._live: dict[str, LiveFlow] = {}
        self._active: dict[str, int] = {}
        self._out_of_service: set[str] = set()
        self._named: list[str] = []  # those that this process published
        self._versions: OrderedDict[int, Flow] = OrderedDict()
        self._refused: dict[int, BotflowError] = {}  # versions that do not compile here
        self._refreshing = asyncio.Lock()  # one at a time: one that has read earlier must not write later
        self._changed = asyncio.Event()
        self._loaded = asyncio.Event()
        self._digest: str | None = None  # of the active versions, as the last look saw them
        self._log = structlog.get_logger("botflow.flows")

    def get(self, slug: str) -> LiveFlow:
        """Return the active version; RejectedInbound (404) `workflow.unknown`, or `workflow.inactive`."""
        live = self._live.get(slug)
        if live is None and slug in self._out_of_service:
            raise RejectedInbound(
                f"the workflow {slug!r} is out of service",
                code="workflow.inactive",
                hint=f"its operator puts it back into service with: botflow workflows activate {slug}",
                status=404,
            )
        if live is None:
            raise _unknown(slug)
        return live

    def check_known(self, slug: str) -> None:
        """RejectedInbound `workflow.unknown` (404) unless there is such a workflow, in or out of service."""
        if slug not in self._out_of_service:
            self.get(slug)

    async def get_for_consent(self, slug: str) -> LiveFlow:
        """Like `get`, but also for a workflow that is out of service: an opt-out holds wherever it arrives."""
        published = await self._store.newest(slug) if slug in self._out_of_service else None
        if published is None:
            return self.get(slug)
        flow = self._compiled(published)
        return _live(published, flow)

    def all(self) -> list[LiveFlow]:
        return sorted(self._live.values(), key=lambda live: live.slug)

    def in_service(self) -> list[Flow]:
        """Return the flows in which new executions begin: the active ones, and those on trial."""
        trials = (self._versions.get(live.canary.version) for live in self._live.values() if live.canary is not None)
        return [*(live.flow for live in self._live.values()), *(flow for flow in trials if flow is not None)]

    def named(self) -> list[str]:
        """Return the slugs of the workflows that this process published, in their order, if they are in service."""
        return [slug for slug in self._named if slug in self._live]

    def silence(self, flow: Flow) -> str:
        """Return why nothing that a visitor of the chat writes starts this flow; "" if something does."""
        if any(_takes_chat(self._node_types[node.type], node) for node in flow.triggers):
            return ""
        begins = ", ".join(f"{node.id!r} ({node.type})" for node in flow.triggers)
        return (
            f"{flow.id} stays silent here: only {begins} starts it, and not a message of the chat. "
            "A trigger chatbot.message_received would take one."
        )

    def active(self) -> Mapping[str, int]:
        """Return the active version of each workflow in service, by its slug, also if it does not compile here."""
        return self._active

    def not_served(self) -> list[str]:
        """Return the slugs of the workflows whose active version does not compile here."""
        return sorted(slug for slug, version in self._active.items() if version in self._refused)

    def out_of_service(self) -> list[str]:
        """Return the slugs of the workflows that are not active."""
        return sorted(self._out_of_service)

    def check_owner(self, slug: str, organization: int) -> None:
        """RejectedInbound `workflow.unknown` (404) for a workflow in service that belongs to another organization."""
        live = self._live.get(slug)
        if live is not None and live.organization != organization:
            raise _unknown(slug)

    def slug_of(self, workflow: int) -> str | None:
        """Return the slug of a workflow served here, by its row's id."""
        return next((live.slug for live in self._live.values() if live.workflow == workflow), None)

    def node_type_of(self, version: int, node: str) -> str | None:
        """Return the type of a node by its id, in a version that this process has run, or in a subflow of it."""
        flow = self._versions.get(version)
        if flow is None:
            return None
        found = flow.nodes.get(node)
        for subflow in flow.subflows.values() if found is None else ():
            found = found or subflow.nodes.get(node)
        return None if found is None else found.type

    def policy_of(self, workflow: int) -> Policy | None:
        """Return the current rules of a workflow served here."""
        return next((live.flow.policy for live in self._live.values() if live.workflow == workflow), None)

    def cannot_run(self) -> Collection[int]:
        """Return the versions that do not compile here, as far as they are known: all active ones are."""
        return self._refused.keys()

    async def version(self, version: int) -> Flow:
        """Return the version that an execution is pinned to; FlowError `version.unknown` when it is gone, CannotRun
        when it does not compile here."""
        flow = self._versions.get(version)
        if flow is not None:
            return flow
        published = await self._store.version(version)
        if published is None:
            raise FlowError(f"version {version} of a workflow is not stored any more", code="version.unknown")
        return self._compiled(published)

    async def publish(self, flows: Sequence[tuple[Flow, dict[str, Any]]], *, restores: bool = False) -> None:
        """Store each flow with its bundle of documents and serve it from now on, unless it is out of service.

        A flow that was published before a newer one is not served again, unless this `restores` it: a server that
        starts with an older file leaves the newer version active, and says so. UsageError `countries.unsupported` for a
        flow whose country rule this installation cannot check.
        """
        for flow, documents in flows:
            require_numbers(flow)
            publication = await self._store.publish(flow.id, flow.name, flow.digest, documents, restores=restores)
            published = publication.flow
            self._remember(published.version, flow)
            if flow.id not in self._named:
                self._named.append(flow.id)
            self._log_publication(publication)
            if publication.active != published.number:
                continue  # `refresh` loads the active one
            if not published.is_active:
                self._out_of_service.add(flow.id)
                self._log.warning(
                    "workflow_out_of_service", workflow=flow.id, hint=f"botflow workflows activate {flow.id}"
                )
                continue
            former = self._live.get(flow.id)
            if former is None or former.version != published.version:
                self._live[flow.id] = _live(published, flow)

    def _log_publication(self, publication: Publication) -> None:
        flow, active, before = publication.flow, publication.active, publication.before
        if active != flow.number:
            self._log.warning(
                "workflow_file_is_older",
                workflow=flow.slug,
                version=flow.number,
                active=active,
                hint=f"version {active} stays active; if it shall be this file's: "
                f"botflow workflows activate {flow.slug} --version {flow.number}",
            )
        elif before is not None and before != active:
            self._log.info("workflow_version_replaced", workflow=flow.slug, version=active, replaced=before)

    async def refresh(self) -> None:
        """Serve exactly the active versions. If a version does not compile here, the previous one is still served."""
        async with self._refreshing:
            active = await self._store.active()
            trials = {share.workflow: (share, published) for share, published in await self._store.on_trial()}
            self._active = {published.slug: published.version for published in active}
            self._out_of_service = await self._store.out_of_service()
            for published in active:
                self._serve(published)
                self._try_out(published, *trials.get(published.workflow, (None, None)))
            for slug in self._live.keys() - {published.slug for published in active}:
                del self._live[slug]

    def changed(self) -> None:
        """Another process has published a version: look at once."""
        self._changed.set()

    def seen(self, digest: str) -> None:
        """Compare the digest of all active versions in this look with the one of the previous look."""
        if digest != self._digest:
            self._digest = digest
            self._changed.set()

    async def loaded(self) -> None:
        """Wait until a version was loaded since the last call; one caller at a time."""
        await self._loaded.wait()
        self._loaded.clear()

    async def run(self) -> None:
        """Load the versions that other processes publish, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.refresh()
            except ProviderError as failure:
                self._digest = None  # the next look tries again
                log_failure(self._log, "flows_not_refreshed", failure)

    def _serve(self, published: PublishedFlow) -> None:
        live = self._live.get(published.slug)
        if (live is not None and live.version == published.version) or published.version in self._refused:
            return
        try:
            flow = self._compiled(published)
        except CannotRun:
            return
        self._live[published.slug] = _live(published, flow)

    def _try_out(self, active: PublishedFlow, share: Share | None, published: PublishedFlow | None) -> None:
        """Let a canary's share begin in its version; also where that does not compile: another process runs it then."""
        live = self._live.get(active.slug)
        if live is None or live.canary == share:
            return
        if published is not None:
            with suppress(CannotRun):
                self._compiled(published)
        self._live[active.slug] = replace(live, canary=share)

    def _compiled(self, published: PublishedFlow) -> Flow:
        flow = self._versions.get(published.version)
        if flow is not None:
            return flow
        problem = self._refused.get(published.version)
        if problem is None:
            try:
                flow = compile_flow(published.documents, published.slug, self._node_types)
            except BotflowError as failure:
                problem = self._refused[published.version] = failure
                self._log.error(  # once, not with every message
                    "workflow_not_served",
                    workflow=published.slug,
                    version=published.version,
                    code=problem.code,
                    reason=problem.message,
                    hint="name the files or install the packages that bring its node types",
                )
            else:
                self._remember(published.version, flow)
                return flow
        raise CannotRun(
            f"version {published.version} of {published.slug} does not compile here: {problem.message}",
            hint="another process must run it, which has the files or packages that bring its node types",
        ) from problem

    def _remember(self, version: int, flow: Flow) -> None:
        self._loaded.set()
        self._versions[version] = flow
        while len(self._versions) > KEPT_VERSIONS:
            self._versions.popitem(last=False)


def _unknown(slug: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no workflow {slug!r} here",
        code="workflow.unknown",
        hint="use the id at the top of its flow file",
        status=404,
    )


def _live(published: PublishedFlow, flow: Flow) -> LiveFlow:
    return LiveFlow(
        workflow=published.workflow,
        organization=published.organization,
        version=published.version,
        slug=published.slug,
        flow=flow,
    )


def _takes_chat(node_type: NodeType, node: Node) -> bool:
    """Say whether a trigger takes a visitor's message, or the opening of the chat; one that fails says so itself."""
    probe = Inbound(
        kind="message",
        key="",
        received_at=datetime.min.replace(tzinfo=UTC),
        seed=0,
        channel=CHAT,
        provider=CHAT,
        text="hello",
    )
    try:
        starts = cast(Starts, node_type).starts
        return any(starts(node.properties, replace(probe, kind=kind)) for kind in ("message", "opened"))
    except Exception:  # noqa: BLE001 -- it may be a plugin's code
        return True
