"""Metrics for Prometheus: the state of queues, outbox, timers and workers in the database, and of this process.

Every process reports the same about the database, so a dashboard takes the maximum over processes, not the sum. The
database is queried at most once a second, however often the metrics are read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from botflow.errors import ProviderError
from botflow.records.queues import EXECUTIONS, PRIORITIES, TURNS, QueueName
from botflow.runtime.process.overload import BacklogWatch, Reason
from botflow.storage.backlog_counts import Census, CensusTaker, QueueDepth

KEPT_S = 1.0
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Counts events in this process, and renders them with the state of the database.

    `registry` takes further collectors.
    """

    def __init__(self, watch: BacklogWatch, census: CensusTaker, workers: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._workers = workers
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
        """Return the metrics as text; without the database's part when the database does not answer."""
        async with self._looking:
            if time.monotonic() - self._looked_s >= KEPT_S:
                self._looked_s = time.monotonic()
                await self._look()
        return generate_latest(self.registry)

    async def _look(self) -> None:
        self._state.clear()
        with suppress(ProviderError):
            depths = await self._watch.depths()
            self._state.fill(self._workers(), depths, await self._census.take())


class _State(Collector):
    """The last known state of the database, as metric families; an empty queue is a 0, so that it can be drawn."""

    def __init__(self) -> None:
        self._families: tuple[Metric, ...] = ()
        self._is_up = False

    def clear(self) -> None:
        self._families, self._is_up = (), False

    def fill(self, workers: int, depths: Sequence[QueueDepth], census: Census) -> None:
        self._families, self._is_up = (*_inbound_families(workers, depths), *_table_families(census)), True

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("botflow_database_up", "Whether the database answers", value=float(self._is_up))
        yield from self._families


def _inbound_families(workers: int, depths: Sequence[QueueDepth]) -> Iterator[Metric]:
    yield GaugeMetricFamily("botflow_workers", "Processes that take turns and live", value=workers)
    labels = ["queue", "priority"]
    waiting = GaugeMetricFamily("botflow_inbounds_waiting", "Inbounds that no process runs yet", labels=labels)
    running = GaugeMetricFamily("botflow_inbounds_running", "Inbounds that a process runs", labels=labels)
    oldest = GaugeMetricFamily("botflow_inbounds_oldest_seconds", "Age of the oldest that waits", labels=labels)
    names = {number: name for name, number in PRIORITIES.items()}
    found = {(depth.queue, names.get(depth.priority, str(depth.priority))): depth for depth in depths}
    queues: tuple[QueueName, ...] = (TURNS, EXECUTIONS)
    for place in sorted({(queue, name) for queue in queues for name in PRIORITIES} | found.keys()):
        depth = found.get(place)
        waiting.add_metric(place, depth.waiting if depth else 0)
        running.add_metric(place, depth.running if depth else 0)
        oldest.add_metric(place, depth.oldest_s if depth else 0.0)
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
