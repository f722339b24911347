"""Answers that are not words: a place, a photo, a file."""

from __future__ import annotations

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused


def read_location(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a shared place: {latitude, longitude, label}."""
    return Accepted(inbound.location.to_json()) if inbound.location else Refused("no_location")


def read_media(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept an attachment: the first one's {url, contentType}; all of them as `media`."""
    media = [medium.to_json() for medium in inbound.media]
    return Accepted(media[0], {"media": media}) if media else Refused("no_media")
