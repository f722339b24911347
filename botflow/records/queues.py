"""Queues and priorities: what a worker may restrict itself to, and what is taken first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

QueueName = Literal["turns", "executions", "effects"]
QUEUES: tuple[QueueName, ...] = get_args(QueueName)
TURNS: QueueName = "turns"  # inbounds of conversations
EXECUTIONS: QueueName = "executions"  # inbounds of runs that nobody talks to
EFFECTS: QueueName = "effects"  # what follows a commit besides messages

Priority = Literal["low", "normal", "high", "critical"]
PRIORITIES: Mapping[Priority, int] = MappingProxyType({"low": -10, "normal": 0, "high": 10, "critical": 20})
# A person waits for the answer to a message. Timers that are due by the thousand keep nobody waiting, nor do runs of
# ordinary priority.
MESSAGE_PRIORITY = PRIORITIES["high"]
TIMER_PRIORITY = PRIORITIES["normal"]
