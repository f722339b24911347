"""Sends an e-mail by the action itself, with the context that the runtime gives."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from botflow_email.node import SendEmail

from botflow.engine.asks import Invoke
from botflow.settings import Networks
from botflow.testing.scripted.actions import ActionLog

LOOPBACK: Networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class Context(ActionLog):
    """The context of one call; `networks` are those that the operators allow."""

    def __init__(
        self,
        ask: Invoke,
        credential: Mapping[str, str],
        artifacts: dict[str, bytes],
        networks: Networks,
    ) -> None:
        super().__init__(ask, "execution", credential, artifacts)
        self._networks = networks

    @property
    def account_networks(self) -> Networks | None:
        return self._networks if self._ask.credential else None


def written(**more: Any) -> dict[str, Any]:
    """Return an e-mail as a turn has filled it in."""
    empty: dict[str, Any] = {"cc": [], "bcc": [], "replyTo": [], "html": "", "attachments": [], "priority": "normal"}
    return {**empty, "to": ["ann@example.org"], "subject": "Your order", "text": "Thank you!", **more}


async def send(
    account: Mapping[str, str],
    *,
    key: str = "1.1.1",
    named: str | None = None,
    networks: Networks = LOOPBACK,
    artifacts: dict[str, bytes] | None = None,
    **more: Any,
) -> Any:
    """Send an e-mail; `named` is the node's credential, without it the account is that of the settings."""
    ask = Invoke(type="email.send", properties=written(**more), variables={}, credential=named, key=key, node="mail")
    return await SendEmail().invoke(ask, Context(ask, account, artifacts or {}, networks))
