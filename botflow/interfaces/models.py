"""An AI provider, and the price of its answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from botflow.engine.asks import Answer, AskModel

if TYPE_CHECKING:
    from botflow.flow.policy import Price

OnDelta = Callable[[str], Awaitable[None]]


class Model(Protocol):
    """An AI provider. Failures are ProviderErrors; the runtime turns them into Answers that carry a failure."""

    @property
    def name(self) -> str: ...

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        """Answer `ask` within `ask.timeout_s`. `on_delta` receives pieces of a reply's text as they come."""

    async def close(self) -> None: ...


@runtime_checkable
class Describes(Protocol):
    """A model's second ability: describe itself in a few words, for the start-up lines."""

    @property
    def description(self) -> str: ...


@runtime_checkable
class Learns(Protocol):
    """A model's second ability: learn the routes of a flow when it is loaded, so that the first message is quick."""

    async def learn(self, ask: AskModel) -> None:
        """Prepare for Asks with the choices and the language of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The upper bound of a call: tokens of its prompt and of its answer. `price` is None when it is unknown."""

    model: str
    prompt_tokens: int
    completion_tokens: int
    price: Price | None = None


@runtime_checkable
class Quotes(Protocol):
    """A model's second ability: tell the possible cost before a call. `ask.max_tokens` bounds the answer."""

    def quote(self, ask: AskModel) -> Quote: ...
