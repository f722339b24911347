"""Answers that are files: all attachments of a message (`media`), or exactly one (`file`)."""

from __future__ import annotations

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.file_kinds import is_of_kind


def read_media(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept attachments: the first one's {url, contentType, ...}, or with `many` a list; all of them as `media`.

    One file that does not fit refuses the whole message, so that none is left out without a word.
    """
    if not inbound.media:
        return Refused("no_media")
    if (reason := _misfit(expectation, inbound)) is not None:
        return Refused(reason)
    media = [medium.to_json() for medium in inbound.media]
    return Accepted(media if expectation.many else media[0], {"media": media})


def read_file(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the only attachment: {url, contentType, ...}. Two are refused: nothing says which of them is meant."""
    if not inbound.media:
        return Refused("no_file")
    if len(inbound.media) > 1:
        return Refused("several_files")
    if (reason := _misfit(expectation, inbound)) is not None:
        return Refused(reason)
    return Accepted(inbound.media[0].to_json())


def _misfit(expectation: Expectation, inbound: Inbound) -> str | None:
    """Return why one of the attachments does not fit, None when all do. A size that no provider told is not refused."""
    for medium in inbound.media:
        if expectation.accept and not any(is_of_kind(medium, kind) for kind in expectation.accept):
            return "wrong_file_kind"
        if expectation.max_size is not None and medium.size > expectation.max_size:
            return "file_too_large"
    return None
