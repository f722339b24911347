"""The model that needs no key and no network: it learns routes, and abstains where it understands too little."""

from __future__ import annotations

from typing import Any

from botflow.engine.asks import Answer, AskFailure, AskModel
from botflow.flow.policy import Price
from botflow.interfaces import OnDelta, Quote
from botflow.languages import base_language
from botflow.runtime.offline_model.extraction.values import extract
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.interrupting import choose_interrupt
from botflow.runtime.offline_model.routing.refusals import without_refusals
from botflow.runtime.offline_model.routing.router_cache import Chooses, RouterCache

_NOTHING_TO_SAY = AskFailure(
    code="model.offline",
    message="no language model is configured, and the node has no fallback text: set a model's key, or add a fallback",
)
_FREE = Price(input=0.0, output=0.0)


class LexicalModel:
    """Routes by what an author wrote about the routes, extracts by words; a reply is the node's own fallback text."""

    name = "lexical"

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}
        self._routers = RouterCache()

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        """Answer `ask`; the same Ask always has the same answer. Routes that are new are learnt first.

        A route's `usage` says how sure the choice is: `confidence` (0 to 1) and the `runnerUp`.
        """
        words = self._reader(ask.language)
        usage: dict[str, Any] = {"model": self.name}
        match ask.purpose:
            case "route":
                router = await self._routers.get(ask.choices, words.language)
                is_digression = bool(ask.question or ask.accepts)
                decision = choose_interrupt(ask, router, words) if is_digression else choose_route(ask, router, words)
                usage |= {"confidence": decision.confidence, "runnerUp": decision.runner_up}
                return Answer(value=decision.chosen, usage=usage)
            case "extract":
                return Answer(value=extract(ask, words), usage=usage)
            case "reply" if not ask.fallback.strip():
                return Answer(failure=_NOTHING_TO_SAY, usage=usage)
            case "reply":
                if on_delta is not None and ask.fallback:
                    await on_delta(ask.fallback)
                return Answer(value=ask.fallback, usage=usage)

    async def learn(self, ask: AskModel) -> None:
        """Learn the routes of `ask` before somebody writes: the first message waits for nothing."""
        await self._routers.get(ask.choices, base_language(ask.language))

    def quote(self, ask: AskModel) -> Quote:
        """Return that it costs nothing, whatever is asked."""
        return Quote(model=self.name, prompt_tokens=0, completion_tokens=0, price=_FREE)

    async def close(self) -> None:
        """Nothing is open."""

    def _reader(self, language: str) -> Words:
        tongue = base_language(language)
        if tongue not in self._words:
            self._words[tongue] = Words(tongue)
        return self._words[tongue]


def choose_route(ask: AskModel, router: Chooses, words: Words) -> Decision:
    """Return the route that the message of `ask` means; none that it refuses."""
    return without_refusals(router.choose(ask.text), ask.text, words.language, router)
