"""The answers of the API, as values. Written by `python -m docs.generate`: do not edit it."""

from botflow_client.models.api_keys import Key, MadeKey, Scope
from botflow_client.models.audit_log import Change
from botflow_client.models.canaries import ArmReport, Canary, CanaryPlan, CanaryReport, NodeCount
from botflow_client.models.contacts import Contact
from botflow_client.models.credentials import Credential, FieldRules, FieldType, Module, ModuleField, PageOfModule
from botflow_client.models.doctor import Diagnosis, Mended
from botflow_client.models.drafts import Finding, Validation, WorkflowDraft
from botflow_client.models.edges import EdgeDetail
from botflow_client.models.erasures import Erasure
from botflow_client.models.events import Attempt, Delivery, Event, EventPage, MadeWebhook, Webhook
from botflow_client.models.executions import (
    Execution,
    ExecutionDetails,
    ExecutionStep,
    ExecutionTraces,
    QueuedExecution,
    SessionMessage,
    ShownArtifact,
    ShownCheckpoint,
    ShownLogEntry,
    ShownOrigin,
    StartedByEvent,
    StartedExecution,
    Tokens,
    TriggerResult,
)
from botflow_client.models.graphs import Edge, EditedGraph, Node, Position, Retry, WorkflowGraph
from botflow_client.models.messages import Decision, Inbound, InboundDetails, Outbound, OutboundDetails
from botflow_client.models.nodes import DeletedNode, NodeDetail, NodePositions
from botflow_client.models.organizations import Organization, Retention
from botflow_client.models.publications import PlannedNode, Publication, PublicationPlan, Refused
from botflow_client.models.schedules import (
    PageOfShownSchedule,
    PlannedRun,
    ScheduledRun,
    SchedulePreview,
    ShownSchedule,
)
from botflow_client.models.sessions import (
    AddedNote,
    HistoryEntry,
    RevokedToken,
    SaidMessage,
    Session,
    SessionContext,
    TurnEvent,
)
from botflow_client.models.short_addresses import RunDetails
from botflow_client.models.token_keys import Role, TokenKey
from botflow_client.models.usage import (
    AiCall,
    EdgeCount,
    Usage,
    UsageGroup,
    VariantResult,
    VariantResults,
    WorkflowCounts,
)
from botflow_client.models.users import MadeUser, User
from botflow_client.models.versions import (
    ChangedEdge,
    ChangedNode,
    MovedNode,
    Published,
    RenamedNode,
    ValueChange,
    Version,
    VersionDetail,
    WorkflowDiff,
)
from botflow_client.models.workflows import Workflow

__all__ = [
    "AddedNote",
    "AiCall",
    "ArmReport",
    "Attempt",
    "Canary",
    "CanaryPlan",
    "CanaryReport",
    "Change",
    "ChangedEdge",
    "ChangedNode",
    "Contact",
    "Credential",
    "Decision",
    "DeletedNode",
    "Delivery",
    "Diagnosis",
    "Edge",
    "EdgeCount",
    "EdgeDetail",
    "EditedGraph",
    "Erasure",
    "Event",
    "EventPage",
    "Execution",
    "ExecutionDetails",
    "ExecutionStep",
    "ExecutionTraces",
    "FieldRules",
    "FieldType",
    "Finding",
    "HistoryEntry",
    "Inbound",
    "InboundDetails",
    "Key",
    "MadeKey",
    "MadeUser",
    "MadeWebhook",
    "Mended",
    "Module",
    "ModuleField",
    "MovedNode",
    "Node",
    "NodeCount",
    "NodeDetail",
    "NodePositions",
    "Organization",
    "Outbound",
    "OutboundDetails",
    "PageOfModule",
    "PageOfShownSchedule",
    "PlannedNode",
    "PlannedRun",
    "Position",
    "Publication",
    "PublicationPlan",
    "Published",
    "QueuedExecution",
    "Refused",
    "RenamedNode",
    "Retention",
    "Retry",
    "RevokedToken",
    "Role",
    "RunDetails",
    "SaidMessage",
    "SchedulePreview",
    "ScheduledRun",
    "Scope",
    "Session",
    "SessionContext",
    "SessionMessage",
    "ShownArtifact",
    "ShownCheckpoint",
    "ShownLogEntry",
    "ShownOrigin",
    "ShownSchedule",
    "StartedByEvent",
    "StartedExecution",
    "TokenKey",
    "Tokens",
    "TriggerResult",
    "TurnEvent",
    "Usage",
    "UsageGroup",
    "User",
    "Validation",
    "ValueChange",
    "VariantResult",
    "VariantResults",
    "Version",
    "VersionDetail",
    "Webhook",
    "Workflow",
    "WorkflowCounts",
    "WorkflowDiff",
    "WorkflowDraft",
    "WorkflowGraph",
]
