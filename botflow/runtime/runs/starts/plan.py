"""How a version can be started, read from its documents: its triggers, and the credentials that its nodes name.

Read without compiling: the process that starts a workflow need not have the types of its nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from botflow.flow.contact_fields import ContactField
from botflow.flow.document import read_document
from botflow.flow.fields import Properties
from botflow.nodes.triggers.campaign import CampaignTrigger
from botflow.nodes.triggers.runs import EventTrigger, ManualTrigger, ScheduleTrigger, WebhookTrigger

TRIGGERS: Mapping[str, type[Properties]] = {
    trigger.name: trigger.properties
    for trigger in (ManualTrigger, EventTrigger, ScheduleTrigger, WebhookTrigger, CampaignTrigger)
}
P = TypeVar("P", bound=Properties)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A trigger node of the workflow's own graph."""

    node: str
    properties: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a version may be started. `time_zone` and `region` ("" for none) are the workflow's; `accounts` are the
    credentials that it names for channels and models, by module; `contact_fields` the fields that it declares."""

    is_single: bool
    time_zone: str
    region: str
    entries: tuple[Entry, ...]
    credentials: frozenset[str]
    accounts: Mapping[str, str]
    contact_fields: Mapping[str, ContactField]

    def of(self, kind: type[P]) -> Iterator[tuple[str, P]]:
        """Yield the trigger nodes whose properties are of this kind, by their ids."""
        for entry in self.entries:
            if isinstance(entry.properties, kind):
                yield entry.node, entry.properties


def plan_of(slug: str, documents: Mapping[str, Any]) -> Plan:
    """Read a published version, which is well-formed: it was compiled before."""
    shaped = {name: read_document(raw) for name, raw in documents.items()}
    own = shaped[slug]
    return Plan(
        is_single=own.execution_mode == "single",
        time_zone=own.time_zone,
        region=own.region or "",
        entries=tuple(
            Entry(node=node.id, properties=TRIGGERS[node.type_name].model_validate(node.properties))
            for node in own.nodes
            if node.type_name in TRIGGERS
        ),
        credentials=frozenset(
            node.credential for document in shaped.values() for node in document.nodes if node.credential
        ),
        accounts=own.credentials,
        contact_fields=own.contact_fields,
    )
