"""The fences of campaigns, and the promise that breaks without each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import signature
from typing import Any

from botflow.nodes.triggers import campaign_moments
from botflow.runtime.runs.campaigns import campaigns
from botflow.runtime.runs.campaigns import look as campaign_look
from botflow.runtime.runs.campaigns import start as campaign_start
from botflow.storage.database import Database
from botflow.storage.people import changes
from tests.faults.mutation import Fence
from tests.nodes.triggers import test_campaign_moments
from tests.runtime.runs.campaigns import test_campaigns
from tests.triggering.campaigning import Campaigning


def placed(promise: Callable[..., Awaitable[None]]) -> Callable[[Database], Awaitable[None]]:
    """Return a promise about campaigns, with a place of its own."""

    async def at_a_place(database: Database) -> None:
        given: dict[str, Any] = {"place": Campaigning(database)}
        if "database" in signature(promise).parameters:
            given["database"] = database
        await promise(**given)

    at_a_place.__name__ = promise.__name__
    return at_a_place


changed = placed(test_campaigns.test_what_changes_between_the_look_and_the_start_counts)

FENCES_OF_CAMPAIGNS = (
    Fence(campaign_start.start_occasion, "not hold_version(connection, target)", "False", changed),
    Fence(campaign_start.start_occasion, "is_stopped=is_stopped", "is_stopped=False", changed),
    Fence(campaign_start._is_meant, "not still_has(connection, due.person, campaign.rule.field)", "False", changed),
    Fence(campaign_start._is_meant, "not group or bool", "True or bool", changed),
    Fence(
        campaign_start._begin,
        "if due.is_late:",
        "if False:",
        placed(test_campaigns.test_what_is_too_late_is_missed_and_written_down_for_a_day),
    ),
    Fence(
        campaign_look.look,
        "max(stored.since, now - timedelta(seconds=campaign.properties.late) - RECORDED)",
        "now - timedelta(seconds=campaign.properties.late) - RECORDED",
        placed(test_campaigns.test_no_moment_before_its_rule_was_in_force_counts_and_publishing_loses_none),
    ),
    Fence(
        campaigns.sync_campaigns,
        "if row is None or row.rule != rule:",
        "if True:",
        placed(test_campaigns.test_no_moment_before_its_rule_was_in_force_counts_and_publishing_loses_none),
    ),
    Fence(
        campaigns.Campaigns._start_page,
        "started >= claim.campaign.properties.per_minute and not due.is_late",
        "False",
        placed(test_campaigns.test_a_minute_begins_no_more_than_it_may),
    ),
    Fence(
        changes.merge_people,
        "follow_merge(connection, kept.id, merged.id)",
        "pass",
        placed(test_campaigns.test_two_people_who_become_one_get_it_once),
    ),
    Fence(
        campaign_moments.latest,
        "rule.at is not None",
        "False",
        test_campaign_moments.test_it_starts_neither_on_the_next_day_nor_after_what_it_announces,
    ),
)
