"""Applications of botflow inside of others, for the tests of mounting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

import botflow
from botflow.settings import Settings
from botflow.web.application import Application
from tests.local_client import local_client
from tests.web.embedding.parents import PARENTS, running
from tests.web.site import API_KEY, SECRET, TWILIO_TOKEN

ORIGIN = "https://shop.example"


PUBLIC = "https://bots.example.com"


def settings_for(database_url: str, **more: Any) -> Settings:
    return Settings(
        **{
            "botflow_database_url": database_url,
            "botflow_secret_key": SECRET,
            "botflow_api_key": API_KEY,
            "botflow_allowed_origins": ORIGIN,
            "botflow_public_url": PUBLIC,
            **more,
        }
    )


def a_bot(flow_file: str, database_url: str, **more: Any) -> Application:
    return botflow.asgi(
        flow_file, settings_for(database_url, **more), environment={"TWILIO_AUTH_TOKEN": TWILIO_TOKEN}, dev=True
    )


@asynccontextmanager
async def mounted(bot: Application, way: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client whose addresses begin at the mount."""
    parent, path = PARENTS[way]
    async with running(parent(bot)) as url, local_client(base_url=url + path, timeout=20) as client:
        yield client
