"""What the first inbound of a fork of a conversation carries: what the turn of its step had heard and said before it.

A fork begins in the middle of a turn. With what was said until then, its first turn has the bounds of the original's,
and a model reads the same conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound

FORK = "fork"  # among the parameters of the inbound
_SAID, _HEARD = "said", "heard"


def first_inbound(heard: Inbound, said: Sequence[SendMessage]) -> Inbound:
    """Return the inbound that lets the fork continue where the turn with `heard` had said `said`."""
    heard_content = {} if heard.kind == "trigger" else heard.content()
    content = {name: value for name, value in heard_content.items() if name != "token"}
    if heard.kind == "resume":  # the original is a fork itself
        content = dict(heard_before(heard))
    fork = {_SAID: [message.to_json() for message in said], _HEARD: content}
    return replace(heard, kind="resume", token="", due=None, consent="", parameters={**heard.parameters, FORK: fork})


def said_before(inbound: Inbound) -> list[SendMessage]:
    """Return a new list of what the turn has said before it begins: nothing, except in a fork."""
    if inbound.kind != "resume":
        return []
    return [SendMessage.from_json(message) for message in inbound.parameters.get(FORK, {}).get(_SAID, ())]


def heard_before(inbound: Inbound) -> Mapping[str, Any]:
    """Return the content of the inbound that the original had heard, for `$message`."""
    content: Mapping[str, Any] = inbound.parameters.get(FORK, {}).get(_HEARD, {})
    return content
