"""What spans say about turns, calls and sends: names and attributes of OpenTelemetry's conventions, else our own.

Never a text of a person, a number, an address or a secret: only ids of ours, names of a workflow's author, codes and
amounts. A message of an error is left out, because it may quote any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from botflow.engine.asks import Answer, AskModel
from botflow.engine.events import EdgeFollowed, ExecutionFailed, NodeFailed, NodeRetried, WaitStarted
from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TurnCommit, TurnId
from botflow.redaction.redactor import Redactor
from botflow.runtime.process.bounded_labels import code_label, model_label

Attributes = Mapping[str, Any]
LONGEST_CONTENT = 16_000  # characters of one attribute that holds what a model was told or said
TRIGGERS = frozenset(
    ("api", "event", "schedule", "webhook", "missed_call", "campaign", "manual", "child", "fork", "ended")
)
ERROR = "error.type"
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
CONVERSATION = "gen_ai.conversation.id"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"


def turn_attributes(commit: TurnCommit, turn: TurnId, workflow: str) -> Attributes:
    """Return what a committed turn was."""
    done, key = commit.turn, commit.read.key
    states = [part.state for part in commit.parts]
    return {
        "botflow.workflow": workflow,
        "botflow.workflow.version": commit.flow_version,
        "botflow.channel": key.channel,
        "botflow.session": turn.session,
        "botflow.turn": turn.seq,
        "botflow.turn.kind": commit.inbound.kind,
        **_trigger(commit),
        "botflow.turn.outcome": done.status,
        "botflow.messages": len(states),
        "botflow.messages.to_send": states.count("ready"),
        **({"botflow.execution": done.execution} if done.execution else {}),
    }


def _trigger(commit: TurnCommit) -> Attributes:
    """Return what has started an execution, in the turn that begins it."""
    trigger = commit.inbound.parameters.get("trigger")
    return {"botflow.trigger": trigger} if commit.inbound.kind == "trigger" and trigger in TRIGGERS else {}


def path_of(commit: TurnCommit) -> Iterator[tuple[str, Attributes]]:
    """Yield the path through the graph, as events."""
    for event in commit.turn.events:
        match event:
            case EdgeFollowed():
                yield (
                    "edge",
                    {"botflow.node": event.node, "botflow.handle": event.handle, "botflow.target": event.target},
                )
            case WaitStarted():
                yield "wait", {"botflow.node": event.node}
            case NodeFailed() | NodeRetried() | ExecutionFailed():
                yield event.kind, {"botflow.node": event.node, ERROR: code_label(event.code)}


def failure_of(commit: TurnCommit) -> str:
    """Return the code with which the turn's execution failed, "" if it did not."""
    codes = [event.code for event in commit.turn.events if isinstance(event, ExecutionFailed)]
    return code_label(codes[-1]) if codes else ""


def model_attributes(provider: str, ask: AskModel, session: int) -> Attributes:
    """Return what a model is asked, without the words."""
    return {
        OPERATION: "chat",
        CONVERSATION: str(session),
        PROVIDER: provider,
        "gen_ai.output.type": "text" if ask.purpose == "reply" else "json",
        "botflow.node": ask.node,
        "botflow.purpose": ask.purpose,
        **({REQUEST_MODEL: model_label(ask.model)} if ask.model else {}),
        **({"gen_ai.request.max_tokens": ask.max_tokens} if ask.max_tokens else {}),
        **({"gen_ai.request.stream": True} if ask.stream else {}),
    }


def usage_attributes(answer: Answer) -> Attributes:
    """Return what a model's answer has used."""
    usage = answer.usage
    model = usage.get("model")
    found: dict[str, Any] = {
        INPUT_TOKENS: usage.get("promptTokens"),
        OUTPUT_TOKENS: usage.get("completionTokens"),
        "botflow.cost_usd": usage.get("costUsd"),
        "botflow.attempts": usage.get("attempts"),
    }
    amounts = {name: amount for name, amount in found.items() if isinstance(amount, (int, float))}
    return {**amounts, **({REQUEST_MODEL: model_label(model)} if isinstance(model, str) else {})}


def asked_content(ask: AskModel, redactor: Redactor) -> Attributes:
    """Return what a model is told, in the form of the conventions, for those who have asked for it."""
    said = [*((line.role, line.text) for line in ask.history), ("user", ask.text)]
    messages = [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said]
    instructions = [{"type": "text", "content": ask.instructions}]
    return {
        INPUT_MESSAGES: _content(messages, redactor),
        **({"gen_ai.system_instructions": _content(instructions, redactor)} if ask.instructions else {}),
    }


def answered_content(answer: Answer) -> Attributes:
    """Return what a model has said, which is masked already."""
    text = answer.value if isinstance(answer.value, str) else orjson.dumps(answer.value).decode()
    part = {"type": "text", "content": text}
    return {OUTPUT_MESSAGES: orjson.dumps([{"role": "assistant", "parts": [part]}]).decode()[:LONGEST_CONTENT]}


def _content(value: Any, redactor: Redactor) -> str:
    return orjson.dumps(redactor.json(value)).decode()[:LONGEST_CONTENT]


def send_attributes(outbound: StoredOutbound, provider: str) -> Attributes:
    """Return which message is sent, by its place in its session."""
    return {
        "botflow.channel": outbound.message.channel or outbound.key.channel,
        "botflow.session": outbound.session,
        "botflow.turn": outbound.seq,
        "botflow.message": outbound.wire_id,
        "botflow.attempt": outbound.attempts,
        "botflow.segments": outbound.segments,
        **({"peer.service": provider} if provider else {}),
    }
