"""Why a request has no good answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class RequestFailed(Exception):
    """`code` is stable, and the output of the node has it; `message` holds nothing that the service sent.

    `is_sent`: the service may have received the request. `may_pass`: the same request may succeed a moment later.
    """

    code: str
    message: str
    is_sent: bool = False
    may_pass: bool = False
