"""The step of this integration for flows in Python: `import botflow_http`, then `botflow_http.request(flow, url)`.

Without it, `flow.node("http.request", url=...)` does the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botflow.flow.building.flow import Flow
    from botflow.flow.building.step import Step


def request(
    flow: Flow,
    url: str,
    *,
    method: str | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    form: Mapping[str, Any] | None = None,
    multipart: Mapping[str, str | Mapping[str, str]] | None = None,
    credential: str | None = None,
    timeout: str | None = None,
    retries: int | None = None,
    retry_on: Sequence[int] | None = None,
    idempotency_key: bool | str | None = None,
    redirects: int | None = None,
    variable: str | None = None,
    output: Mapping[str, Any] | None = None,
    id: str | None = None,
) -> Step:
    """Send a request to a service; handles `next`, `error`. `credential` names the set that proves who calls."""
    step = flow.node(
        "http.request",
        id=id,
        url=url,
        method=method,
        query=query,
        headers=headers,
        json=json,
        form=form,
        multipart=multipart,
        timeout=timeout,
        retries=retries,
        retry_on=retry_on,
        idempotency_key=idempotency_key,
        redirects=redirects,
        variable=variable,
        output=output,
    )
    return step if credential is None else step.rules(credential=credential)
