"""An organization's base address may not lead into the network of the deployment: each request goes to an address of
its name that was checked. A second resolution, by the client, could give another one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import httpx2

from botflow.errors import ProviderError
from botflow.outgoing_targets import Network, TargetRefused, UnknownHost, check_url, checked_addresses


def to_checked_addresses(networks: Sequence[Network]) -> Callable[[httpx2.Request], Awaitable[None]]:
    """Return an event hook of httpx2 that checks where a request goes, and binds it to the checked address.

    The hook raises ProviderError `credential.address`.
    """

    async def bind(request: httpx2.Request) -> None:
        host = request.url.host
        try:
            parts = check_url(str(request.url.copy_with(path="/", query=None)), networks)
            addresses = await checked_addresses(parts, networks)
        except UnknownHost as unknown:
            raise ProviderError(f"the model cannot be reached: {unknown}", code="model.unreachable") from None
        except TargetRefused as refused:
            raise ProviderError(f"the base address of the model: {refused}", code="credential.address") from None
        request.url = request.url.copy_with(host=addresses[0])  # the header Host is written, with the name
        request.extensions = {**request.extensions, "sni_hostname": host}  # the certificate must be that of the name

    return bind
