"""Every fence matters: with it cut out of the product, a test of what botflow promises fails."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from structlog.testing import capture_logs

from botflow.clock import SystemClock
from botflow.storage.database import open_database
from botflow.storage.spending import Spending
from tests.faults.fences import FENCES_OF_THE_TURN
from tests.faults.fences_around import FENCES_AROUND_THE_TURN
from tests.faults.fences_bursts import FENCES_OF_BURSTS
from tests.faults.fences_consent import FENCES_OF_CONSENT
from tests.faults.fences_executions import FENCES_OF_EXECUTIONS
from tests.faults.fences_files import FENCES_OF_FILES
from tests.faults.fences_secrets import FENCES_OF_SECRETS
from tests.faults.fences_triggers import FENCES_OF_TRIGGERS
from tests.faults.mutation import Fence, Promise
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import open_town
from tests.web.site import open_site

FENCES = (
    *FENCES_OF_THE_TURN,
    *FENCES_AROUND_THE_TURN,
    *FENCES_OF_TRIGGERS,
    *FENCES_OF_SECRETS,
    *FENCES_OF_BURSTS,
    *FENCES_OF_CONSENT,
    *FENCES_OF_EXECUTIONS,
    *FENCES_OF_FILES,
)
PATIENCE_S = 10.0  # without its fence, a promise may wait for ever
MISTAKES = (
    NameError,
    SyntaxError,
    UnboundLocalError,
    AttributeError,
    psycopg.ProgrammingError,
    sqlite3.ProgrammingError,
)


@pytest.fixture(scope="module")
def mattered() -> Iterator[list[Fence]]:
    """Which fences broke a promise when they were gone."""
    found: list[Fence] = []
    yield found
    print(f"\nfences that matter: {len(found)} of {len(FENCES)}")


@pytest.mark.parametrize("fence", FENCES, ids=lambda fence: fence.name)
async def test_without_a_fence_a_promise_is_broken(
    fence: Fence, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, mattered: list[Fence]
) -> None:
    url = request.getfixturevalue(f"{fence.on}_url")
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})
    fence.remove(monkeypatch)
    with capture_logs(), pytest.raises((Exception, pytest.fail.Exception)) as broken:
        async with asyncio.timeout(PATIENCE_S):
            await _keep(fence.promise, url, monkeypatch)
    mistake = next((failure for failure in _causes(broken.value) if isinstance(failure, MISTAKES)), None)
    assert mistake is None, f"the mutation itself is wrong: {mistake}"
    mattered.append(fence)


async def _keep(promise: Promise, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a promise's test with what it asks for, on the database at `url`."""
    async with AsyncExitStack() as stack:

        async def database() -> Any:
            opened = await open_database(url, migrate=False)
            stack.push_async_callback(opened.close)
            return opened

        async def site() -> Any:
            return await stack.enter_async_context(open_site(url))

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

        makers = (database, site, phone, twilio, channel, town, spending)
        made: dict[str, Callable[[], Any]] = {maker.__name__: maker for maker in makers}
        given = {"postgres_url": url, "sqlite_url": url, "database_url": url, "monkeypatch": monkeypatch}
        wanted = [name for name, kind in inspect.signature(promise).parameters.items() if kind.default is kind.empty]
        arguments = {name: await made[name]() if name in made else given[name] for name in wanted}
        result = promise(**arguments)
        if inspect.isawaitable(result):
            await result


def _causes(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield a failure, its members and what they were raised from."""
    while failure is not None:
        yield failure
        for member in getattr(failure, "exceptions", ()):
            yield from _causes(member)
        failure = failure.__cause__
