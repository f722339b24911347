"""What Twilio's refusals mean: each was answered before the message was accepted, so it was certainly not sent.

https://www.twilio.com/docs/api/errors. A 5xx is no refusal: nobody knows how far it came.
"""

from __future__ import annotations

from botflow.interfaces import Sent
from botflow_twilio.status import UNSUBSCRIBED

TOO_MANY_REQUESTS = 429
# Too many requests, queues that are full, rates that are exceeded: the same message may pass later.
RETRYABLE = frozenset({"20429", "21611", "30001", "30022", "63018", "14107"})
# Credentials and accounts that somebody must put right; no message is to blame. 404 is an unknown account.
MISCONFIGURED_STATUSES = frozenset({401, 403, 404})


def refused(status: int, code: str) -> Sent:
    """Return the outcome of a send that Twilio answered with HTTP `status` (not 2xx) and its own error `code`."""
    error_code = code or f"http.{status}"
    if status == TOO_MANY_REQUESTS or code in RETRYABLE:
        return Sent(state="failed", error_code=error_code, retryable=True)
    if status >= 500 or status == 408:
        return Sent(state="unknown", error_code=error_code)
    if code == UNSUBSCRIBED:
        return Sent(state="suppressed", error_code=code)
    if status in MISCONFIGURED_STATUSES:
        return Sent(state="held", error_code=error_code)
    return Sent(state="failed", error_code=error_code)
