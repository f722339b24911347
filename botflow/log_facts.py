"""What the log says beside each line: which request, and which conversation, it is about.

The facts are those of the task that logs: a request's own task, or the task that runs a session's turns. They are kept
in one object for each task, which its owner ends. structlog's own context variables would cost each request as much as
the rest of its bookkeeping, whether a line is logged or not; and what a request has set there would stay in every task
that began during the request, such as one that writes the commits of all requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any

Facts = Mapping[str, object]


class LogFacts:
    """The facts of one task. `more` returns those that are made when the first line is logged."""

    __slots__ = ("_known", "_more")

    def __init__(self, known: dict[str, object], more: Callable[[], Facts] | None = None) -> None:
        self._known = known
        self._more = more

    def add(self, name: str, fact: object) -> None:
        self._known[name] = fact

    def all(self) -> Facts:
        if self._more is not None:
            self._known = {**self._more(), **self._known}
            self._more = None
        return self._known

    def end(self) -> None:
        """Forget all: what goes on in tasks that began meanwhile is about something else."""
        self._known, self._more = {}, None


_facts: ContextVar[LogFacts | None] = ContextVar("botflow_log_facts", default=None)


def log_with(facts: LogFacts) -> None:
    """Add `facts` to each line that the present task logs from now on."""
    _facts.set(facts)


def log_facts() -> Facts:
    """Return the facts of the present task."""
    facts = _facts.get()
    return {} if facts is None else facts.all()


def add_log_fact(name: str, fact: object) -> None:
    """Add a fact to those of the present task, if it has any: outside of requests and turns there is nothing to
    follow."""
    if (facts := _facts.get()) is not None:
        facts.add(name, fact)


def add_log_facts(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the facts to a line that does not state them itself: a processor of structlog."""
    for name, fact in log_facts().items():
        event.setdefault(name, fact)
    return event
