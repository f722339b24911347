"""Where a request, a turn, a call or a send begins and ends, for those who record it. What is here records nothing.

`recorder.py` has the same calls for OpenTelemetry. The path of a plain turn asks `is_on` first, so that it does nothing
for traces in a process that does not record any.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from botflow.engine.asks import Answer, AskModel, Invoke
from botflow.interfaces import Sent
from botflow.records.leases import Lease
from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TurnCommit, TurnId
from botflow.redaction.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable


class Span:
    """One request, turn, call or send while it lasts: a context manager that yields itself."""

    __slots__ = ()

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @property
    def trace_id(self) -> str:
        """The trace's id for the log, "" when nothing is recorded."""
        return ""

    @property
    def context(self) -> str:
        """The context of the parent that a run's next stretch shares with this one; "" when nothing is recorded."""
        return ""

    def responded(self, route: str, status: int, code: str) -> None:
        """State a request's end: its route's template, its status (0 if the client left), and the problem's code."""

    def answered(self, answer: Answer) -> None:
        """State the end of a call of a model or an action."""

    def sent(self, sent: Sent) -> None:
        """State the outcome of a send."""

    def failed(self, code: str) -> None:
        """State that an attempt broke, by a stable code."""


NO_SPAN = Span()


class Tracing:
    """Records nothing. A context is the text of the header traceparent, "" for none."""

    is_on = False

    def context(self) -> str:
        """Return the context of what the present task does, to store with an inbound or to give to a process."""
        return ""

    def request(self, method: str, headers: Iterable[tuple[bytes, bytes]]) -> AbstractContextManager[Span]:
        """A request, in the trace of its caller if `headers` name one."""
        return NO_SPAN

    def turn(self, lease: Lease) -> AbstractContextManager[Span]:
        """An attempt at a leased turn, in the trace that its inbound was stored with. A timer's begins a trace, with a
        link to the turn that it waited since."""
        return NO_SPAN

    def begin(self, commit: TurnCommit, seconds: float, *, after: str = "") -> TurnCommit:
        """Begin a turn that asks nothing, just before its commit, `seconds` after its receipt; a timer's with a link to
        the turn `after` which it is. Return the commit with the context for its messages."""
        return commit

    def stamped(self, commit: TurnCommit) -> TurnCommit:
        """Return the commit of the turn at hand with the context for its messages."""
        return commit

    def committed(self, commit: TurnCommit, turn: TurnId, seconds: float) -> None:
        """State what a committed turn did, and end it if it was begun by `begin`."""

    def model_call(
        self, provider: str, ask: AskModel, session: int, redactor: Redactor
    ) -> AbstractContextManager[Span]:
        """A call of a model for a session."""
        return NO_SPAN

    def action(self, ask: Invoke) -> AbstractContextManager[Span]:
        """A call of an action."""
        return NO_SPAN

    def send(self, outbound: StoredOutbound, provider: str) -> AbstractContextManager[Span]:
        """A send to a provider, in the trace of the turn that said the message."""
        return NO_SPAN

    async def close(self) -> None:
        """Hand over what is not exported yet, for some seconds at most."""


NO_TRACING = Tracing()


def traces_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the exporters that the standard variables ask for; none: traces are not recorded.

    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """

    def given(name: str) -> str:
        return environment.get(name, "").strip()

    if given("OTEL_SDK_DISABLED").lower() == "true":
        return ()
    named = tuple(name.strip() for name in given("OTEL_TRACES_EXPORTER").split(",") if name.strip())
    if named:
        return tuple(name for name in named if name.lower() != "none")
    # An endpoint says that a collector is there. Without it, `otlp` would be tried at localhost for ever.
    has_endpoint = given("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or given("OTEL_EXPORTER_OTLP_ENDPOINT")
    return ("otlp",) if has_endpoint else ()
