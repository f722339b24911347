"""The body that `useChat` posts: its messages, of which the last one is new, and what it wants."""

from __future__ import annotations

from typing import Any

from starlette.types import Receive, Scope

from botflow.errors import RejectedInbound
from botflow.values import value
from botflow.web.requests.json_body import parse_object
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.given_files import GivenFile
from botflow_protocols.sent_messages import SentMessage

LARGEST_BODY = 16 * 1000 * 1000  # the history of a conversation with pictures
DEEPEST = 64  # parts of tools, of other agents in the same conversation
EXAMPLE = '{"id": "c1", "messages": [{"id": "m1", "role": "user", "parts": [{"type": "text", "text": "hello"}]}]}'


@value(frozen=True, slots=True, kw_only=True)
class Asked:
    """`message` is None when the client wants the last answer again."""

    message: SentMessage | None


async def read_asked(scope: Scope, receive: Receive) -> Asked:
    """Read a request; RejectedInbound `body.wrong_type` says what is wrong with it."""
    fields = parse_object(await read_body(scope, receive, LARGEST_BODY), DEEPEST, EXAMPLE)
    if fields.get("trigger") == "regenerate-message":
        return Asked(message=None)
    messages = fields.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    match last:
        case {"role": "user", "id": str(id), "parts": list(parts)} if id:
            return Asked(message=_message(id, parts))
    raise _refused("the last message is not the user's, with an id and parts")


def _message(id: str, parts: list[Any]) -> SentMessage:
    texts: list[str] = []
    files: list[GivenFile] = []
    pressed: dict[str, str] | None = None
    for part in parts:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "file", "url": str(url), **more}:
                name = more.get("filename")
                files.append(GivenFile(url=url, name=name[:200] if isinstance(name, str) else ""))
            case {"type": "data-quick-reply", "data": {"payload": str(payload), **more}}:
                question = more.get("question")
                pressed = {"payload": payload, **({"question": question} if isinstance(question, str) else {})}
            case {"type": str(kind)} if kind == "step-start" or kind.startswith("data-"):
                pass
            case _:
                wrong = part.get("type") if isinstance(part, dict) else part
                raise _refused(f"a workflow cannot read a part of the type {str(wrong)[:40]!r}")
    return SentMessage(id=id, text="\n".join(texts), files=tuple(files), pressed=pressed)


def _refused(what: str) -> RejectedInbound:
    return RejectedInbound(what, code="body.wrong_type", hint=f"as in {EXAMPLE}", status=422)
