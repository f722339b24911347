"""Runs the test of a promise without its fence, and tells a broken promise from a mistake in the list of fences.

A promise breaks in its own test: an assertion, an error that the product raises, or a wait that never ends. It is a
mistake of the list if the test cannot begin, or if the code that is left after the cut does not run.
"""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

import psycopg
import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings

from botflow.clock import SystemClock
from botflow.storage.database import open_database
from botflow.storage.spending import Spending
from tests.application_records.shop import open_shop
from tests.faults.mutation import Fence, Promise
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import open_town
from tests.web.site import ORDER, RATED, HeldModel, open_site

PATIENCE_S = 10.0  # without its fence, a promise may wait for ever
# What code raises that was written wrongly, be it the cut one or the promise's test: a test reads a value that is not
# there, instead of asserting that it is.
MISTAKES = (
    NameError,
    SyntaxError,
    AttributeError,
    TypeError,
    LookupError,
    ValueError,
    psycopg.ProgrammingError,
    sqlite3.ProgrammingError,
    sqlite3.OperationalError,
)

HowItBroke = Literal["assertion", "wait", "error"]


class FenceMistake(Exception):
    """An entry of the list is wrong: what failed says nothing about the promise."""


async def failure_without(fence: Fence, url: str, monkeypatch: pytest.MonkeyPatch) -> BaseException:
    """Cut `fence` out, run its promise on the database at `url` and return what the promise's test raised.

    FenceMistake: the test could not begin, it passed, or the cut code itself crashed.
    """
    crashes = fence.remove(monkeypatch)
    failure = await _failure_of(fence.promise, url, monkeypatch)
    mistakes = [*crashes, *(cause for cause in _causes(failure) if isinstance(cause, MISTAKES))]
    if mistakes:
        raise FenceMistake(f"{fence.name}: the code without the fence does not run: {mistakes[0]!r}") from mistakes[0]
    return failure


def how_it_broke(failure: BaseException) -> HowItBroke:
    """Say what a promise's test ended with."""
    if isinstance(failure, (AssertionError, pytest.fail.Exception)):
        return "assertion"
    return "wait" if isinstance(failure, TimeoutError) else "error"


async def _failure_of(promise: Promise, url: str, monkeypatch: pytest.MonkeyPatch) -> BaseException:
    state: Literal["opening", "running", "closing"] = "opening"
    try:
        async with asyncio.timeout(PATIENCE_S), _arguments_of(promise, url, monkeypatch) as arguments:
            state = "running"
            result = promise(**arguments)
            if inspect.isawaitable(result):
                await result
            state = "closing"
    except FenceMistake:
        raise
    except (Exception, pytest.fail.Exception) as failure:
        if state == "running":
            return failure
        raise FenceMistake(f"{_name(promise)}: {state} what it uses failed: {failure!r}") from failure
    raise FenceMistake(f"{_name(promise)} holds without the fence")


@asynccontextmanager
async def _arguments_of(promise: Promise, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    """Make what the promise's test asks for by the names of its parameters, with the names of pytest's fixtures."""
    async with AsyncExitStack() as stack:

        async def database() -> Any:
            opened = await open_database(url, migrate=False)
            stack.push_async_callback(opened.close)
            return opened

        async def site() -> Any:
            return await stack.enter_async_context(open_site(url))

        async def rated_site() -> Any:
            return await stack.enter_async_context(open_site(url, flows=(ORDER, RATED)))

        async def model() -> Any:
            return HeldModel()

        async def phone() -> Any:
            channel = TwilioChannel(TwilioSettings(), SystemClock())
            stack.push_async_callback(channel.close)
            return dict.fromkeys(channel.names, channel)

        stand_in = stack.enter_context(TwilioStandIn())

        async def twilio() -> Any:
            return stand_in

        async def channel() -> Any:
            opened = TwilioChannel(TwilioSettings.from_environment(stand_in.environment), SystemClock())
            stack.push_async_callback(opened.close)
            return opened

        async def town() -> Any:
            return await stack.enter_async_context(open_town(await database(), stand_in, await channel()))

        async def spending() -> Any:
            return Spending((await database()).engine)

        async def shop() -> Any:
            return open_shop(url, monkeypatch)

        makers = (database, site, rated_site, model, phone, twilio, channel, town, spending, shop)
        made: dict[str, Callable[[], Any]] = {maker.__name__: maker for maker in makers}
        given = {"postgres_url": url, "sqlite_url": url, "database_url": url, "monkeypatch": monkeypatch}
        wanted = [name for name, kind in inspect.signature(promise).parameters.items() if kind.default is kind.empty]
        unknown = [name for name in wanted if name not in made and name not in given]
        if unknown:
            raise FenceMistake(
                f"{_name(promise)} asks for {', '.join(unknown)}: give a parametrized value by functools.partial, "
                "and add the maker of a fixture here"
            )
        yield {name: await made[name]() if name in made else given[name] for name in wanted}


def _name(promise: Promise) -> str:
    return str(getattr(promise, "func", promise).__name__)


def _causes(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield a failure, its members and what they were raised from."""
    while failure is not None:
        yield failure
        for member in getattr(failure, "exceptions", ()):
            yield from _causes(member)
        failure = failure.__cause__
