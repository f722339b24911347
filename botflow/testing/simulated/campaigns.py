"""Campaigns on a virtual clock: when each trigger.campaign is due for the people whom a test knows in its workflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botflow.engine.inbound import CHAT, RUN
from botflow.engine.time_zone import zone_of_person
from botflow.flow.graph import Flow
from botflow.nodes.triggers.campaign import CAMPAIGN, CampaignProperties
from botflow.nodes.triggers.campaign_moments import CampaignRule, Occasion, latest, occasions
from botflow.testing.simulated.contacts import KnownPerson, SimulatedContacts
from botflow.testing.simulated.session import SimulatedSession

TRIED_AGAIN = timedelta(minutes=1)  # while the person is in a conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCampaign:
    """A campaign trigger of a workflow."""

    flow: Flow
    node: str
    properties: CampaignProperties
    rule: CampaignRule

    def takes(self, session: SimulatedSession, person: KnownPerson) -> bool:
        """Say whether it may write to the person of a session, who has not opted out."""
        wanted = self.properties
        is_reached = session.channel == CHAT or bool(wanted.sender or session.state.address)
        return (
            session.flow.id == self.flow.id
            and session.channel != RUN
            and not session.parked
            and wanted.channel in ("", session.channel)
            and (not wanted.group or wanted.group in person.groups)
            and is_reached
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCampaign:
    """A conversation that a campaign begins at `due_at`, if the person is in none then."""

    campaign: SimulatedCampaign
    session: SimulatedSession
    occasion: Occasion
    value: object
    due_at: datetime

    @property
    def key(self) -> tuple[str, str, int, str]:
        return self.campaign.flow.id, self.campaign.node, self.session.number, self.occasion.name

    @property
    def sender(self) -> str:
        return self.campaign.properties.sender or self.session.state.address

    @property
    def parameters(self) -> dict[str, Any]:
        occasion = {
            "field": self.campaign.rule.field,
            "value": self.value,
            "date": self.occasion.date.isoformat(),
            "dueAt": self.occasion.due_at.isoformat(),
        }
        given = self.campaign.properties.input
        told = {"trigger": CAMPAIGN, "start": self.campaign.node, "input": occasion if given is None else given}
        return {**told, "occasion": occasion}


class SimulatedCampaigns:
    """The campaigns of a test's workflows; `since` is when they came into force."""

    def __init__(
        self,
        flows: Iterable[Flow],
        sessions: Mapping[int, SimulatedSession],
        contacts: SimulatedContacts,
        since: datetime,
    ) -> None:
        self._campaigns = list(_campaigns_of(flows))
        self._sessions = sessions
        self._contacts = contacts
        self._since = since
        self._tried: dict[tuple[str, str, int, str], datetime] = {}
        self._begun: set[tuple[str, str, int, str]] = set()

    def due(self, now: datetime, until: datetime) -> list[DueCampaign]:
        """Return what is due from now until then, and what waited for a conversation to end."""
        return [
            each
            for campaign in self._campaigns
            for session in list(self._sessions.values())
            for each in self._of(campaign, session, now, until)
        ]

    def take(self, due: DueCampaign, now: datetime) -> bool:
        """Say whether the conversation may begin now; if the person is in one it is due again in a minute."""
        if due.session.state.frames:
            self._tried[due.key] = now
            return False
        self._begun.add(due.key)
        return True

    def _of(
        self, campaign: SimulatedCampaign, session: SimulatedSession, now: datetime, until: datetime
    ) -> Iterator[DueCampaign]:
        person = self._contacts.known(session.channel, session.sender)
        value = person.values.get(campaign.rule.field)
        if value is None or not campaign.takes(session, person):
            return
        otherwise = campaign.flow.policy.time_zone
        zone = zone_of_person({}, session.sender, otherwise, person.values.get("timeZone"))
        late_s = campaign.properties.late
        for each in occasions(campaign.rule, value, zone, max(self._since, now - timedelta(seconds=late_s)), until):
            due = DueCampaign(campaign=campaign, session=session, occasion=each, value=value, due_at=each.due_at)
            tried = self._tried.get(due.key)
            at = max(each.due_at, now) if tried is None else max(tried + TRIED_AGAIN, now)
            if due.key not in self._begun and at <= min(until, latest(campaign.rule, each, zone, late_s)):
                yield DueCampaign(campaign=campaign, session=session, occasion=each, value=value, due_at=at)


def _campaigns_of(flows: Iterable[Flow]) -> Iterator[SimulatedCampaign]:
    for flow in flows:
        for node in flow.triggers:
            declared = flow.contact_fields.get(getattr(node.properties, "field", ""))
            if isinstance(node.properties, CampaignProperties) and declared is not None:
                assert declared.type in ("date", "datetime"), "the checker has seen to it"
                rule = node.properties.rule("date" if declared.type == "date" else "datetime")
                yield SimulatedCampaign(flow=flow, node=node.id, properties=node.properties, rule=rule)
