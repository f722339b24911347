"""Every metric, as a process names and describes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from prometheus_client.core import Metric

from botflow.records.queues import QUEUES
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.process.metrics import DatabaseState, Metrics
from botflow.runtime.process.overload import BacklogWatch
from botflow.storage.backlog_counts import Census, CensusTaker, Waiting
from docs.generate.models import table

OURS = ("botflow_", "workflow_")
ENDINGS = {"counter": "_total"}
NOTHING = Waiting(count=0, oldest_s=0.0)


def metrics_table() -> str:
    """Return a row for each metric: its name as in queries, its kind, its meaning and its labels."""
    rows = {
        (f"`{family.name}{ENDINGS.get(family.type, '')}`", family.type, family.documentation, _labels(family))
        for family in _families()
        if family.name.startswith(OURS)
    }
    return table(("metric", "kind", "meaning", "labels"), sorted(rows))


def _families() -> Iterator[Metric]:
    census = cast(CensusTaker, None)  # it is not asked
    measurements = Measurements(lambda workflow: None, lambda version, node: None)
    metrics = Metrics(BacklogWatch(census), census, lambda: 1, measurements, "serve", QUEUES)
    metrics.watch_servers({})
    yield from metrics.registry.collect()
    state = DatabaseState()
    state.fill(1, (), Census(sessions=0, timers=NOTHING, effects=NOTHING, outbox={}))
    yield from state.collect()


def _labels(family: Metric) -> str:
    names = getattr(family, "_labelnames", ()) or [name for sample in family.samples[:1] for name in sample.labels]
    return ", ".join(f"`{name}`" for name in names)
