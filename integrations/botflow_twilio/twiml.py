"""TwiML: the webhook's response, which carries messages without a REST call.

https://www.twilio.com/docs/messaging/twiml/message. The content type to answer with is text/xml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from botflow.records.outbounds import StoredOutbound
from botflow_twilio.address import write_address

MESSAGES_PER_REPLY = 10  # an eleventh is dropped with error 14109
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
LINE_BREAKS = {"\r": "&#13;"}  # a parser would turn it into \n


def response(outbounds: Sequence[StoredOutbound], status_url: Callable[[StoredOutbound], str] | None) -> str:
    """Return a document with one Message for each part, in order; an empty Response is a valid acknowledgement.

    More than ten parts are the caller's mistake (see `reply_limit`): ValueError, because Twilio would drop the rest.
    """
    if len(outbounds) > MESSAGES_PER_REPLY:
        raise ValueError(f"{len(outbounds)} parts do not fit into one reply of {MESSAGES_PER_REPLY}")
    messages = "".join(_message(outbound, status_url) for outbound in outbounds)
    return f"{HEAD}<Response>{messages}</Response>" if messages else f"{HEAD}<Response/>"


def _message(outbound: StoredOutbound, status_url: Callable[[StoredOutbound], str] | None) -> str:
    message = outbound.message
    channel = message.channel or outbound.key.channel
    attributes = {
        "to": write_address(channel, message.to) if message.to else "",
        "from": write_address(channel, message.sender) if message.sender else "",
        "statusCallback": status_url(outbound) if status_url else "",
    }
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)
    body = f"<Body>{escape(message.text, LINE_BREAKS)}</Body>" if message.text else ""
    media = "".join(f"<Media>{escape(medium.url)}</Media>" for medium in message.media)
    return f"<Message{written}>{body}{media}</Message>"
