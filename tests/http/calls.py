"""Requests without a conversation: the node's own call, with a context as the runtime gives one."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from botflow_http.node import HttpRequest

from botflow.engine.asks import Invoke
from botflow.outgoing_targets import Network
from botflow.testing.scripted.actions import ActionLog

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.1/32"),)


class Context(ActionLog):
    """The context of one call; `hidden` are the secrets that the call gave to be masked."""

    def __init__(self, ask: Invoke, credential: Mapping[str, str], account: str, networks: tuple[Network, ...]) -> None:
        super().__init__(ask, "execution", credential, {})
        self._account = account
        self._networks = networks
        self.hidden: list[str] = []

    @property
    def account(self) -> str:
        return self._account

    @property
    def networks(self) -> tuple[Network, ...]:
        return self._networks

    def hide(self, secret: str) -> None:
        self.hidden.append(secret)


async def ask(
    url: str,
    *,
    credential: Mapping[str, str] | None = None,
    account: str = "",
    networks: tuple[Network, ...] = LOOPBACK,
    node: HttpRequest | None = None,
    key: str = "1.1.1",
    hidden: list[str] | None = None,
    **properties: Any,
) -> dict[str, Any]:
    """Return the output of one request."""
    asked = Invoke(type="http.request", properties={"url": url, **properties}, variables={}, key=key)
    context = Context(asked, credential or {}, account, networks)
    output: dict[str, Any] = await (node or HttpRequest()).invoke(asked, context)
    if hidden is not None:
        hidden += context.hidden
    return output
