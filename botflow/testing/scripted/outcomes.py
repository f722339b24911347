"""Scripted outcomes, in place of external systems: a value, a failure, or a function that gives one of them.

A scripted outcome is one of: a plain JSON value; an exception, or a class of one (TimeoutError: no answer in time); an
AskFailure; a whole Answer; a function, `async` or not, that returns or raises one of those.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from inspect import Parameter, iscoroutine, signature
from typing import Any, Literal, TypeVar

from botflow.engine.asks import Answer, AskFailure
from botflow.errors import BotflowError

T = TypeVar("T")
Asked = Literal["model", "action"]
LONGEST_MESSAGE = 200  # characters of a crash's message, as in production


class UnscriptedAsk(AssertionError):
    """The flow yields an Ask that the test's script does not answer."""


def answer_of(asked: Asked, timeout_s: float, produce: Callable[[], object]) -> Answer:
    """Return what `produce` returns or raises as an Answer, with the failure codes that production uses.

    An AssertionError is the test's own and passes through.
    """
    try:
        made = produce()
    except AssertionError:
        raise
    except TimeoutError:
        return failed(f"{asked}.timeout", f"no answer within {timeout_s:g} s")
    except BotflowError as failure:
        return failed(failure.code, failure.message)
    except Exception as crash:  # noqa: BLE001 -- a script and an action may raise anything
        return failed(f"{asked}.crashed", f"{type(crash).__name__}: {crash}"[:LONGEST_MESSAGE])
    match made:
        case Answer():
            return made
        case AskFailure():
            return Answer(failure=made)
        case _:
            return Answer(value=made)


def failed(code: str, message: str) -> Answer:
    return Answer(failure=AskFailure(code=code, message=message))


def play(scripted: object, *arguments: object) -> object:
    """Return the result of a scripted outcome; a function gets as many of the arguments as it takes."""
    if isinstance(scripted, BaseException) or (isinstance(scripted, type) and issubclass(scripted, BaseException)):
        raise scripted
    if not callable(scripted):
        return scripted
    made = scripted(*arguments[: _places(scripted)])
    return play(run_to_end(made) if iscoroutine(made) else made)


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` in an event loop of its own and return its result, also where another loop is running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(contextvars.copy_context().run, asyncio.run, work).result()


def _places(function: Callable[..., object]) -> int | None:
    """Return how many positional arguments `function` takes; None for any number."""
    places = 0
    for parameter in signature(function).parameters.values():
        if parameter.kind is Parameter.VAR_POSITIONAL:
            return None
        places += parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return places
