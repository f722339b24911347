"""The client of botflow's REST API: `Botflow(url, key)`, and `AsyncBotflow` for asyncio.

Read client.py first. `calls` and `models` are written from the OpenAPI document by `python -m docs.generate`; the rest
is written by hand. This package needs httpx2 and nothing of the server.
"""

from botflow_client.client import AsyncBotflow, Botflow
from botflow_client.downloads import AsyncDownload, Download
from botflow_client.errors import ApiError, BotflowClientError, NoAnswer, UnexpectedAnswer
from botflow_client.events import AsyncEvents, Event, Events
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Page, Pages

__all__ = [
    "OMIT",
    "ApiError",
    "AsyncBotflow",
    "AsyncDownload",
    "AsyncEvents",
    "AsyncPages",
    "Botflow",
    "BotflowClientError",
    "Download",
    "Event",
    "Events",
    "NoAnswer",
    "Omit",
    "Page",
    "Pages",
    "UnexpectedAnswer",
]
