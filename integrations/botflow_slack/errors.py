"""Why Slack did not do what was asked. No message holds a token or an address that gives access."""

from __future__ import annotations

import re

from botflow.errors import ProviderError

# What may be tried again without the danger of a second message. `slack.unknown` may have been done.
PASSING = frozenset(("slack.rate_limited", "slack.unreachable", "file.timeout", "file.unreachable"))
# Slack says of these that a part of the work may have been done.
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
UNCLEAR = frozenset(("fatal_error", "internal_error", "request_timeout", "service_unavailable"))
UNAUTHORIZED = frozenset(
    (
        *("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "missing_scope"),
        *("no_permission", "org_login_required", "ekm_access_denied", "not_allowed_token_type", "access_denied"),
    )
)
_NAME = re.compile(r"[a-z0-9_]{1,64}")


class SlackFailure(ProviderError):
    """Slack did not do it, or it is not known whether it did."""

    code = "slack.failed"


def refusal(name: object) -> SlackFailure:
    """Return the failure for the name of an error, as Slack's answers have it."""
    said = name if isinstance(name, str) and _NAME.fullmatch(name) else "an unknown error"
    if said in UNCLEAR:
        return SlackFailure(f"Slack is out of order, and may have done it ({said})", code="slack.unknown")
    if said in UNAUTHORIZED:
        return SlackFailure(f"Slack refuses the token ({said})", code="slack.unauthorized")
    if "channel" in said or said in ("user_not_found", "not_in_channel", "is_archived"):
        return SlackFailure(f"Slack refuses the channel ({said})", code="slack.channel")
    return SlackFailure(f"Slack refuses the request ({said})", code="slack.rejected")
