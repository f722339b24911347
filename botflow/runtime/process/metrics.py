"""What Prometheus reads: the state of queues, outbox, timers and workers in the database, and of this process.

Every process that is asked tells the same of the database, so a dashboard takes the maximum over processes, not the
sum. The database is asked at most once a second, however often and by whomever this is read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from botflow.errors import ProviderError
from botflow.runtime.process.backlog import BacklogWatch
from botflow.runtime.process.overload import Reason
from botflow.runtime.process.worker import LIVING_S
from botflow.storage.backlog_counts import Census, CensusTaker
from botflow.storage.jobs import PRIORITIES, QUEUES, Backlog, JobTable

KEPT_S = 1.0
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Counts what happens in this process, and renders that and the state of the database.

    `registry` takes further collectors.
    """

    def __init__(self, table: JobTable, watch: BacklogWatch, census: CensusTaker) -> None:
        self.registry = CollectorRegistry()
        self._table = table
        self._watch = watch
        self._census = census
        self._state = _State()
        self._looking = asyncio.Lock()
        self._looked_s = float("-inf")
        self._shed = Counter(
            "botflow_requests_shed", "Requests refused because of overload", ["reason"], registry=self.registry
        )
        self._in_flight = Gauge("botflow_requests_in_flight", "Messages being answered", registry=self.registry)
        self.registry.register(self._state)
        ProcessCollector(registry=self.registry)

    def count_shed(self, reason: Reason) -> None:
        """Count a request that was refused."""
        self._shed.labels(reason).inc()

    def watch_in_flight(self, read: Callable[[], float]) -> None:
        """Show what `read` returns as the number of requests under way."""
        self._in_flight.set_function(read)

    async def render(self) -> bytes:
        """Return the text format; without the database's part when that does not answer."""
        async with self._looking:
            if time.monotonic() - self._looked_s >= KEPT_S:
                self._looked_s = time.monotonic()
                await self._look()
        return generate_latest(self.registry)

    async def _look(self) -> None:
        self._state.clear()
        with suppress(ProviderError):
            workers = await self._table.workers(LIVING_S)
            backlog = await self._watch.rows()
            self._state.fill(workers, list(backlog), await self._census.take())


class _State(Collector):
    """The database's state as last seen, as metric families; what is empty is a 0, so that it can be drawn."""

    def __init__(self) -> None:
        self._families: tuple[Metric, ...] = ()
        self._is_up = False

    def clear(self) -> None:
        self._families, self._is_up = (), False

    def fill(self, workers: int, backlog: list[Backlog], census: Census) -> None:
        self._families, self._is_up = (*_job_families(workers, backlog), *_table_families(census)), True

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("botflow_database_up", "Whether the database answers", value=float(self._is_up))
        yield from self._families


def _job_families(workers: int, backlog: list[Backlog]) -> Iterator[Metric]:
    yield GaugeMetricFamily("botflow_workers", "Workers that live", value=workers)
    waiting = GaugeMetricFamily("botflow_jobs_waiting", "Jobs that wait", labels=["queue", "priority"])
    running = GaugeMetricFamily("botflow_jobs_running", "Jobs that run", labels=["queue", "priority"])
    oldest = GaugeMetricFamily(
        "botflow_jobs_oldest_seconds", "Age of the oldest job that only lacks a worker", labels=["queue", "priority"]
    )
    names = {number: name for name, number in PRIORITIES.items()}
    rows = {(row.queue, names.get(row.priority, str(row.priority))): row for row in backlog}
    for labels in sorted({(queue, name) for queue in QUEUES for name in PRIORITIES} | rows.keys()):
        row = rows.get(labels) or Backlog(queue="", priority=0, waiting=0, running=0, oldest_s=0.0)
        waiting.add_metric(labels, row.waiting)
        running.add_metric(labels, row.running)
        oldest.add_metric(labels, row.oldest_s)
    yield from (waiting, running, oldest)


def _table_families(census: Census) -> Iterator[Metric]:
    yield GaugeMetricFamily("botflow_sessions_queued", "Sessions whose inbounds wait", value=census.sessions)
    for name, what, found in (
        ("timers", "timers", census.timers),
        ("effects", "effects of commits", census.effects),
    ):
        yield GaugeMetricFamily(f"botflow_{name}_overdue", f"Overdue {what}", value=found.count)
        yield GaugeMetricFamily(f"botflow_{name}_overdue_seconds", f"By how much {what} are", value=found.oldest_s)
    depth = GaugeMetricFamily("botflow_outbox_messages", "Messages not settled", labels=["state"])
    oldest = GaugeMetricFamily("botflow_outbox_oldest_seconds", "Age of the oldest of them", labels=["state"])
    for state, found in census.outbox.items():
        depth.add_metric([state], found.count)
        oldest.add_metric([state], found.oldest_s)
    yield from (depth, oldest)
