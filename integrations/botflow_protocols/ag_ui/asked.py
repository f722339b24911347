"""The input of a run: the messages as the client has them, of which the last one is new if it is the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.types import Receive, Scope

from botflow.errors import RejectedInbound
from botflow.values import value
from botflow.web.requests.json_body import parse_object
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.given_files import GivenFile
from botflow_protocols.sent_messages import SentMessage

LARGEST_BODY = 16 * 1000 * 1000  # the history of a conversation with pictures
DEEPEST = 64  # tools have schemas
LONGEST_ID = 200
EXAMPLE = '{"threadId": "t1", "runId": "r1", "messages": [{"id": "m1", "role": "user", "content": "hello"}]}'


@value(frozen=True, slots=True, kw_only=True)
class Asked:
    """`message` is None for a run that only reads the conversation."""

    thread: str
    run: str
    messages: Sequence[Any]
    message: SentMessage | None


async def read_asked(scope: Scope, receive: Receive) -> Asked:
    """Read a RunAgentInput; RejectedInbound `body.wrong_type` says what is wrong with it."""
    fields = parse_object(await read_body(scope, receive, LARGEST_BODY), DEEPEST, EXAMPLE)
    thread, run, messages = fields.get("threadId"), fields.get("runId"), fields.get("messages")
    if not isinstance(thread, str) or not isinstance(run, str) or len(thread) > LONGEST_ID or len(run) > LONGEST_ID:
        raise _refused(f"threadId and runId are not texts of at most {LONGEST_ID} characters")
    if not isinstance(messages, list):
        raise _refused("messages is not a list")
    message = None
    match messages[-1:]:
        case [{"role": "user", "id": str(id), "content": content}] if id:
            message = _message(id, content, fields.get("forwardedProps"))
        case [{"role": "user"}]:
            raise _refused("the last message has no id or no content")
    return Asked(thread=thread, run=run, messages=messages, message=message)


def _message(id: str, content: Any, forwarded: Any) -> SentMessage:
    parts = list(_parts(content))
    pressed = None
    match forwarded:
        case {"quickReply": {"payload": str(payload), **more}}:
            question = more.get("question")
            pressed = {"payload": payload, **({"question": question} if isinstance(question, str) else {})}
    return SentMessage(
        id=id,
        text="\n".join(part for part in parts if isinstance(part, str)),
        files=tuple(part for part in parts if isinstance(part, GivenFile)),
        pressed=pressed,
    )


def _parts(content: Any) -> Iterator[str | GivenFile]:
    if isinstance(content, str):
        yield content
        return
    for part in content if isinstance(content, list) else ():
        match part:
            case {"type": "text", "text": str(text)}:
                yield text
            case {
                "type": "image" | "audio" | "video" | "document",
                "source": {"type": str(), "value": str()} as source,
            }:
                yield GivenFile(url=_address(source))
            case _:
                kind = part.get("type") if isinstance(part, dict) else part
                raise _refused(f"a workflow cannot read a part of the type {str(kind)[:40]!r}")


def _address(source: Mapping[str, Any]) -> str:
    given: str = source["value"]
    return f"data:{source.get('mimeType', '')};base64,{given}" if source["type"] == "data" else given


def _refused(what: str) -> RejectedInbound:
    return RejectedInbound(what, code="body.wrong_type", hint=f"as in {EXAMPLE}", status=422)
