"""What hostile authors can make of the metrics: never more than a bounded number of samples."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from botflow.engine.events import EdgeFollowed, NodeFailed
from botflow.engine.inbound import Inbound
from botflow.engine.session import Session
from botflow.engine.turn import Turn
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import TurnCommit
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.process.tally import MOST, OTHER
from botflow.runtime.process.turn_measurements import EXECUTION_BUCKETS_S

WORKFLOWS, NODES = 1_000, 500
ENDED = "0190a0a0-0a0a-7000-8000-000000000000"


def commit_in(workflow: int) -> TurnCommit:
    """A turn that fails in a node of a type and with a code of its own."""
    node = str(workflow % NODES)
    events = (
        NodeFailed(node=node, code=f"hostile.code_{workflow}", message="canary"),
        EdgeFollowed(node=node, handle="error", target=""),
    )
    inbound = Inbound(kind="message", key="m", received_at=datetime.now(UTC), seed=1, channel="chat")
    turn = Turn(session=Session(), state=b"{}", status="completed", events=events, messages=(), execution=ENDED)
    read = StoredSession(key=SessionKey(workflow, "chat", "a"))
    return TurnCommit(read=read, inbound=inbound, turn=turn, parts=(), flow_version=workflow)


def test_a_thousand_workflows_and_five_hundred_node_types_are_a_bounded_number_of_samples() -> None:
    measurements = Measurements(lambda workflow: f"workflow-{workflow}", lambda _, node: f"hostile.type_{node}")
    for workflow in range(WORKFLOWS):
        measurements.committed(commit_in(workflow), 0.1)
        measurements.turns.spent(workflow, str(workflow % NODES), 0.1)
    registry = CollectorRegistry()
    for collector in measurements.collectors():
        registry.register(collector)
    text = generate_latest(registry).decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    found = Counter(sample.name for sample in samples)
    for name in ("workflow_executions_total", "workflow_errors_total", "workflow_steps_total", "botflow_turns_total"):
        bound = 2 * MOST if name == "workflow_errors_total" else MOST  # its own rest for each of as many workflows more
        assert found[name] <= bound + 1
    assert found["workflow_duration_seconds_bucket"] <= (MOST + 1) * (len(EXECUTION_BUCKETS_S) + 1)
    rest = [sample.value for sample in samples if sample.labels.get("workflow_id") == OTHER]
    assert WORKFLOWS - MOST in rest  # they are counted all the same
    assert "canary" not in text
