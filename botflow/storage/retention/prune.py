"""Deletes what ended long ago, for each organization by what it has decided: see `cutoffs`. What is kept all the same
is said in `conversations`, `runs` and `logs`. Nothing else is ever deleted: no session of a person, no opt-out, no
version of a flow.

Each transaction deletes a bounded number of rows of one organization, and obeys what that has decided by then. So no
process waits long for a lock, a change of mind holds from the next rows on, and a pruning may be stopped at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Engine, Row, Select, select, tuple_

from botflow.engine.inbound import RUN
from botflow.records.retention import Retention
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.one_off import engine_of
from botflow.storage.retention import budgets, campaigns, logs, runs
from botflow.storage.retention.batch import SESSIONS_AT_ONCE, Batch, Pruned
from botflow.storage.retention.conversations import Conversations
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.retentions import retentions_in_force
from botflow.storage.tables import organizations, retentions, sessions, workflows

Key = Sequence[Any]
PruneNext = Callable[[Batch, Key | None], Key | None]
DEPLOYMENT = 0  # no organization has this id


def prune(
    url: str,
    policy: Policy,
    *,
    is_rehearsal: bool = False,
    organization: int | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Pruned:
    """Delete what has been over for long enough, and return how much that was; a rehearsal only counts. With an
    `organization`, only what that has decided. It ends before the next transaction when it `is_stopped`."""
    engine = engine_of(url, options="")  # without our limits of time
    pruning = _Pruning(engine, policy, is_rehearsal, organization, is_stopped)
    with provider_errors():
        pruning.prune_all()
    return pruning.total


class _Pruning:
    """Walks through the organizations, their workflows, and the sessions of these."""

    def __init__(
        self,
        engine: Engine,
        policy: Policy,
        is_rehearsal: bool,
        only: int | None,
        is_stopped: Callable[[], bool],
    ) -> None:
        self.total = Pruned()
        self._only = only
        self._is_stopped = is_stopped
        self._engine = engine
        self._policy = policy
        self._is_rehearsal = is_rehearsal

    def prune_all(self) -> None:
        concerned = self._ids(self._concerned()) if self._only is None else [self._only]
        if concerned and self._only is None:
            self._walk(DEPLOYMENT, partial(budgets.prune_budgets, self._policy))
        for organization in concerned:
            mine = select(workflows.c.id).where(workflows.c.organization_id == organization)
            for workflow in self._ids(mine.order_by(workflows.c.id)):
                self._prune_workflow(organization, workflow)
            self._walk(organization, partial(logs.prune_decisions, organization))
            self._walk(organization, partial(logs.prune_audit_log, organization))

    def _prune_workflow(self, organization: int, workflow: int) -> None:
        for ids in self._pages(organization, workflow, of_runs=False):
            of_people = Conversations(workflow=workflow, ids=ids)
            self._walk(organization, of_people.prune_turns)
            self._walk(organization, of_people.prune_unanswered)
            self._walk(organization, of_people.prune_executions)
            self._walk(organization, of_people.prune_handoffs)
            self._walk(organization, of_people.prune_files)
        for ids in self._pages(organization, workflow, of_runs=True):
            self._walk(organization, partial(_prune_runs, ids))
        self._walk(organization, partial(campaigns.prune_starts, workflow))

    def _concerned(self) -> Select[int]:
        """Select the organizations; without an age of the deployment's, those that have decided something."""
        if self._policy.older_than is None:
            return select(retentions.c.organization_id).order_by(retentions.c.organization_id)
        return select(organizations.c.id).order_by(organizations.c.id)

    def _ids(self, selected: Select[int]) -> list[int]:
        with self._engine.begin() as connection:
            return list(connection.execute(selected).scalars())

    def _pages(self, organization: int, workflow: int, *, of_runs: bool) -> Iterator[list[int]]:
        """Yield the ids of the workflow's sessions that may have something old, some at once, in the order of their
        keys, which have an index."""
        key = (sessions.c.channel, sessions.c.external_id)
        mine = select(sessions.c.id, *key).where(sessions.c.workflow_id == workflow)
        mine = mine.where(sessions.c.channel == RUN if of_runs else sessions.c.channel != RUN)
        after: Key | None = None
        while found := self._page(
            organization, mine if after is None else mine.where(tuple_(*key) > tuple_(*after)), of_runs
        ):
            yield [row.id for row in found]
            after = tuple(found[-1][1:])

    def _page(self, organization: int, mine: Select[Any], of_runs: bool) -> Sequence[Row[Any]]:
        if self._is_stopped():
            return []
        with self._engine.begin() as connection:
            cutoffs = self._batch(connection, organization).cutoffs
            cutoff = cutoffs.runs if of_runs else cutoffs.files  # which is not before that of conversations
            if cutoff is None:
                return []
            old = mine.where(sessions.c.created_at < cutoff).order_by(sessions.c.channel, sessions.c.external_id)
            return connection.execute(old.limit(SESSIONS_AT_ONCE)).all()

    def _walk(self, organization: int, prune_next: PruneNext) -> None:
        """Prune in one transaction after the other."""
        after: Key | None = None
        while not self._is_stopped():
            with self._engine.begin() as connection:
                after = prune_next(self._batch(connection, organization), after)
            if after is None:
                return

    def _batch(self, connection: Any, organization: int) -> Batch:
        decided = retentions_in_force(connection, {organization} - {DEPLOYMENT}).get(organization, Retention())
        cutoffs = self._policy.cutoffs(decided, clock_time(connection))
        return Batch(connection=connection, cutoffs=cutoffs, total=self.total, is_rehearsal=self._is_rehearsal)


def _prune_runs(ids: Sequence[int], batch: Batch, after: Key | None) -> None:
    """Prune some runs; there are no others."""
    runs.prune_runs(batch, ids)
