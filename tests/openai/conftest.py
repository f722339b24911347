"""A local OpenAI for each test, and the plugin's model that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from botflow_openai import plugin

from botflow.interfaces import Model
from tests.stand_ins.openai import OpenAIStandIn


@pytest.fixture
def openai() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as stand_in:
        yield stand_in
    assert stand_in.violations == []


@pytest.fixture
async def model(openai: OpenAIStandIn) -> AsyncIterator[Model]:
    made = plugin.open_model(openai.environment)
    assert made is not None
    yield made
    await made.close()
