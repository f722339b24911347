"""The publish plan: who waits where, what would become of each session, and a token that publishes exactly this.

Nothing of a plan is carried out: each session is tried against the draft by the engine alone. How a publication goes on
from here stands in `botflow/runtime/publications/mover.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection

from botflow.engine.moves.move import Move, Version, place_of
from botflow.engine.session import Session
from botflow.errors import RejectedInbound, did_you_mean
from botflow.flow.graph import Flow
from botflow.phone_numbers import require_numbers
from botflow.records.access import Principal
from botflow.records.publications import Moves, PlanFacts, PublicationRecord
from botflow.runtime.app import Runtime
from botflow.runtime.publications.decision import FormerVersions, SessionRefusal, decide
from botflow.service.bundles import Bundle
from botflow.service.drafts import compiled_draft
from botflow.service.models import Body, Shown
from botflow.service.workflows import slug_in
from botflow.storage.service.drafts import Draft
from botflow.storage.service.moving_sessions import WaitingSession, sessions_under_way
from botflow.storage.service.publications import KEPT_FOR, add_plan
from botflow.storage.service.versions import ActiveVersion, active_version, version_numbers

SHOWN_SESSIONS = 5  # of each reason
_AT_ONCE = 200  # sessions that are read by one statement
_UNKNOWN = "unknown"  # where a session is that stands nowhere

NodeId = Annotated[str, Field(min_length=1, max_length=200)]
PlainMove = Literal["stay", "same", "restart"]


class MoveTo(Body):
    """Move to another node of the same graph, which asks the same kind of question."""

    to: NodeId


class Planning(Body):
    """What shall become of the sessions at each node, and of all others. A node of a subflow is `subflow/node`."""

    example = '{"moves": {"ask_name": {"to": "ask_full_name"}, "menu": "restart"}, "default": "same"}'

    moves: Annotated[dict[NodeId, PlainMove | MoveTo], Field(default_factory=dict, max_length=1_000)]
    default: PlainMove = "stay"


class Refused(Shown):
    """Sessions that would stay though they should move: why, how many, and the first of them."""

    reason: SessionRefusal
    count: int
    sessions: list[int]


class PlannedNode(Shown):
    """The sessions that wait at a node of a version, and what becomes of them."""

    version: int
    node: str
    waits: int
    action: str
    would_move: int
    refused: list[Refused]


class PublicationPlan(Shown):
    """What publishing the draft would do. `token` publishes it, while draft and active version are these."""

    workflow: str
    revision: int
    replaces: int | None
    waits: int
    would_move: int
    would_stay: int
    refused: int
    nodes: list[PlannedNode]
    token: str
    expires_at: datetime


@dataclass(slots=True)
class _Group:
    waits: int = 0
    moves: int = 0
    refused: dict[SessionRefusal, list[int]] = field(default_factory=dict)


_Groups = dict[tuple[int, str], _Group]


class Planner:
    """Plans publications for the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.engine
        self._flows = runtime.flows
        self._node_types = runtime.node_types
        self._clock = runtime.clock
        self._caller = caller

    async def plan(self, workflow: str, moves: Mapping[str, PlainMove | MoveTo], default: PlainMove) -> PublicationPlan:
        """See `Publications.plan_publication`."""
        slug = slug_in(workflow)
        draft, bundle, active = await self._engine.read(self._compiled, slug)
        require_numbers(bundle.flow)
        wanted = _moves(moves, default)
        groups = await self._try_sessions(draft.workflow, bundle.flow, active, wanted)
        former = None if active is None else await self._flows.version(active.id)
        _check_places(wanted, bundle.flow, former, groups)
        facts = PlanFacts(
            revision=draft.revision,
            active=None if active is None else active.id,
            digest=bundle.flow.digest,
            moves=wanted,
        )
        token = secrets.token_urlsafe(24)
        args = (draft.workflow, digest_of(token), facts, self._caller.actor)
        stored = await self._engine.write(add_plan, *args)
        numbers = await self._engine.read(version_numbers, draft.workflow)
        return _plan(draft, active, groups, numbers, wanted, token, stored)

    def _compiled(self, connection: Connection, slug: str) -> tuple[Draft, Bundle, ActiveVersion | None]:
        draft, bundle = compiled_draft(connection, self._caller.organization, slug, self._node_types, None)
        return draft, bundle, active_version(connection, draft.workflow)

    async def _try_sessions(self, workflow: int, flow: Flow, active: ActiveVersion | None, moves: Moves) -> _Groups:
        """Try every session of the workflow that is under way, in pages by key."""
        new, former = Version(flow, self._node_types), FormerVersions(self._flows, self._node_types)
        groups: _Groups = {}
        after: tuple[str, str] | None = None
        while True:
            found = await self._engine.read(sessions_under_way, workflow, after, _AT_ONCE)
            for each in found[:_AT_ONCE]:
                version = each.stored.flow_version
                assert version is not None, "its execution is under way"
                await self._try_one(each, await former.get(version), new, moves, groups)
            if len(found) <= _AT_ONCE:
                return groups
            last = found[_AT_ONCE - 1].stored.key
            after = (last.channel, last.external_id)

    async def _try_one(
        self, waiting: WaitingSession, old: Version, new: Version, moves: Moves, groups: _Groups
    ) -> None:
        stored = waiting.stored
        place = place_of(stored.session) if stored.session.frames else _UNKNOWN
        group = groups.setdefault((stored.flow_version or 0, place), _Group())
        group.waits += 1
        move = moves.at(place)
        if move.action == "stay" or old.flow.digest == new.flow.digest:
            return
        decided = decide(waiting, old, new, move, self._clock.now())
        if isinstance(decided, Session):
            group.moves += 1
        else:
            group.refused.setdefault(decided, []).append(stored.id)
        await asyncio.sleep(0)  # a person's message goes before


