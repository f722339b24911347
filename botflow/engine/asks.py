"""Requests of a node to the outside world, and the replies. A turn yields Asks; its caller sends back Answers."""

from __future__ import annotations

from collections.abc import Mapping
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
    """One handle that a model may choose: its name, what it means, and examples of messages that mean it."""

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
    `now` is when the person wrote: "tomorrow" is relative to it. An extracted date is ISO 8601, `2026-11-21`.
    `question` is what the person was asked, when the message may be its answer; `accepts` is "any text" where nearly
    every message is one. The engine fills in `node`, and `visit`, which counts the turn's visits of nodes.
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
    question: str = ""
    accepts: Literal["", "any text"] = ""
    node: str = field(default="", compare=False)
    visit: int = field(default=0, compare=False)


@value(frozen=True, slots=True, kw_only=True)
class AskHistory:
    """Ask for the last `limit` lines of this conversation before the inbound at hand.

    The answer is a list of `{"role", "text"}`, oldest first. The engine fills in `node`,
    and `visit`, which counts the turn's visits of nodes.
    """

    limit: int
    node: str = field(default="", compare=False)
    visit: int = field(default=0, compare=False)


@value(frozen=True, slots=True, kw_only=True)
class Invoke:
    """Run a plugin's `async def` action; the answer's value is what it returned, as JSON.

    `step` names the function where a node type has several: submit and check of a polling node. `state` is the result
    of the previous step. `credential` is the name of the secret fields it gets. `secrets` are values that the action
    gets and the journal does not, such as a person's one-time code. The engine fills in `node`, `attempt`
    (which attempt of the visit this is), `key`, unique to the visit in its session and the same in every attempt, and
    `kept`, the names of a run's large variables, under which the journal has them.
    """

    type: str
    properties: dict[str, Any]
    variables: dict[str, Any]
    timeout_s: float = 30.0
    step: str = ""
    state: Any = None
    credential: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    node: str = ""
    attempt: int = 1
    key: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)


@value(frozen=True, slots=True, kw_only=True)
class Pause:
    """Let some time pass before a failed node is tried again; the answer is empty. The engine fills in `node` and
    `visit`."""

    seconds: float
    node: str = field(default="", compare=False)
    visit: int = field(default=0, compare=False)


Ask = AskModel | AskHistory | Invoke | Pause


@value(frozen=True, slots=True, kw_only=True)
class AskFailure:
    """Why an Ask has no value: a stable code and a sentence for the log. `crash` is the exception of foreign code; it
    stays in this process, for its log."""

    code: str
    message: str
    crash: BaseException | None = field(default=None, compare=False, repr=False)


@value(frozen=True, slots=True, kw_only=True)
class Answer:
    """The reply to an Ask. `value` is plain JSON; `usage` (model, tokens, cost, ms) is for the journal."""

    value: Any = None
    failure: AskFailure | None = None
    usage: dict[str, Any] = field(default_factory=dict)
