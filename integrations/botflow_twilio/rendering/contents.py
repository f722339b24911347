"""Creates the contents of questions at Twilio, each one once: its name says what it holds.

Creating one sends nothing, so a failure costs a person nothing: the question is sent as numbered text instead, and for
a while none is tried. A content is found again by its name after a restart, and in other processes. How many are
created in an hour is bounded: options that are new for each person would fill the account.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from botflow.engine.effects import SendMessage
from botflow_twilio.rendering.interactive import content_of, name_of

if TYPE_CHECKING:
    from twilio.rest import Client

TIMEOUT_S = 4.0
PAUSE_S = 60.0  # after a failure
MOST_CREATED, WINDOW_S = 100, 3_600.0
MOST_KEPT = 1_000
MOST_LISTED = 1_000
PAGE = 500
_PREFIX = "botflow_"
_log = logging.getLogger(__name__)


class Contents:
    """The ids of contents, by name; the ones used last are kept."""

    def __init__(self) -> None:
        self._sids: OrderedDict[str, str] = OrderedDict()
        self._is_listed = False
        self._paused_until_s = 0.0
        self._created = 0
        self._window_from_s = 0.0
        self._creating = asyncio.Lock()

    async def sid_of(self, client: Client, message: SendMessage) -> str | None:
        """Return the id of the content of a question's part; None when there is none for now."""
        content = content_of(message)
        name = name_of(content)
        if (known := self._known(name)) is not None:
            return known
        async with self._creating:
            if (known := self._known(name)) is not None:
                return known
            loop = asyncio.get_running_loop()
            if loop.time() < self._paused_until_s or not self._may_create(loop.time()):
                return None
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    return await self._find_or_create(client, name, content)
            except Exception as failure:  # noqa: BLE001 -- nothing was sent; the question goes out as text
                self._paused_until_s = loop.time() + PAUSE_S
                _log.warning(
                    "options are sent as numbered text for a while: Twilio made no content",
                    extra={"failure": type(failure).__name__, "status": getattr(failure, "status", None)},
                )
                return None

    def forget(self, sid: str) -> None:
        """Forget a content that Twilio does not know any more, so that it is created again."""
        for name in [name for name, kept in self._sids.items() if kept == sid]:
            del self._sids[name]

    async def _find_or_create(self, client: Client, name: str, content: dict[str, Any]) -> str | None:
        contents = client.content.v1.contents
        if not self._is_listed:
            for found in await contents.list_async(limit=MOST_LISTED, page_size=PAGE):
                if found.sid and str(found.friendly_name).startswith(_PREFIX):
                    self._keep(str(found.friendly_name), found.sid)
            self._is_listed = True
        if (known := self._known(name)) is not None:
            return known
        self._created += 1
        created = await contents.create_async(contents.ContentCreateRequest({"friendly_name": name, **content}))
        if created.sid:
            self._keep(name, created.sid)
        return created.sid or None

    def _may_create(self, now_s: float) -> bool:
        if now_s - self._window_from_s >= WINDOW_S:
            self._window_from_s, self._created = now_s, 0
        return self._created < MOST_CREATED

    def _known(self, name: str) -> str | None:
        if name in self._sids:
            self._sids.move_to_end(name)
        return self._sids.get(name)

    def _keep(self, name: str, sid: str) -> None:
        self._sids[name] = sid
        while len(self._sids) > MOST_KEPT:
            self._sids.popitem(last=False)
