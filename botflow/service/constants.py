"""The words that callers read and write, as constants: a misspelt one is an AttributeError and not a wrong filter.

Each is a string, and may stand wherever the word may. A test holds them to the words that botflow itself uses.
"""

from __future__ import annotations

from enum import StrEnum


class ExecutionMode(StrEnum):
    """Whether a workflow has a session per person, or a run per trigger."""

    SINGLE = "single"
    PERSISTENT = "persistent"


class NodeFamily(StrEnum):
    """The first half of a built-in node's type: `chatbot` of `chatbot.ask`. Plugins bring others."""

    AI = "ai"
    CHATBOT = "chatbot"
    CONTACT = "contact"
    CONDITIONAL = "conditional"
    LOGIC = "logic"
    TRIGGER = "trigger"


class NodeCategory(StrEnum):
    """Whether a node starts an execution, or does something in it."""

    TRIGGER = "trigger"
    ACTION = "action"


class WorkflowStatus(StrEnum):
    """Whether a workflow is served. `DRAFT` has never been published."""

    DRAFT = "draft"
    ACTIVE = "active"
    INACTIVE = "inactive"
    PAUSED = "paused"
    ARCHIVED = "archived"


class ExecutionStatus(StrEnum):
    """Where an execution is."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
