"""Procrastinate's worker, with the parts replaced that lose jobs or time; written for the pinned version.

Claims, ends and heartbeats take turns on one lock. That closes three gaps of the original: a job announced while a
claim runs is claimed next, not by the poll; a job whose lock has just been freed is claimed at once; and a heartbeat
knows exactly which jobs run here, so one whose claim's answer or end was lost is put back within a heartbeat.
No error of the database ends the worker; whatever does is the supervisor's affair (worker.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import structlog
from procrastinate import App
from procrastinate.exceptions import JobRetry
from procrastinate.job_context import JobContext, JobResult
from procrastinate.jobs import Job, Status
from procrastinate.retry import RetryDecision
from procrastinate.worker import Worker

from botflow.errors import ProviderError
from botflow.storage.jobs import QUEUES, JobTable

POLL_S = 0.5
HEARTBEAT_S = 2.0
STALLED_S = 10.0
GRACE_S = 15.0  # a running job may go on for this long after a stop, then it is put back
END_PAUSES_S = (0.0, 0.1, 0.5)
# A statement costs more than what it does, so under load claims keep this distance, and ends gather for this long. The
# first job after a pause is still claimed at once.
GATHER_S = 0.008

_log = structlog.get_logger("botflow.jobs")


class JobWorker(Worker):
    """Runs up to `concurrency` jobs at once until `stop()`, then waits for them and puts back what is still running."""

    def __init__(
        self, app: App, table: JobTable, *, concurrency: int, queues: Sequence[str] = QUEUES, keep: bool = False
    ) -> None:
        super().__init__(
            app,
            queues=queues,
            concurrency=concurrency,
            fetch_job_polling_interval=POLL_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_S,
            shutdown_graceful_timeout=GRACE_S,
            install_signal_handlers=False,
        )
        self._table = table
        self._turn = asyncio.Lock()
        self._own_queues = tuple(queues)
        self._keep = keep
        self._ended: list[Job] = []
        self._failed: set[int] = set()
        self._next_claim_s = 0.0
        self._beaten_s = time.monotonic()

    @property
    def silent_s(self) -> float:
        """How long ago the database heard of this worker."""
        return time.monotonic() - self._beaten_s

    async def _fetch_and_process_jobs(self) -> None:
        """Claim and start jobs until fewer come than there is room for."""
        while not self._stop_event.is_set():
            await asyncio.sleep(self._next_claim_s - time.monotonic())
            # Before the claim: what is announced while it runs must wake us again.
            self._new_job_event.clear()
            room = self.concurrency - len(self._running_jobs)
            if room <= 0 or await self._claim(room) < room:
                return

    async def _claim(self, room: int) -> int:
        assert self.worker_id is not None
        try:
            async with self._turn:
                jobs = await self._table.claim(self.worker_id, room, self._own_queues)
                for job in jobs:
                    self._start(job)
        except ProviderError as failure:
            _log.warning("jobs_claim_failed", cause=str(failure))
            # The usual reason is that our row was pruned while the process was stopped: a beat brings it back.
            await self._beat()
            return 0
        if jobs:
            self._next_claim_s = time.monotonic() + GATHER_S
        return len(jobs)

    def _start(self, job: Job) -> None:
        assert job.id is not None
        number = job.id
        context = JobContext(
            app=self.app,
            worker_name=self.worker_name,
            worker_queues=self.queues,
            job=job,
            abort_reason=lambda: self._job_ids_to_abort.get(number),
            start_timestamp=time.time(),
        )
        task = asyncio.create_task(self._process_job(context), name=f"job {job.task_name} {number}")
        self._running_jobs[task] = context
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        was_full = len(self._running_jobs) >= self.concurrency
        del self._running_jobs[task]
        if was_full:
            self._new_job_event.set()

    async def _persist_job_status(
        self,
        job: Job,
        status: Status,
        retry_decision: RetryDecision | None,
        context: JobContext,
        job_result: JobResult | None,
    ) -> None:
        """Finish the job or put it back, thrice at most; the next heartbeat puts back what remains."""
        assert job.id is not None
        if status is Status.FAILED:
            self._failed.add(job.id)
        self._job_ids_to_abort.pop(job.id, None)
        for pause_s in END_PAUSES_S:
            await asyncio.sleep(pause_s)
            try:
                await (self._finish(job) if retry_decision is None else self._put_back(job, retry_decision))
            except ProviderError as failure:
                _log.warning("job_end_failed", job=job.id, task=job.task_name, cause=str(failure))
            else:
                break
        self._failed.discard(job.id)

    async def _finish(self, job: Job) -> None:
        """Finish the job together with all that ended while another statement ran."""
        self._ended.append(job)
        await asyncio.sleep(GATHER_S)
        async with self._turn:
            batch, self._ended = self._ended, []
            if not batch:
                return  # whoever had the turn before us took this job along
            try:
                finished = await self._table.finish(batch, failed=frozenset(self._failed), keep=self._keep)
            except ProviderError:
                # The others wait for their turn behind us and take themselves along.
                others = [other for other in batch if other is not job]
                self._ended = [*others, *self._ended]
                if len(others) == len(batch):
                    return
                raise
        if finished.freed:
            self._new_job_event.set()
        if finished.count < len(batch):
            _log.warning("jobs_taken_over", jobs=len(batch) - finished.count)

    async def _put_back(self, job: Job, decision: RetryDecision) -> None:
        async with self._turn:
            held = await self._table.put_back(job, decision.retry_at)
        if not held:
            _log.warning("jobs_taken_over", jobs=1)

    async def _update_heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self.update_heartbeat_interval)
            await self._beat()

    async def _beat(self) -> None:
        assert self.worker_id is not None
        try:
            async with self._turn:
                running = [context.job.id for context in self._running_jobs.values() if context.job.id is not None]
                forgotten = await self._table.beat(self.worker_id, running)
        except ProviderError as failure:
            _log.warning("jobs_beat_failed", cause=str(failure))
            return
        self._beaten_s = time.monotonic()
        if forgotten:
            _log.warning("jobs_put_back", jobs=forgotten, reason="held by this worker but not running")
            self._new_job_event.set()

    def _start_side_tasks(self) -> list[asyncio.Task[Any]]:
        listener = self.app.job_manager.listen_for_jobs(
            on_notification=self._handle_notification, queues=self._own_queues
        )
        return [
            asyncio.create_task(self._update_heartbeat(), name="job heartbeat"),
            asyncio.create_task(listener, name="job listener"),
        ]

    def _log_extra(self, action: str, context: JobContext | None, job_result: JobResult | None, **_: Any) -> Any:
        # The original copies the whole job into each of its four lines, a tenth of the cost of a job.
        return {"action": action}

    def _log_job_outcome(
        self,
        status: Status,
        context: JobContext,
        job_result: JobResult | None,
        job_retry: JobRetry | None,
        exc_info: bool | BaseException = False,
    ) -> None:
        if status is Status.FAILED:
            job = context.job
            again = "again" if job_retry else "given up"
            _log.error("job_failed", job=job.id, task=job.task_name, then=again, exc_info=exc_info)
