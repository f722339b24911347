"""The client of botflow's REST API: `Botflow(url, key)`, and `AsyncBotflow` for asyncio.

Read client.py first. `calls` and `models` are written from the OpenAPI document by `python -m docs.generate`; the rest
is written by hand. This package needs httpx2 and nothing of the server.
"""

from botflow_client.client import AsyncBotflow, Botflow
from botflow_client.downloads import AsyncDownload, Download
from botflow_client.errors import ApiError, BotflowClientError, NoAnswer, UnexpectedAnswer
from botflow_client.events import AsyncEventStream, EventStream, StreamEvent
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Page, Pages
from botflow_client.retries import Retries

__all__ = [
    "OMIT",
    "ApiError",
    "AsyncBotflow",
    "AsyncDownload",
    "AsyncEventStream",
    "AsyncPages",
    "Botflow",
    "BotflowClientError",
    "Download",
    "EventStream",
    "NoAnswer",
    "Omit",
    "Page",
    "Pages",
    "Retries",
    "StreamEvent",
    "UnexpectedAnswer",
]
