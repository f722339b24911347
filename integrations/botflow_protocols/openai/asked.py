"""What a request of the OpenAI API asks: its last message is new, all others are history, which the session has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.types import Receive, Scope

from botflow.errors import RejectedInbound
from botflow.values import value
from botflow.web.requests.json_body import parse_object
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.given_files import GivenFile

LARGEST_BODY = 16 * 1000 * 1000  # the history of a conversation with pictures
LONGEST_MODEL = 200
DEEPEST = 64  # tools have schemas
EXAMPLE = '{"model": "pizza", "messages": [{"role": "user", "content": "hello"}]}'
HELD_BY_THE_FLOW = ("system", "developer")  # instructions: a workflow has its own


@value(frozen=True, slots=True, kw_only=True)
class Asked:
    """`history` is what was said before as the client has it, and says which turn this is; `size` is in bytes."""

    body: Mapping[str, Any]
    text: str
    files: tuple[GivenFile, ...]
    history: Sequence[Any]
    size: int

    def named(self, field: str) -> str:
        """Return a field that is a text, "" for another one."""
        given = self.body.get(field)
        return given if isinstance(given, str) else ""

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True

    @property
    def previous(self) -> str:
        """The response that this one continues, "" for none."""
        return self.named("previous_response_id")

    @property
    def has_history(self) -> bool:
        return bool(self.previous) or any(_role(message) == "assistant" for message in self.history)


async def read_completion(scope: Scope, receive: Receive) -> Asked:
    """Read the body of /v1/chat/completions."""
    fields, size = await _read(scope, receive)
    messages = fields.get("messages")
    if not isinstance(messages, list):
        raise _refused("messages is not a list")
    return _asked(fields, messages, size)


async def read_response(scope: Scope, receive: Receive) -> Asked:
    """Read the body of /v1/responses, whose input is a text or a list of items."""
    fields, size = await _read(scope, receive)
    given = fields.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list):
        raise _refused("input is neither a text nor a list")
    return _asked(fields, items, size)


async def _read(scope: Scope, receive: Receive) -> tuple[dict[str, Any], int]:
    body = await read_body(scope, receive, LARGEST_BODY)
    fields = parse_object(body, DEEPEST, EXAMPLE)
    model = fields.get("model")
    if not isinstance(model, str) or len(model) > LONGEST_MODEL:
        raise _refused("model is not the name of a workflow")
    return fields, len(body)


def _asked(fields: dict[str, Any], messages: list[Any], size: int) -> Asked:
    said = [message for message in messages if _role(message) not in HELD_BY_THE_FLOW]
    if not said or _role(said[-1]) != "user":
        raise _refused("the last message is not the user's")
    parts = list(_parts(said[-1].get("content")))
    texts = [part for part in parts if isinstance(part, str)]
    files = tuple(part for part in parts if isinstance(part, GivenFile))
    return Asked(body=fields, text="\n".join(texts), files=files, history=said, size=size)


def _role(message: Any) -> str:
    return str(message.get("role", "")) if isinstance(message, dict) else ""


def _parts(content: Any) -> Iterator[str | GivenFile]:
    """Yield the texts and files of a message, in the forms of both routes."""
    if isinstance(content, str):
        yield content
        return
    for part in content if isinstance(content, list) else ():
        match part:
            case {"type": "text" | "input_text", "text": str(text)}:
                yield text
            case {"type": "image_url", "image_url": {"url": str(url)}} | {"type": "input_image", "image_url": str(url)}:
                yield GivenFile(url=url)
            case {"type": "file", "file": {"file_data": str(url), **more}}:
                yield _file(url, more)
            case {"type": "input_file", "file_data": str(url), **more}:
                yield _file(url, more)
            case _:
                kind = part.get("type") if isinstance(part, dict) else part
                raise _refused(f"a workflow cannot read a part of the type {str(kind)[:40]!r}")


def _file(url: str, more: Mapping[Any, object]) -> GivenFile:
    name = more.get("filename")
    return GivenFile(url=url, name=name[:200] if isinstance(name, str) else "")


def _refused(what: str) -> RejectedInbound:
    return RejectedInbound(what, code="body.wrong_type", hint=f"as in {EXAMPLE}", status=400)
