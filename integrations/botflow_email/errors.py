"""Why an e-mail was not sent. No message holds an address or a sentence of the server: both may name people."""

from __future__ import annotations

from botflow.errors import ProviderError

# What may be tried again without the danger of a second e-mail. Everything else is final: it would fail again, or, like
# `email.unknown`, the e-mail may have been sent.
PASSING = frozenset(("email.temporary", "email.unreachable", "email.timeout", "file.timeout", "file.unreachable"))


class EmailFailure(ProviderError):
    """An e-mail was not sent, or it is not known whether it was."""

    code = "email.failed"
