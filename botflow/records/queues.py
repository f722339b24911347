"""Queues and priorities: which queues a worker may be restricted to, and what is claimed first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

QueueName = Literal["turns", "executions", "effects"]
QUEUES: tuple[QueueName, ...] = get_args(QueueName)
TURNS: QueueName = "turns"  # inbounds of conversations
EXECUTIONS: QueueName = "executions"  # inbounds of runs, which have no conversation
EFFECTS: QueueName = "effects"  # effects that follow a commit, besides messages

Priority = Literal["low", "normal", "high", "critical"]
PRIORITIES: Mapping[Priority, int] = MappingProxyType({"low": -10, "normal": 0, "high": 10, "critical": 20})
# A person waits for the reply to a message. Thousands of due timers, and runs of ordinary priority, must not delay it.
MESSAGE_PRIORITY = PRIORITIES["high"]
TIMER_PRIORITY = PRIORITIES["normal"]
