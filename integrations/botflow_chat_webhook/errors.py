"""Why a message did not reach a chat. No message holds the address: everybody who knows it can write there."""

from __future__ import annotations

from botflow.errors import ProviderError

# What may be tried again without the danger of a second message. `chat.unknown` may have been posted.
PASSING = frozenset(("chat.rate_limited", "chat.unreachable"))


class ChatFailure(ProviderError):
    """The service did not take the message, or it is not known whether it did."""

    code = "chat.failed"
