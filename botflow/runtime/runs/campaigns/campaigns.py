"""Campaigns: keeps a row for each campaign trigger of an active version, and starts the conversations that are due.

A look goes through the contacts whose dates may be due, a page at a time, and begins again a minute after it has ended.
Any number of processes may look: a row is one process's for as long as its lease, and each start is unique by itself,
so a process that dies or was frozen loses nothing and doubles nothing. Only the database's clock decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from botflow.crash_points import reach
from botflow.errors import ProviderError
from botflow.interfaces import Channels
from botflow.runtime.process.tick import Step
from botflow.runtime.runs.campaigns.look import Campaign, Look, campaigns_of, look
from botflow.runtime.runs.campaigns.start import Result, start_occasion
from botflow.runtime.served_flows import Flows
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.campaigns.campaigns import (
    Place,
    Progress,
    StoredCampaign,
    claim_campaign,
    drop_campaign,
    lock_campaigning,
    move_campaign,
    put_campaign,
    stored_campaigns,
)
from botflow.storage.runs.starts.targets import Target, find_targets

AT_ONCE = 50  # occasions that one look decides
LEASE = timedelta(seconds=40)
STEP_S = 30.0  # shorter than the lease
SYNC_S = 60
MINUTE = timedelta(minutes=1)
# After a look of many pages the next one comes later, so that looking is a small part of a process's work: this long
# for each page.
PAUSE_PER_PAGE = timedelta(milliseconds=100)

_log = structlog.get_logger("botflow.campaigns")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A campaign that this process works on, and a page of it."""

    campaign: Campaign
    stored: StoredCampaign
    now: datetime
    page: Look


class Campaigns:
    """The tick's steps around campaigns; `wake` says that there is something to claim."""

    def __init__(
        self,
        engine: Engine,
        flows: Flows,
        channels: Channels,
        wake: Callable[[], None],
        clock: Callable[[Connection], datetime] = clock_time,
    ) -> None:
        self._engine = engine
        self._flows = flows
        self._channels = channels
        self._wake = wake
        self._clock = clock
        self._synced: object = None

    def steps(self) -> tuple[Step, ...]:
        return (
            Step(name="sync_campaigns", run=self.sync, is_due=lambda seen: True),
            Step(name="start_campaigns", run=self.start_due, is_due=lambda seen: seen.campaigns, timeout_s=STEP_S),
        )

    async def sync(self) -> bool:
        """Update the rows from the active versions: when these have changed since the last call, and once a minute."""
        seen = (time.monotonic() // SYNC_S, [(live.slug, live.version) for live in self._flows.all()])
        if seen != self._synced:
            await self._engine.write(self._sync)
            self._synced = seen
        return False

    async def start_due(self) -> bool:
        """Start the conversations of one page of one campaign; False when no campaign is due."""
        stored = await self._engine.write(self._claim)
        if stored is None:
            return False
        claim = await self._engine.read(self._look, stored)
        if claim is None:  # its workflow or its rule has just changed
            await self._engine.write(self._sync)
            return True
        reach("campaign.looked")
        progress = await self._start_page(claim)
        await self._engine.write(move_campaign, claim.stored, progress)
        return True

    def _sync(self, connection: Connection) -> None:
        sync_campaigns(connection, self._clock(connection))

    def _claim(self, connection: Connection) -> StoredCampaign | None:
        return claim_campaign(connection, self._clock(connection), LEASE)

    def _look(self, connection: Connection, stored: StoredCampaign) -> _Claim | None:
        campaign = _present(stored, find_targets(connection, [stored.workflow]))
        if campaign is None:
            return None
        now = self._clock(connection)
        page = look(connection, campaign, stored, now, tuple(self._channels))
        return _Claim(campaign=campaign, stored=stored, now=now, page=page)

    async def _start_page(self, claim: _Claim) -> Progress:
        """Decide about the page's occasions until the bound of a look or of a minute; return how the look goes on."""
        stored, now = claim.stored, claim.now
        minute = now.replace(second=0, microsecond=0)
        started = stored.started if stored.minute_at == minute else 0
        after, next_at = stored.after, now
        last: Place | None = None
        for number, due in enumerate(claim.page.due):
            if last is not None and due.person.place != last:
                after = last
            if number == AT_ONCE or (started >= claim.campaign.properties.per_minute and not due.is_late):
                next_at = now if number == AT_ONCE else minute + MINUTE
                break
            result = await self._decide(claim, number)
            if result == "stale":
                break
            started += result == "started"
            last = due.person.place
        else:
            return self._after_page(claim, minute, started)
        return Progress(next_at=next_at, after=after, pages=stored.pages, minute_at=minute, started=started)

    async def _decide(self, claim: _Claim, number: int) -> Result:
        due = claim.page.due[number]
        try:
            result = await self._engine.write(start_occasion, claim.campaign, due, self._channels, claim.now)
        except ProviderError:
            raise
        except Exception:  # noqa: BLE001 -- the fence: one person must not hold up all others; the next look tries again
            _log.exception("campaign_failed", workflow=claim.campaign.target.slug, node=claim.campaign.node)
            return "gone"
        if result == "started":
            self._wake()
            reach("campaign.started")
        return result

    def _after_page(self, claim: _Claim, minute: datetime, started: int) -> Progress:
        pages = claim.stored.pages + 1
        if claim.page.next is not None:
            return Progress(next_at=claim.now, after=claim.page.next, pages=pages, minute_at=minute, started=started)
        pause = max(MINUTE, pages * PAUSE_PER_PAGE)
        return Progress(next_at=claim.now + pause, after=None, pages=0, minute_at=minute, started=started)


def sync_campaigns(connection: Connection, now: datetime) -> None:
    """Add, change and drop rows. A campaign counts from when a version with its rule came into force: one that a new
    version leaves as it is goes on, so that publishing loses nothing."""
    targets = lock_campaigning(connection)
    stored = {(row.workflow, row.node): row for row in stored_campaigns(connection)}
    for target in targets:
        for campaign in campaigns_of(target):
            row = stored.pop((target.workflow, campaign.node), None)
            rule = campaign.rule.to_json()
            if row is None or row.rule != rule:
                put_campaign(connection, target.workflow, campaign.node, rule, target.since or now, now)
    for row in stored.values():
        drop_campaign(connection, row)


def _present(stored: StoredCampaign, targets: list[Target]) -> Campaign | None:
    """Return the campaign of a row as the active version says it; None if it is not there, or not by this rule."""
    found = (campaign for target in targets for campaign in campaigns_of(target))
    return next((each for each in found if each.node == stored.node and each.rule.to_json() == stored.rule), None)
