"""The name of an answer in protocols in which the server names it: the same for a repeat of its request."""

from __future__ import annotations

import hashlib

from botflow.records.turns import TurnId
from botflow_protocols.callers import Speaker


def answer_name(speaker: Speaker, turn: TurnId) -> str:
    """Return the name; it tells a visitor no numbers of sessions."""
    return name_of(speaker, turn.seq)


def name_of(speaker: Speaker, seq: int) -> str:
    """Return the name of the answer to the message `seq` of the speaker's session."""
    whole = f"{speaker.live.slug}/{speaker.external_id}/{seq}"
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
