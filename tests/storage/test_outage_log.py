"""One line in the log when a server goes away, one when it is back; not one per call."""

from __future__ import annotations

from structlog.testing import capture_logs

from botflow.storage.outage_log import AGAIN_S, CALM_S, LONGEST_CAUSE, MOST_CAUSES, OutageLog


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_an_outage_is_a_line_at_its_beginning_and_one_at_its_end() -> None:
    time = Time()
    outages = OutageLog("redis", time)
    with capture_logs() as logs:
        outages.succeeded()
        for _ in range(1_000):
            outages.failed("connection refused", hint="start it")
            time.now_s += 0.01
        assert outages.is_away
        time.now_s += CALM_S
        for _ in range(10):
            outages.succeeded()
        assert not outages.is_away
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("redis_away", "warning"),
        ("redis_back", "warning"),
    ]
    assert (logs[0]["cause"], logs[0]["hint"], logs[0]["failures"]) == ("connection refused", "start it", 1)
    assert logs[1]["away_s"] == 10.0
    assert outages.failures == 1_000


def test_failures_among_successes_are_one_outage() -> None:
    """One table is locked, the others answer: neither a line per call nor an end between two failures."""
    time = Time()
    outages = OutageLog("database", time)
    with capture_logs() as logs:
        for _ in range(50):
            outages.failed("locked")
            outages.succeeded()
            time.now_s += 0.5
    assert [line["event"] for line in logs] == ["database_away"]


def test_a_new_cause_is_said_and_an_old_one_again_after_a_minute_with_its_number() -> None:
    time = Time()
    outages = OutageLog("database", time)
    with capture_logs() as logs:
        outages.failed("connection refused")
        outages.failed("the disk is full")
        for _ in range(7):
            outages.failed("the disk is full")
        time.now_s += AGAIN_S
        outages.failed("the disk is full")
        outages.failed("x" * 10_000)
    assert [(line["cause"][:10], line["failures"]) for line in logs] == [
        ("connection", 1),
        ("the disk i", 1),
        ("the disk i", 8),
        ("xxxxxxxxxx", 1),
    ]
    assert len(logs[-1]["cause"]) == LONGEST_CAUSE


def test_causes_that_alternate_or_never_repeat_are_few_lines() -> None:
    time = Time()
    outages = OutageLog("database", time)
    with capture_logs() as logs:
        for number in range(2_000):
            outages.failed(("reset", "refused")[number % 2])
            time.now_s += 0.01
        assert len(logs) == 2
        for number in range(2_000):
            outages.failed(f"process {number} waits")
            time.now_s += 0.01
    assert len(logs) <= MOST_CAUSES


def test_the_same_server_may_go_away_twice() -> None:
    time = Time()
    outages = OutageLog("redis", time)
    with capture_logs() as logs:
        for _ in range(2):
            outages.failed("gone")
            time.now_s += CALM_S
            outages.succeeded()
    assert [line["event"] for line in logs] == ["redis_away", "redis_back"] * 2


def test_causes_of_one_kind_are_one_line() -> None:
    outages = OutageLog("database", Time())
    with capture_logs() as logs:
        for number in range(20):
            outages.failed(f"could not extend file {number}: no space left", hint="free space", kind="free space")
        outages.failed("connection refused")
    assert [line["cause"] for line in logs] == ["could not extend file 0: no space left", "connection refused"]
