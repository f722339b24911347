"""Which words the objects of this process hold, as far as they are reachable from some of them."""

from __future__ import annotations

import functools
import gc
import sys
from asyncio import AbstractEventLoop
from collections.abc import Iterable
from selectors import BaseSelector
from types import BuiltinFunctionType, CodeType, CoroutineType, FrameType, FunctionType, ModuleType
from typing import Any

from tests.compiled_statements import CompiledStatements

# What leads everywhere, also to the test itself, and holds nothing but for the moment of a call; and what the tests
# themselves keep.
_PASSED_OVER = (
    *(ModuleType, type, FrameType, CoroutineType, CodeType, BuiltinFunctionType, property),
    *(AbstractEventLoop, BaseSelector, CompiledStatements),
)


def caches() -> dict[str, Any]:
    """Return the caches of botflow's functions that are loaded, by their names."""
    found: dict[str, Any] = {}
    for module in [each for name, each in sys.modules.items() if name.partition("_")[0].startswith("botflow")]:
        for name, value in vars(module).items():
            if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == module.__name__:
                found[f"{module.__name__}.{name}"] = value
    return found


def held_words(words: Iterable[str], roots: Iterable[Any]) -> dict[str, str]:
    """Return for each word that is held the types on the way to it, from a root."""
    wanted = [(word, word.encode()) for word in words]
    roots = list(roots)
    seen: dict[int, Any] = {id(root): root for root in roots}  # keeps them, so that no id is given again
    waiting: list[tuple[Any, tuple[Any, ...] | None]] = [(root, None) for root in roots]
    found: dict[str, str] = {}
    while waiting:
        each, way = waiting.pop()
        if isinstance(each, str | bytes | bytearray | memoryview):
            for word, written in wanted:
                if word not in found and (word in each if isinstance(each, str) else written in bytes(each)):
                    found[word] = _shown(way)
            continue
        referred = [each.__closure__] if isinstance(each, FunctionType) else gc.get_referents(each)
        for next_one in referred:
            if id(next_one) not in seen and not isinstance(next_one, _PASSED_OVER):
                seen[id(next_one)] = next_one
                waiting.append((next_one, (type(each).__name__, way)))
    return found


def _shown(way: tuple[Any, ...] | None) -> str:
    names: list[str] = []
    while way is not None:
        name, way = way
        names.append(name)
    return " > ".join(names[::-1])
