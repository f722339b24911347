"""Metrics for Prometheus: the state of queues, outbox, timers and workers in the database, and what this process counts
(`measurements`).

Every process reports the same about the database, so a dashboard takes the maximum over processes, not the sum. The
database is queried at most once a second, however often the metrics are read, and once a minute for what is open.
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from botflow.errors import ProviderError
from botflow.records.queues import EXECUTIONS, PRIORITIES, QUEUES, TURNS, QueueName
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.process.overload import BacklogWatch, Reason
from botflow.runtime.process.tally import Tally
from botflow.storage.backlog_counts import Census, CensusTaker, QueueDepth, Waiting
from botflow.storage.outage_log import OutageLog

KEPT_S = 1.0
OPEN_KEPT_S = 60.0  # the count of open executions
UNSETTLED: tuple[str, ...] = ("ready", "handed", "sending", "unknown", "held")
NONE = Waiting(count=0, oldest_s=0.0)
LOOK_WITHIN_S = 3.0  # Prometheus waits for ten
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_RELEASE = version("botflow")


class Metrics:
    """Counts events in this process, and renders them with the state of the database.

    `registry` takes further collectors.
    """

    def __init__(
        self,
        watch: BacklogWatch,
        census: CensusTaker,
        workers: Callable[[], int],
        measurements: Measurements,
        role: str,
        queues: Collection[QueueName],
    ) -> None:
        self.registry = CollectorRegistry()
        self._workers = workers
        self._watch = watch
        self._census = census
        self._state = DatabaseState()
        self._looking = asyncio.Lock()
        self._looked_s = self._counted_s = float("-inf")
        self._open = OpenExecutions()
        self._shed = Tally("botflow_requests_shed", "Requests refused because of overload", ("reason",))
        self._in_flight = Gauge("botflow_requests_in_flight", "Messages being answered", registry=self.registry)
        self._working = Gauge(
            "workflow_active_count", "Executions that this process works on at this moment", registry=self.registry
        )
        self.registry.register(self._state)
        self.registry.register(self._open)
        for collector in (self._shed, *measurements.collectors()):
            self.registry.register(collector)
        self._describe(role, queues)
        ProcessCollector(registry=self.registry)

    def count_shed(self, reason: Reason) -> None:
        """Count a request that was refused."""
        self._shed.add((reason,))

    def watch_working(self, read: Callable[[], float]) -> None:
        """Show what `read` returns as the number of executions that the process works on."""
        self._working.set_function(read)

    def watch_in_flight(self, read: Callable[[], float]) -> None:
        """Show what `read` returns as the number of requests under way."""
        self._in_flight.set_function(read)

    def watch_servers(self, servers: Mapping[str, OutageLog]) -> None:
        """Show which servers are away, and count the calls that failed for it."""
        self.registry.register(_Servers(servers))

    async def render(self) -> bytes:
        """Return the metrics as text; without the database's part when the database does not answer."""
        async with self._looking:
            if time.monotonic() - self._looked_s >= KEPT_S:
                self._looked_s = time.monotonic()
                await self._look()
            if time.monotonic() - self._counted_s >= OPEN_KEPT_S:
                self._counted_s = time.monotonic()
                await self._count_open()
        return generate_latest(self.registry)

    def _describe(self, role: str, queues: Collection[QueueName]) -> None:
        """Show what this process is: its release, its role, and the queues that it takes inbounds from."""
        about = Gauge(
            "botflow_build_info",
            "The release, and what the process is for",
            ["version", "python", "role"],
            registry=self.registry,
        )
        about.labels(_RELEASE, platform.python_version(), role).set(1)
        takes = Gauge(
            "botflow_worker_queue", "Whether this process takes from the queue", ["queue"], registry=self.registry
        )
        for queue in QUEUES:
            takes.labels(queue).set(float(queue in queues))

    async def _look(self) -> None:
        self._state.clear()
        with suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(LOOK_WITHIN_S):  # what this process counts itself is wanted most in an outage
                depths = await self._watch.depths()
                self._state.fill(self._workers(), depths, await self._census.take())

    async def _count_open(self) -> None:
        self._open.counts = {}
        with suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(LOOK_WITHIN_S):
                self._open.counts = await self._census.open_executions()


class OpenExecutions(Collector):
    """The executions that were under way when they were counted last; nothing if the database did not answer."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "workflow_open_count",
            "Executions under way in the database, by their status, counted once a minute; waiting: sessions that wait",
            labels=["status"],
        )
        for status, count in self.counts.items():
            family.add_metric([status], count)
        yield family


class _Servers(Collector):
    """The servers that this process calls, by its own calls."""

    def __init__(self, servers: Mapping[str, OutageLog]) -> None:
        self._servers = servers

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("botflow_server_up", "Whether this process's calls succeed", labels=["server"])
        failures = CounterMetricFamily("botflow_server_failures", "Calls that failed by an outage", labels=["server"])
        for name, outages in self._servers.items():
            up.add_metric([name], float(not outages.is_away))
            failures.add_metric([name], outages.failures)
        yield from (up, failures)


class DatabaseState(Collector):
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
    states: dict[str, Waiting] = {**dict.fromkeys(UNSETTLED, NONE), **census.outbox}
    for state, found in states.items():
        depth.add_metric([state], found.count)
        oldest.add_metric([state], found.oldest_s)
    yield from (depth, oldest)
