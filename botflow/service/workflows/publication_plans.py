"""The publish plan: who waits where, what would become of each session, and a token that publishes exactly this.

Nothing of a plan is carried out: each session is tried against the draft by the engine alone. How a publication goes on
from here is in `botflow/runtime/publications/mover.py`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection

from botflow.engine.moves.move import Move, Version
from botflow.engine.turn import NodeTypes
from botflow.errors import RejectedInbound, did_you_mean
from botflow.flow.compile import compile_flow
from botflow.flow.graph import Flow
from botflow.phone_numbers import require_numbers
from botflow.records.access import Principal
from botflow.records.publications import Moves, PlanFacts
from botflow.runtime.app import Runtime
from botflow.runtime.publications.decision import FormerVersions
from botflow.runtime.publications.rehearsal import Rehearsal
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.service.workflows.bundles import Bundle
from botflow.service.workflows.publication_models import (
    SHOWN_SESSIONS,
    MoveTo,
    PlainMove,
    PlannedNode,
    Preview,
    PublicationPlan,
    PublicationPreview,
    Refused,
)
from botflow.service.workflows.publishing import compile_draft, digest_of
from botflow.storage.service.workflows.drafts import Draft, organization_of
from botflow.storage.service.workflows.moving_sessions import sessions_under_way
from botflow.storage.service.workflows.publications import KEPT_FOR, add_plan
from botflow.storage.service.workflows.versions import ActiveVersion, active_version, documents_of, version_numbers

_AT_ONCE = 200  # sessions that are read by one statement
WantedMoves = Mapping[str, PlainMove | MoveTo]


class Planner:
    """Plans publications for the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._flows = runtime.flows
        self._node_types = runtime.node_types
        self._clock = runtime.clock
        self._caller = caller

    async def plan(self, workflow: str, moves: WantedMoves, default: PlainMove) -> PublicationPlan:
        """See `Publications.plan_publication`."""
        draft, bundle, active = await self._engine.read(self._compiled, slug_in(workflow))
        require_numbers(bundle.flow)
        wanted = read_moves(moves, default)
        rehearsal = Rehearsal(Version(bundle.flow, self._node_types), wanted)
        await self.try_sessions(draft.workflow, rehearsal)
        former = None if active is None else await self._flows.version(active.id)
        check_places(wanted, bundle.flow, former, {place for _, place in rehearsal.groups})
        facts = PlanFacts(
            revision=draft.revision,
            active=None if active is None else active.id,
            digest=bundle.flow.digest,
            moves=wanted,
        )
        token, expires_at = await self.keep(draft.workflow, facts)
        numbers = await self._engine.read(version_numbers, draft.workflow)
        preview = preview_of(draft, active, rehearsal, numbers, wanted)
        return PublicationPlan(**dict(preview), token=token, expires_at=expires_at)

    async def keep(self, workflow: int, facts: PlanFacts) -> tuple[str, datetime]:
        """Store a plan; return its token, and until when that is good."""
        token = secrets.token_urlsafe(24)
        stored = await self._engine.write(add_plan, workflow, digest_of(token), facts, self._caller.actor)
        return token, stored.created_at + KEPT_FOR

    def _compiled(self, connection: Connection, slug: str) -> tuple[Draft, Bundle, ActiveVersion | None]:
        draft, bundle = compile_draft(connection, self._caller.organization, slug, self._node_types, safe=None)
        return draft, bundle, active_version(connection, draft.workflow)

    async def try_sessions(self, workflow: int, rehearsal: Rehearsal, only_from: int | None = None) -> None:
        """Try every session of the workflow that is under way, in pages by key; or only those in a version (its id)."""
        former = FormerVersions(self._flows, self._node_types)
        after: tuple[str, str] | None = None
        while True:
            found = await self._engine.read(sessions_under_way, workflow, after, _AT_ONCE, only_from)
            for each in found[:_AT_ONCE]:
                version = each.stored.flow_version
                assert version is not None, "its execution is under way"
                rehearsal.add(each, await former.get(version), self._clock.now())
                await asyncio.sleep(0)  # a person's message goes before
            if len(found) <= _AT_ONCE:
                return
            last = found[_AT_ONCE - 1].stored.key
            after = (last.channel, last.external_id)


