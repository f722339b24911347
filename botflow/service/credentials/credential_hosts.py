"""Which nodes would send a credential to a host that its `hosts` do not name, as far as the flow says the host.

The request itself is refused, too, wherever its address comes from: this is so that people hear of it before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from botflow.engine.turn import NodeTypes
from botflow.errors import UsageError
from botflow.flow.graph import Flow
from botflow.flow.problems import Problem
from botflow.outgoing_hosts import host_of, may_be_sent_to
from botflow.runtime.sealing import Safe, SecretFields
from botflow.storage.service.credentials import sets_named


def refused_hosts(
    connection: Connection, organization: int, flow: Flow, node_types: NodeTypes, safe: Safe
) -> list[Problem]:
    """Return an error for each node whose address none of the active credentials of its name may be sent to."""
    sending = list(_sending(flow, node_types))
    opened = _opened(connection, organization, {each.credential for each in sending}, safe)
    return [
        _problem(each)
        for each in sending
        if (sets := opened.get(each.credential)) and not any(may_be_sent_to(fields, each.url) for fields in sets)
    ]


class _Sending(NamedTuple):
    """A node that says where its credential goes. `at` is its place in the workflow's document."""

    workflow: str
    at: int
    node: str
    credential: str
    url: str


def _sending(flow: Flow, node_types: NodeTypes) -> Iterator[_Sending]:
    for each in (flow, *flow.subflows.values()):
        for at, node in enumerate(each.nodes.values()):
            url = node_types[node.type].destination(node.properties) if node.credential else ""
            if node.credential and url:
                yield _Sending(each.id, at, node.id, node.credential, url)


def _opened(connection: Connection, organization: int, names: set[str], safe: Safe) -> dict[str, list[SecretFields]]:
    """Return the fields of the active sets by name; without those that cannot be opened, which have a finding."""
    found: dict[str, list[SecretFields]] = {}
    for stored in sets_named(connection, organization, names):
        if stored.is_active:
            try:
                found.setdefault(stored.key.name, []).append(safe.open(stored))
            except UsageError:
                continue
    return found


def _problem(sending: _Sending) -> Problem:
    name, where = sending.credential, host_of(sending.url)
    return Problem(
        code="credential.host",
        severity="error",
        message=f"the node {sending.node!r} would send the credential {name!r} to {where}, which is none of its hosts",
        file=sending.workflow,
        hint="write the address of the service that it is for, or add the host to the credential's hosts",
        node=sending.node,
        path=f"nodes[{sending.at}].properties.url",
    )
