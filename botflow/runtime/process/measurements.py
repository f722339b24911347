"""What this process counts: requests, turns, steps, executions, calls of models and actions, deliveries.

Every method is one event, and costs about half a microsecond: see `tally`. A label is never a text from outside: routes
are templates, workflows and nodes are those of served flows; codes and models have the form of one, and a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.registry import Collector

from botflow.engine.asks import Answer
from botflow.records.outbounds import OutboundState
from botflow.records.turns import TurnCommit
from botflow.runtime.process.bounded_labels import code_label, model_label
from botflow.runtime.process.tally import OTHER, Histogram, Tally, Timed
from botflow.runtime.process.turn_measurements import TurnMeasurements

REQUEST_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
CALL_BUCKETS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
LAG_BUCKETS_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
OK = "ok"
DEFAULT_MODEL = "default"


class Measurements:
    """The counters of one process."""

    def __init__(self, slug_of: Callable[[int], str | None], type_of: Callable[[int, str], str | None]) -> None:
        self.turns = TurnMeasurements(slug_of, type_of)
        self._requests = Timed(
            (
                "botflow_requests",
                "Requests, by the route's template; the status of one that its client gave up is closed",
            ),
            ("botflow_request_duration_seconds", "From a request's arrival to the beginning of its response"),
            ("route", "method", "status"),
            shown=2,
            bounds_s=REQUEST_BUCKETS_S,
        )
        self._refusals = Tally(
            "botflow_refusals",
            "Requests refused, by the code of the problem",
            ("code",),
            of=lambda code: (code_label(code),),
        )
        self._model_calls = Timed(
            ("botflow_model_calls", "Calls of models; the outcome is ok, or the code of the failure"),
            ("botflow_model_call_duration_seconds", "How long a call of a model took"),
            ("provider", "model", "outcome"),
            shown=2,
            bounds_s=CALL_BUCKETS_S,
            of=lambda key: (key[0], model_label(key[1]), code_label(key[2])),
        )
        self._tokens = Tally(
            "botflow_model_tokens",
            "Tokens that models read (prompt) and wrote (completion)",
            ("provider", "model", "kind"),
            of=lambda key: (key[0], model_label(key[1]), key[2]),
        )
        self._cost = Tally(
            "botflow_model_cost_usd",
            "US dollars for models, as far as their prices are known",
            ("provider", "model"),
            of=lambda key: (key[0], model_label(key[1])),
        )
        self._action_calls = Timed(
            ("botflow_action_calls", "Calls of actions; the outcome is ok, or the code of the failure"),
            ("botflow_action_call_duration_seconds", "How long a call of an action took"),
            ("type", "outcome"),
            shown=1,
            bounds_s=CALL_BUCKETS_S,
            of=lambda key: (key[0], code_label(key[1])),
        )
        self._deliveries = Tally(
            "botflow_deliveries",
            "Messages that have come to a state, with the provider's code of an error",
            ("channel", "state", "error_code"),
            of=lambda key: (key[0], key[1], code_label(key[2])),
        )
        self._claims = Tally("botflow_claims", "Inbounds that this process took over from the queue", ("attempt",))
        self._failed_attempts = Tally(
            "botflow_attempts_failed",
            "Attempts at a turn that broke and are repeated, by the code of the failure",
            ("code",),
            of=lambda code: (code_label(code),),
        )
        self._dead = Tally("botflow_inbounds_dead", "Inbounds given up after all attempts", ())
        self._lag = Histogram(
            "botflow_event_loop_lag_seconds",
            "By how much a timer of the event loop was late: everything else was, too",
            (),
            bounds_s=LAG_BUCKETS_S,
        )
        self._dead.add((), 0)
        self._named: dict[str, str] = {}  # by provider: the model that answered last

    def collectors(self) -> Iterator[Collector]:
        yield from (self._requests, self._refusals, self._model_calls, self._tokens, self._cost, self._action_calls)
        yield from (self._deliveries, self._claims, self._failed_attempts, self._dead, self._lag)
        yield from self.turns.collectors()

    def requested(self, route: str, method: str, status: str, seconds: float) -> None:
        """Count a request: its route's template, its method, and the class of its status, such as 2xx."""
        self._requests.observe((route, method if method in METHODS else OTHER, status), seconds)

    def committed(self, commit: TurnCommit, seconds: float) -> None:
        """Count a turn that was committed `seconds` after its inbound was received, and its messages."""
        self.turns.committed(commit, seconds)
        for part in commit.parts:
            self._deliveries.add((part.message.channel or commit.read.key.channel, part.state, ""))

    def refused(self, code: str) -> None:
        self._refusals.add(code)

    def asked_model(self, provider: str, asked: str | None, answer: Answer, seconds: float) -> None:
        """Count a call. Without an answer, the model is the one that was asked for, or that answered last."""
        usage, failure = answer.usage, answer.failure
        model = usage.get("model") or asked or self._named.get(provider, DEFAULT_MODEL)
        if not isinstance(model, str):
            model = DEFAULT_MODEL
        if usage.get("model"):
            self._named[provider] = model
        self._model_calls.observe((provider, model, failure.code if failure else OK), seconds)
        for kind in ("prompt", "completion"):
            if tokens := usage.get(f"{kind}Tokens"):
                self._tokens.add((provider, model, kind), tokens)
        if cost := usage.get("costUsd"):
            self._cost.add((provider, model), cost)

    def called_action(self, kind: str, answer: Answer, seconds: float) -> None:
        self._action_calls.observe((kind, answer.failure.code if answer.failure else OK), seconds)

    def delivered(self, channel: str, state: OutboundState, error_code: str = "") -> None:
        """Count a part of a message that has come to `state`."""
        self._deliveries.add((channel, state, error_code))

    def claimed(self, attempt: int) -> None:
        self._claims.add((str(attempt),))

    def attempt_failed(self, code: str) -> None:
        self._failed_attempts.add(code)

    def gave_up(self) -> None:
        self._dead.add(())

    def lagged(self, seconds: float) -> None:
        self._lag.observe((), seconds)
