"""The routers of a process, by the digest of the routes that they choose from: each set of routes is learnt once."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from typing import Protocol

import orjson

from botflow.engine.asks import Choice
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.embeddings import load_embeddings
from botflow.runtime.offline_model.routing.own_texts import OwnTexts
from botflow.runtime.offline_model.routing.router import Router

MOST_ROUTERS = 256  # a node has one, and each set of interrupts that are possible at a time


class Chooses(Protocol):
    """What a router does, trained or not; `own_texts` are the texts of its choices."""

    @property
    def own_texts(self) -> OwnTexts: ...

    def choose(self, text: str) -> Decision: ...


class RouterCache:
    """Routers by their routes and their language; of too many, the one that was used longest ago is forgotten."""

    def __init__(self) -> None:
        self._routers: OrderedDict[str, Chooses] = OrderedDict()
        self._words: dict[str, Words] = {}
        self._lock = threading.Lock()
        self._learning = threading.Lock()

    async def get(self, choices: tuple[Choice, ...], language: str) -> Chooses:
        """Return the router of these routes. New ones are learnt in a thread, beside the event loop."""
        key = _digest(choices, language)
        known = self._known(key)
        return known if known is not None else await asyncio.to_thread(self._learn, key, choices, language)

    def _known(self, key: str) -> Chooses | None:
        with self._lock:
            if key in self._routers:
                self._routers.move_to_end(key)
            return self._routers.get(key)

    def _learn(self, key: str, choices: tuple[Choice, ...], language: str) -> Chooses:
        with self._learning:  # of two messages that come at once, one waits for what the other one learns
            if (known := self._known(key)) is not None:
                return known
            words = self._words.get(language) or self._words.setdefault(language, Words(language))
            router = learn(choices, words)
            with self._lock:
                self._routers[key] = router
                if len(self._routers) > MOST_ROUTERS:
                    self._routers.popitem(last=False)
            return router


def learn(choices: tuple[Choice, ...], words: Words) -> Chooses:
    """Return a trained router, or the word router for a single route and without the extra `understanding`."""
    embeddings = load_embeddings() if len(choices) > 1 else None
    if embeddings is None:
        return Router(choices, words)
    from botflow.runtime.offline_model.routing.trained_router import TrainedRouter  # it imports numpy

    return TrainedRouter(choices, words, embeddings)


def _digest(choices: tuple[Choice, ...], language: str) -> str:
    said = [[choice.handle, choice.description, choice.examples] for choice in choices]
    return hashlib.sha256(orjson.dumps([language, said])).hexdigest()
