"""Campaigns in a transaction of the caller's: a server's, or a command's. The workflow's document declares them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.nodes.triggers.campaign_moments import occasions
from botflow.records.access import Principal
from botflow.records.campaigns import Outcome
from botflow.runtime.runs.campaigns.look import Campaign, campaigns_of, people_due, readable
from botflow.service.campaigns.campaign_models import (
    CampaignPreview,
    DueContact,
    ShownCampaign,
    shown_campaign,
)
from botflow.service.declared_triggers import Place, page_of_declared
from botflow.storage.engines.dialects import clock_time
from botflow.storage.runs.campaigns.campaigns import read_campaigns
from botflow.storage.runs.campaigns.starts import CampaignStart, counts_of, decided, page_of_starts
from botflow.storage.runs.starts.targets import Target, find_target

MOST_READ = 1_000  # contacts of a preview
AHEAD = timedelta(days=7)


class CampaignReads:
    """The campaigns of the caller's organization."""

    def __init__(self, caller: Principal) -> None:
        self._caller = caller

    def listed(self, connection: Connection, after: Place | None, limit: int) -> list[ShownCampaign]:
        """Return at most `limit` + 1 campaigns after this one, in the order of workflows and of campaigns."""
        return page_of_declared(
            connection,
            "campaign",
            self._caller.organization,
            after,
            limit,
            lambda targets: [each for target in targets for each in self._shown(connection, target)],
            lambda each: (each.workflow, each.campaign),
        )

    def of_workflow(self, connection: Connection, workflow: str) -> list[ShownCampaign]:
        """Return the campaigns of one workflow. RejectedInbound `workflow.unknown` (404)."""
        return self._shown(connection, self._target(connection, workflow))

    def one(self, connection: Connection, workflow: str, node: str) -> ShownCampaign:
        """Return a campaign. RejectedInbound `workflow.unknown`, `campaign.unknown` (404)."""
        campaign = self._find(connection, workflow, node)
        return next(each for each in self._shown(connection, campaign.target) if each.campaign == node)

    def starts(
        self,
        connection: Connection,
        workflow: str,
        node: str,
        outcome: Outcome,
        after: Sequence[Any] | None,
        limit: int,
    ) -> list[CampaignStart]:
        """Return at most `limit` + 1 of a campaign's occasions with this outcome, the latest due first."""
        campaign = self._find(connection, workflow, node)
        return page_of_starts(connection, campaign.target.workflow, node, outcome, after, limit)

    def preview(self, connection: Connection, workflow: str, node: str, count: int) -> CampaignPreview:
        """Return the next `count` contacts, by the rule that the look follows."""
        campaign, now = self._find(connection, workflow, node), clock_time(connection)
        people = people_due(connection, campaign, now, now + AHEAD, None, MOST_READ)
        reached = readable(connection, campaign, people, None)
        known = decided(connection, campaign.target.workflow, node, [person.id for person in reached])
        due: list[tuple[datetime, DueContact]] = []
        for person in reached:
            zone = campaign.zone_of(person)
            for each in occasions(campaign.rule, person.value, zone, now, now + AHEAD):
                if (person.id, each.name) not in known:
                    local = each.due_at.astimezone(zone).isoformat()
                    shown = DueContact(contact=person.id, date=each.date, due_at=each.due_at, local=local)
                    due.append((each.due_at, shown))
        due.sort(key=lambda each: (each[0], each[1].contact))
        is_complete = len(people) < MOST_READ and len(due) <= count
        return CampaignPreview(
            workflow=workflow, campaign=node, is_complete=is_complete, contacts=[each for _, each in due[:count]]
        )

    def _target(self, connection: Connection, workflow: str) -> Target:
        is_storable = workflow.isprintable()  # no database accepts a NUL
        target = find_target(connection, workflow, None, self._caller.organization) if is_storable else None
        if target is None:
            raise RejectedInbound(
                f"there is no workflow {workflow[:64]!r}",
                code="workflow.unknown",
                hint="list them with GET /api/v1/workflows",
                status=404,
            )
        return target

    def _find(self, connection: Connection, workflow: str, node: str) -> Campaign:
        target = self._target(connection, workflow)
        for campaign in campaigns_of(target):
            if campaign.node == node:
                return campaign
        raise RejectedInbound(
            f"the active version of {target.slug!r} has no campaign {node[:64]!r}",
            code="campaign.unknown",
            hint="GET /api/v1/campaigns and `botflow campaigns` list those that there are",
            status=404,
        )

    def _shown(self, connection: Connection, target: Target) -> list[ShownCampaign]:
        rows = {row.node: row for row in read_campaigns(connection, target.workflow)}
        return [
            shown_campaign(each, rows.get(each.node), counts_of(connection, target.workflow, each.node))
            for each in sorted(campaigns_of(target), key=lambda campaign: campaign.node)
        ]