def digest_of(token: str) -> bytes:
    """Return what is stored of a plan's token."""
    return hashlib.sha256(token.encode()).digest()


def _moves(moves: Mapping[str, PlainMove | MoveTo], default: PlainMove) -> Moves:
    chosen = {place: Move("to", move.to) if isinstance(move, MoveTo) else Move(move) for place, move in moves.items()}
    return Moves(by_place=chosen, default=Move(default))


def _check_places(moves: Moves, draft: Flow, active: Flow | None, groups: _Groups) -> None:
    """RejectedInbound `plan.unknown_node` (422) for a move from or to a node that is nowhere: it is misspelt."""
    after = _places(draft)
    known = after | {place for _, place in groups} | (_places(active) if active is not None else set())
    for place, move in moves.by_place.items():
        if place not in known:
            raise _unknown_node(place, known)
        graph = place.rpartition("/")[0]
        if move.action == "to" and (target := f"{graph}/{move.node}" if graph else move.node) not in after:
            raise _unknown_node(target, after)


def _places(flow: Flow) -> set[str]:
    inner = {f"{name}/{node}" for name, graph in flow.subflows.items() for node in graph.nodes}
    return {*flow.nodes, *inner}


def _unknown_node(place: str, known: set[str]) -> RejectedInbound:
    return RejectedInbound(
        f"there is no node {place[:64]!r}",
        code="plan.unknown_node",
        hint=did_you_mean(place, known, "a node of a subflow is written as subflow/node"),
        status=422,
    )


def _plan(
    draft: Draft,
    active: ActiveVersion | None,
    groups: _Groups,
    numbers: Mapping[int, int],
    moves: Moves,
    token: str,
    stored: PublicationRecord,
) -> PublicationPlan:
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
        for (version, place), group in sorted(groups.items())
    ]
    waits, move = sum(node.waits for node in nodes), sum(node.would_move for node in nodes)
    refused = sum(each.count for node in nodes for each in node.refused)
    return PublicationPlan(
        workflow=draft.slug,
        revision=draft.revision,
        replaces=None if active is None else active.number,
        waits=waits,
        would_move=move,
        would_stay=waits - move - refused,
        refused=refused,
        nodes=nodes,
        token=token,
        expires_at=stored.created_at + KEPT_FOR,
    )


def _written(move: Move) -> str:
    return f"to {move.node}" if move.action == "to" else move.action
