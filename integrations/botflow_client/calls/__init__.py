"""Every call of the API. Written by `python -m docs.generate`: do not edit it."""

from botflow_client.calls.api_keys import APIKeysCalls, AsyncAPIKeysCalls
from botflow_client.calls.audit_log import AsyncAuditLogCalls, AuditLogCalls
from botflow_client.calls.campaigns import AsyncCampaignsCalls, CampaignsCalls
from botflow_client.calls.canaries import AsyncCanariesCalls, CanariesCalls
from botflow_client.calls.contacts import AsyncContactsCalls, ContactsCalls
from botflow_client.calls.credentials import AsyncCredentialsCalls, CredentialsCalls
from botflow_client.calls.doctor import AsyncDoctorCalls, DoctorCalls
from botflow_client.calls.drafts import AsyncDraftsCalls, DraftsCalls
from botflow_client.calls.edges import AsyncEdgesCalls, EdgesCalls
from botflow_client.calls.erasures import AsyncErasuresCalls, ErasuresCalls
from botflow_client.calls.events import AsyncEventsCalls, EventsCalls
from botflow_client.calls.executions import AsyncExecutionsCalls, ExecutionsCalls
from botflow_client.calls.exports import AsyncExportsCalls, ExportsCalls
from botflow_client.calls.feedback import AsyncFeedbackCalls, FeedbackCalls
from botflow_client.calls.graphs import AsyncGraphsCalls, GraphsCalls
from botflow_client.calls.handoffs import AsyncHandoffsCalls, HandoffsCalls
from botflow_client.calls.messages import AsyncMessagesCalls, MessagesCalls
from botflow_client.calls.node_types import AsyncNodeTypesCalls, NodeTypesCalls
from botflow_client.calls.nodes import AsyncNodesCalls, NodesCalls
from botflow_client.calls.organizations import AsyncOrganizationsCalls, OrganizationsCalls
from botflow_client.calls.publications import AsyncPublicationsCalls, PublicationsCalls
from botflow_client.calls.schedules import AsyncSchedulesCalls, SchedulesCalls
from botflow_client.calls.sessions import AsyncSessionsCalls, SessionsCalls
from botflow_client.calls.short_addresses import AsyncShortAddressesCalls, ShortAddressesCalls
from botflow_client.calls.token_keys import AsyncTokenKeysCalls, TokenKeysCalls
from botflow_client.calls.usage import AsyncUsageCalls, UsageCalls
from botflow_client.calls.users import AsyncUsersCalls, UsersCalls
from botflow_client.calls.versions import AsyncVersionsCalls, VersionsCalls
from botflow_client.calls.workflows import AsyncWorkflowsCalls, WorkflowsCalls


class Calls(
    WorkflowsCalls,
    DraftsCalls,
    GraphsCalls,
    NodesCalls,
    NodeTypesCalls,
    EdgesCalls,
    VersionsCalls,
    PublicationsCalls,
    CanariesCalls,
    ExecutionsCalls,
    EventsCalls,
    ExportsCalls,
    SchedulesCalls,
    CampaignsCalls,
    UsageCalls,
    SessionsCalls,
    HandoffsCalls,
    DoctorCalls,
    MessagesCalls,
    FeedbackCalls,
    ContactsCalls,
    CredentialsCalls,
    APIKeysCalls,
    TokenKeysCalls,
    UsersCalls,
    OrganizationsCalls,
    AuditLogCalls,
    ErasuresCalls,
    ShortAddressesCalls,
):
    """All calls; each waits for its answer."""


class AsyncCalls(
    AsyncWorkflowsCalls,
    AsyncDraftsCalls,
    AsyncGraphsCalls,
    AsyncNodesCalls,
    AsyncNodeTypesCalls,
    AsyncEdgesCalls,
    AsyncVersionsCalls,
    AsyncPublicationsCalls,
    AsyncCanariesCalls,
    AsyncExecutionsCalls,
    AsyncEventsCalls,
    AsyncExportsCalls,
    AsyncSchedulesCalls,
    AsyncCampaignsCalls,
    AsyncUsageCalls,
    AsyncSessionsCalls,
    AsyncHandoffsCalls,
    AsyncDoctorCalls,
    AsyncMessagesCalls,
    AsyncFeedbackCalls,
    AsyncContactsCalls,
    AsyncCredentialsCalls,
    AsyncAPIKeysCalls,
    AsyncTokenKeysCalls,
    AsyncUsersCalls,
    AsyncOrganizationsCalls,
    AsyncAuditLogCalls,
    AsyncErasuresCalls,
    AsyncShortAddressesCalls,
):
    """All calls, for asyncio."""
