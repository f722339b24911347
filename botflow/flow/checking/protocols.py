"""The check of `chat.protocols`: names that no installed plugin brings.

A warning, because the people who write by phone or in botflow's own chat can do without such a client.
"""

from __future__ import annotations

from collections.abc import Collection

from botflow.errors import did_you_mean
from botflow.flow.document import Document
from botflow.flow.problems import Report


def check_protocols(document: Document, report: Report, known: Collection[str]) -> None:
    """Warn of protocols that are not in `known`."""
    for place, name in enumerate(document.chat.protocols):
        if name not in known:
            others = f"there are {', '.join(sorted(known))}" if known else "install the plugin that brings it"
            report.warning(
                "chat.unknown_protocol",
                f"no plugin brings a protocol {name!r}",
                ("chat", "protocols", place),
                hint=did_you_mean(name, known, others),
            )
