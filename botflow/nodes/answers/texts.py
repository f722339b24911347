"""Answers that are kept as they were written: free text, and text that a pattern must match."""

from __future__ import annotations

from botflow.engine.inbound import Inbound
from botflow.flow.pattern import full_match
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused


def read_text(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept any words whose length lies within the bounds."""
    text = inbound.text.strip() or inbound.payload
    if isinstance(expectation.least, (int, float)) and len(text) < expectation.least:
        return Refused("too_short")
    if isinstance(expectation.most, (int, float)) and len(text) > expectation.most:
        return Refused("too_long")
    return Accepted(text)


def read_regex(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a text that the pattern matches as a whole."""
    text = inbound.text.strip()
    return Accepted(text) if full_match(expectation.pattern or "", text) else Refused("no_match")
