"""Whom a campaign is due for: what its version declares, and one page of the contacts whose dates may be due.

Reads only. What it finds is decided again, person by person, in the transaction that starts a conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from botflow.engine.inbound import CHAT
from botflow.engine.time_zone import zone_of_person
from botflow.nodes.triggers.campaign import CampaignProperties
from botflow.nodes.triggers.campaign_moments import CampaignRule, Occasion, latest, occasions, texts_between
from botflow.runtime.runs.starts.plan import plan_of
from botflow.storage.runs.campaigns.campaigns import Place, StoredCampaign
from botflow.storage.runs.campaigns.people import (
    DatedPerson,
    members_of,
    oldest_text,
    page_of_people,
    with_addresses,
)
from botflow.storage.runs.campaigns.starts import WAITING, decided
from botflow.storage.runs.starts.targets import Target

PAGE = 200  # values that one look reads
RECORDED = timedelta(days=1)  # for so long what came too late is written down as missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign trigger of a workflow's version; `zone` is the workflow's."""

    target: Target
    node: str
    properties: CampaignProperties
    rule: CampaignRule
    zone: str

    def zone_of(self, person: DatedPerson) -> ZoneInfo:
        """Return the person's time zone: stored, else of the number that they are written at, else the workflow's."""
        number = person.address.address if person.address is not None else ""
        return zone_of_person({}, number, self.zone, person.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStart:
    """A conversation that is due with a person. `is_late`: it may not start any more; `has_waited`: the person was in a
    conversation before."""

    person: DatedPerson
    occasion: Occasion
    is_late: bool
    has_waited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One page: what is due, in the order of places, and after which place to go on; None when it was the last."""

    due: Sequence[DueStart]
    next: Place | None


def campaigns_of(target: Target) -> list[Campaign]:
    """Return the campaigns of a workflow's version, in the order of its document."""
    if target.version is None:  # it was never published
        return []
    plan = plan_of(target.slug, target.documents)
    found = []
    for node, properties in plan.of(CampaignProperties):
        declared = plan.contact_fields.get(properties.field)
        if declared is not None and (declared.type == "date" or declared.type == "datetime"):
            rule = properties.rule(declared.type)
            found.append(Campaign(target=target, node=node, properties=properties, rule=rule, zone=plan.time_zone))
    return found


def look(
    connection: Connection, campaign: Campaign, stored: StoredCampaign, now: datetime, channels: Collection[str]
) -> Look:
    """Read the next page of a campaign's look."""
    first = max(stored.since, now - timedelta(seconds=campaign.properties.late) - RECORDED)
    people = people_due(connection, campaign, first, now, stored.after, PAGE)
    reached = readable(connection, campaign, people, channels)
    known = decided(connection, campaign.target.workflow, campaign.node, [person.id for person in reached])
    due = [
        DueStart(person=person, occasion=each, is_late=now > until, has_waited=(person.id, each.name) in known)
        for person in reached
        for each, until in _due(campaign, person, first, now)
        if known.get((person.id, each.name), WAITING) == WAITING
    ]
    return Look(due=due, next=people[-1].place if len(people) == PAGE else None)


def people_due(
    connection: Connection, campaign: Campaign, first: datetime, last: datetime, after: Place | None, limit: int
) -> list[DatedPerson]:
    """Return people whose dates may be due from `first` to `last` in some time zone, after a place."""
    organization, rule = campaign.target.organization, campaign.rule
    oldest = oldest_text(connection, organization, rule.field) if rule.yearly else ""
    ranges = texts_between(rule, first, last, oldest)
    return page_of_people(connection, organization, rule.field, ranges, after, limit)


def readable(
    connection: Connection, campaign: Campaign, people: Sequence[DatedPerson], channels: Collection[str] | None
) -> list[DatedPerson]:
    """Return those of the campaign's group, with their time zones and with the addresses that it may write to;
    `channels` are those that providers carry, None if that is not known here."""
    organization, wanted = campaign.target.organization, campaign.properties
    if wanted.group:
        members = members_of(connection, organization, wanted.group, [person.id for person in people])
        people = [person for person in people if person.id in members]
    served = [wanted.channel] if wanted.channel else None
    if channels is not None:
        served = [channel for channel in (CHAT, *channels) if wanted.channel in ("", channel)]
    return with_addresses(connection, organization, people, served) if people else []


def _due(
    campaign: Campaign, person: DatedPerson, first: datetime, now: datetime
) -> Iterator[tuple[Occasion, datetime]]:
    """Yield each occasion until now, and until when its conversation may start."""
    zone = campaign.zone_of(person)
    for each in occasions(campaign.rule, person.value, zone, first, now):
        yield each, latest(campaign.rule, each, zone, campaign.properties.late)