def preview_publication(
    connection: Connection, workflow: str, moves: WantedMoves, default: PlainMove, node_types: NodeTypes, now: datetime
) -> PublicationPreview:
    """Return what a plan says, without a token, on the caller's connection: for a process without a runtime."""
    slug = slug_in(workflow)
    organization = organization_of(connection, slug)
    if organization is None:
        raise unknown_workflow(slug)
    draft, bundle = compile_draft(connection, organization, slug, node_types, safe=None)
    active, wanted = active_version(connection, draft.workflow), read_moves(moves, default)
    rehearsal = Rehearsal(Version(bundle.flow, node_types), wanted)
    former: dict[int, Version] = {}

    def version(id: int) -> Version:
        if id not in former:
            former[id] = Version(compile_flow(documents_of(connection, id), slug, node_types), node_types)
        return former[id]

    after: tuple[str, str] | None = None
    while found := sessions_under_way(connection, draft.workflow, after, _AT_ONCE)[:_AT_ONCE]:
        for each in found:
            rehearsal.add(each, version(each.stored.flow_version or 0), now)
        after = (found[-1].stored.key.channel, found[-1].stored.key.external_id)
    active_flow = None if active is None else version(active.id).flow
    check_places(wanted, bundle.flow, active_flow, {place for _, place in rehearsal.groups})
    return preview_of(draft, active, rehearsal, version_numbers(connection, draft.workflow), wanted)


def read_moves(moves: WantedMoves, default: PlainMove) -> Moves:
    """Return the moves that a caller wants, as they are stored."""
    chosen = {place: Move("to", move.to) if isinstance(move, MoveTo) else Move(move) for place, move in moves.items()}
    return Moves(by_place=chosen, default=Move(default))


def check_places(moves: Moves, draft: Flow, active: Flow | None, waits_at: Collection[str]) -> None:
    """RejectedInbound `plan.unknown_node` (422) for a move from or to a node that is nowhere: it is misspelt."""
    after = _places(draft)
    known = {*after, *waits_at, *(_places(active) if active is not None else ())}
    for place, move in moves.by_place.items():
        if place not in known:
            raise _unknown_node(place, known)
        graph = place.rpartition("/")[0]
        if move.action == "to" and (target := f"{graph}/{move.node}" if graph else move.node) not in after:
            raise _unknown_node(target, after)


def preview_of(
    draft: Draft, active: ActiveVersion | None, rehearsal: Rehearsal, numbers: Mapping[int, int], moves: Moves
) -> PublicationPreview:
    """Return what a rehearsal of the draft has found."""
    counted = counted_sessions(draft.slug, rehearsal, numbers, moves)
    return PublicationPreview(
        **dict(counted), revision=draft.revision, replaces=None if active is None else active.number
    )


def counted_sessions(slug: str, rehearsal: Rehearsal, numbers: Mapping[int, int], moves: Moves) -> Preview:
    """Return the counts of a rehearsal, in the order of versions and nodes."""
    nodes = [
        PlannedNode(
            version=numbers[version],
            node=place,
            waits=group.waits,
            action=_written(moves.at(place)),
            would_move=group.moves,
            refused=[
                Refused(reason=reason, count=len(ids), sessions=ids[:SHOWN_SESSIONS])
                for reason, ids in sorted(group.refused.items())
            ],
        )
        for (version, place), group in sorted(rehearsal.groups.items())
    ]
    waits, move = sum(node.waits for node in nodes), sum(node.would_move for node in nodes)
    refused = sum(each.count for node in nodes for each in node.refused)
    return Preview(
        workflow=slug,
        waits=waits,
        would_move=move,
        would_stay=waits - move - refused,
        refused=refused,
        nodes=nodes,
    )


def _places(flow: Flow) -> set[str]:
    inner = {f"{name}/{node}" for name, graph in flow.subflows.items() for node in graph.nodes}
    return {*flow.nodes, *inner}


def _unknown_node(place: str, known: Collection[str]) -> RejectedInbound:
    return RejectedInbound(
        f"there is no node {place[:64]!r}",
        code="plan.unknown_node",
        hint=did_you_mean(place, known, "a node of a subflow is written as subflow/node"),
        status=422,
    )


def _written(move: Move) -> str:
    return f"to {move.node}" if move.action == "to" else move.action
