"""The model that needs no key and no network: it matches words, and abstains where it understands too little."""

from __future__ import annotations

from collections import OrderedDict

from botflow.engine.asks import Answer, AskFailure, AskModel, Choice
from botflow.flow.policy import Price
from botflow.interfaces import OnDelta, Quote
from botflow.languages import base_language
from botflow.runtime.offline_model.extraction import extract
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.router import Router

_NOTHING_TO_SAY = AskFailure(
    code="model.offline",
    message="no language model is configured, and the node has no fallback text: set a model's key, or add a fallback",
)
_FREE = Price(input=0.0, output=0.0)
_MOST_ROUTERS = 256  # indexed sets of choices that are kept; a node has one


class LexicalModel:
    """Routes and extracts by words alone; a reply is the node's own fallback text."""

    name = "lexical"

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}
        self._routers: OrderedDict[tuple[str, tuple[Choice, ...]], Router] = OrderedDict()

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        """Answer `ask` at once; the same Ask always has the same answer."""
        words = self._reader(ask.language)
        usage = {"model": self.name}
        match ask.purpose:
            case "route":
                chosen = self._router(ask.choices, words).choose(ask.text)
                if chosen is not None and ask.question and _is_an_answer(ask, chosen, words):
                    chosen = None
                return Answer(value=chosen, usage=usage)
            case "extract":
                return Answer(value=extract(ask, words), usage=usage)
            case "reply" if not ask.fallback.strip():
                return Answer(failure=_NOTHING_TO_SAY, usage=usage)
            case "reply":
                if on_delta is not None and ask.fallback:
                    await on_delta(ask.fallback)
                return Answer(value=ask.fallback, usage=usage)

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

    def _router(self, choices: tuple[Choice, ...], words: Words) -> Router:
        key = (words.language, choices)
        router = self._routers.get(key)
        if router is None:
            router = self._routers[key] = Router(choices, words)
            if len(self._routers) > _MOST_ROUTERS:
                self._routers.popitem(last=False)
        self._routers.move_to_end(key)
        return router


def _is_an_answer(ask: AskModel, chosen: str, words: Words) -> bool:
    """Say whether the message is more about the question that the person was asked than about the chosen route."""
    route = next(choice for choice in ask.choices if choice.handle == chosen)
    return Router((route, Choice(handle="", description=ask.question)), words).choose(ask.text) == ""
