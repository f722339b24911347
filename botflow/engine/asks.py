"""What a node needs from the world now, and the reply. A turn yields Asks; whoever drives it sends back Answers."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any, Literal

from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a conversation as a model sees it."""

    role: Literal["user", "assistant"]
    text: str


@value(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way a model may choose: the handle's name, what it means, and what people say who mean it."""

    handle: str
    description: str = ""
    examples: tuple[str, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class ExtractField:
    """One value to read out of a text. `type` is text, integer, number, boolean or date."""

    name: str
    type: Literal["text", "integer", "number", "boolean", "date"] = "text"
    description: str = ""
    required: bool = True


@value(frozen=True, slots=True, kw_only=True)
class AskModel:
    """Ask a language model. The answer's value by `purpose`:

    route: a handle of `choices`, or None for abstain. reply: the text. extract: an object of the fields found.
    `text` is the person's words alone; `history` is what was said before it, oldest first. `stream` asks for deltas.
    `now` is when the person wrote: what "tomorrow" counts from. An extracted date is ISO 8601, `2026-11-21`.
    """

    purpose: Literal["route", "reply", "extract"]
    text: str
    instructions: str = ""
    history: tuple[Line, ...] = ()
    choices: tuple[Choice, ...] = ()
    fields: tuple[ExtractField, ...] = ()
    model: str | None = None
    max_tokens: int | None = None
    timeout_s: float = 30.0
    language: str = "en"
    stream: bool = False
    fallback: str = ""
    now: datetime | None = None


@value(frozen=True, slots=True, kw_only=True)
class AskHistory:
    """Ask for the last `limit` lines of this conversation before the inbound at hand.

    The answer is a list of `{"role", "text"}`, oldest first.
    """

    limit: int


@value(frozen=True, slots=True, kw_only=True)
class Invoke:
    """Run a plugin's `async def` action; the answer's value is what it returned, as JSON.

    `step` names the function where a node type has several: submit and check of a polling one, and `state` is what the
    former left behind. `credential` is the name of the secret fields it gets. The engine fills in the `node`, which
    `attempt` of its visit this is, and a `key` which is the visit's own in its session, the same in every attempt.
    """

    type: str
    properties: dict[str, Any]
    variables: dict[str, Any]
    timeout_s: float = 30.0
    step: str = ""
    state: Any = None
    credential: str | None = None
    node: str = ""
    attempt: int = 1
    key: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Pause:
    """Let some time pass before a failed node is tried again; the answer is empty."""

    seconds: float


Ask = AskModel | AskHistory | Invoke | Pause


@value(frozen=True, slots=True, kw_only=True)
class AskFailure:
    """Why an Ask has no value: a stable code and a sentence for the log."""

    code: str
    message: str


@value(frozen=True, slots=True, kw_only=True)
class Answer:
    """The world's reply. `value` is plain JSON; `usage` is what it cost (model, tokens, cost, ms), for the journal."""

    value: Any = None
    failure: AskFailure | None = None
    usage: dict[str, Any] = field(default_factory=dict)
