"""botflow's calls for one caller, in groups. Python and REST share them: a route only reads and writes JSON around one.

service = Service(runtime, caller)
page = await service.workflows.get_active_workflows()
"""

from __future__ import annotations

from functools import cached_property

from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.access.api_keys import Keys
from botflow.service.access.audit_log import AuditLog
from botflow.service.access.organizations import Organizations
from botflow.service.access.retention import RetentionOfOrganization
from botflow.service.access.token_keys import TokenKeys
from botflow.service.access.users import Users
from botflow.service.campaigns.campaigns import Campaigns
from botflow.service.credentials.credentials import Credentials
from botflow.service.doctor.doctor import Doctor
from botflow.service.events.events import Events
from botflow.service.events.webhooks import Webhooks
from botflow.service.executions.ai_calls import AiCalls
from botflow.service.executions.executions import Executions
from botflow.service.executions.forks import Forks
from botflow.service.executions.usage import Reports
from botflow.service.exports.exports import Exports
from botflow.service.field_options import FieldOptions
from botflow.service.messages.decisions import DecisionLog
from botflow.service.messages.feedback import FeedbackReports
from botflow.service.messages.inbounds import Inbounds
from botflow.service.messages.outbounds import Outbounds
from botflow.service.node_types import NodeTypes
from botflow.service.people.contact_fields import ContactFields
from botflow.service.people.contacts import Contacts
from botflow.service.people.erasures import Erasures
from botflow.service.schedules.schedules import Schedules
from botflow.service.sessions.contacts import PersonContacts
from botflow.service.sessions.handoffs import Handoffs
from botflow.service.sessions.session_changes import SessionChanges
from botflow.service.sessions.sessions import Sessions
from botflow.service.workflows.canaries import Canaries
from botflow.service.workflows.diffs import Diffs
from botflow.service.workflows.drafts import Drafts
from botflow.service.workflows.edges import Edges
from botflow.service.workflows.graphs import Graphs
from botflow.service.workflows.nodes import Nodes
from botflow.service.workflows.publications import Publications
from botflow.service.workflows.versions import Versions
from botflow.service.workflows.workflows import Workflows


class Service:
    """The calls that `caller` may make, within its organization. Scopes are checked where calls come from outside."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self.caller = caller

    @cached_property
    def workflows(self) -> Workflows:
        return Workflows(self._runtime, self.caller)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self._runtime, self.caller)

    @cached_property
    def nodes(self) -> Nodes:
        return Nodes(self._runtime, self.caller)

    @cached_property
    def node_types(self) -> NodeTypes:
        return NodeTypes(self._runtime)

    @cached_property
    def field_options(self) -> FieldOptions:
        return FieldOptions(self._runtime, self.caller)

    @cached_property
    def edges(self) -> Edges:
        return Edges(self._runtime, self.caller)

    @cached_property
    def graphs(self) -> Graphs:
        return Graphs(self._runtime, self.caller)

    @cached_property
    def versions(self) -> Versions:
        return Versions(self._runtime, self.caller)

    @cached_property
    def diffs(self) -> Diffs:
        return Diffs(self._runtime, self.caller)

    @cached_property
    def publications(self) -> Publications:
        return Publications(self._runtime, self.caller)

    @cached_property
    def canaries(self) -> Canaries:
        return Canaries(self._runtime, self.caller)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self._runtime, self.caller)

    @cached_property
    def session_changes(self) -> SessionChanges:
        return SessionChanges(self._runtime, self.caller)

    @cached_property
    def handoffs(self) -> Handoffs:
        return Handoffs(self._runtime, self.caller)

    @cached_property
    def doctor(self) -> Doctor:
        return Doctor(self._runtime, self.caller)

    @cached_property
    def inbounds(self) -> Inbounds:
        return Inbounds(self._runtime, self.caller)

    @cached_property
    def outbounds(self) -> Outbounds:
        return Outbounds(self._runtime, self.caller)

    @cached_property
    def decisions(self) -> DecisionLog:
        return DecisionLog(self._runtime, self.caller)

    @cached_property
    def feedback(self) -> FeedbackReports:
        return FeedbackReports(self._runtime, self.caller)

    @cached_property
    def contacts(self) -> PersonContacts:
        return PersonContacts(self._runtime, self.caller)

    @cached_property
    def people(self) -> Contacts:
        return Contacts(self._runtime.database.within(self.caller.organization), self._runtime.channels, self.caller)

    @cached_property
    def contact_fields(self) -> ContactFields:
        return ContactFields(self._runtime.database.within(self.caller.organization), self.caller)

    @cached_property
    def executions(self) -> Executions:
        return Executions(self._runtime, self.caller)

    @cached_property
    def forks(self) -> Forks:
        return Forks(self._runtime, self.caller)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self._runtime.database.within(self.caller.organization), self.caller)

    @cached_property
    def schedules(self) -> Schedules:
        return Schedules(self._runtime, self.caller)

    @cached_property
    def ai_calls(self) -> AiCalls:
        return AiCalls(self._runtime, self.caller)

    @cached_property
    def reports(self) -> Reports:
        return Reports(self._runtime, self.caller)

    @cached_property
    def exports(self) -> Exports:
        engine = self._runtime.database.within(self.caller.organization)
        return Exports(engine, self._runtime.channels, self._runtime.clock, self.caller)

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self._runtime, self.caller)

    @cached_property
    def keys(self) -> Keys:
        return Keys(self._runtime, self.caller)

    @cached_property
    def token_keys(self) -> TokenKeys:
        return TokenKeys(self._runtime, self.caller)

    @cached_property
    def users(self) -> Users:
        return Users(self._runtime.database.within(self.caller.organization), self.caller)

    @cached_property
    def organizations(self) -> Organizations:
        database = self._runtime.database
        return Organizations(database.within(self.caller.organization), database.engine, self.caller)

    @cached_property
    def retention(self) -> RetentionOfOrganization:
        return RetentionOfOrganization(self._runtime, self.caller)

    @cached_property
    def erasures(self) -> Erasures:
        return Erasures(self._runtime, self.caller)

    @cached_property
    def events(self) -> Events:
        return Events(self._runtime, self.caller)

    @cached_property
    def webhooks(self) -> Webhooks:
        database, sender = self._runtime.database, self._runtime.webhooks
        return Webhooks(database.within(self.caller.organization), database.engine, sender, self.caller)

    @cached_property
    def audit_log(self) -> AuditLog:
        return AuditLog(self._runtime, self.caller)
