"""The two clients: `Botflow` waits for each call, `AsyncBotflow` is for asyncio. Their methods are those of `calls`."""

from __future__ import annotations

from botflow_client.calls import AsyncCalls, Calls


class Botflow(Calls):
    """The API of the botflow server at `url`, for the organization of the API key.

    Every call waits `timeout_s` for an answer; `retries` says how often it is sent. A key that may act for other
    organizations names one by `organization`.

        with Botflow("https://bots.example.com", key) as client:
            started = client.trigger_workflow("order", input={"size": "large"})
            print(client.get_execution(started.execution_id).status)
    """


class AsyncBotflow(AsyncCalls):
    """The same for asyncio: `await` each call, and read lists by `async for`."""
