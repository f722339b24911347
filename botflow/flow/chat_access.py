"""How web pages and other chat clients reach a workflow: its page, its sites, its signed users, its protocols."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from botflow.flow.fields import CAMEL_CASE
from botflow.flow.placed import CredentialName

T = TypeVar("T", bound=str)
MOST_PROTOCOLS = 20
MOST_SITES = 100
MOST_KEYS = 5  # of those who sign users: the current one, and those that it replaces
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def _site(text: str) -> str:
    if text != "*" and not _ORIGIN.fullmatch(text):
        raise PydanticCustomError(
            "chat.origin",
            "{text} is no site: write '*' or, without a path and in small letters, https://www.example.com",
            {"text": repr(text[:80])},
        )
    return text


def _once(named: tuple[T, ...]) -> tuple[T, ...]:
    for name in named:
        if named.count(name) > 1:
            raise PydanticCustomError("chat.repeated", "{name} is there twice", {"name": repr(name)})
    return named


Sites = Annotated[
    tuple[Annotated[str, AfterValidator(_site)], ...], Field(max_length=MOST_SITES), AfterValidator(_once)
]

ProtocolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class Identity(BaseModel):
    """Who signs the users of a site: `credentials` of the module `chat_users`, each of which holds a key."""

    model_config = CAMEL_CASE

    credentials: Annotated[tuple[CredentialName, ...], Field(min_length=1, max_length=MOST_KEYS), AfterValidator(_once)]
    """The credentials whose keys sign users; several while one replaces another."""
    required: bool = False
    """Whether only signed users may chat. Otherwise strangers may, too."""


class ChatAccess(BaseModel):
    """Which pages and clients may speak with the workflow."""

    model_config = CAMEL_CASE

    page: bool = False
    """Whether the workflow has a page of its own, at `/chat/<id>/`. With `--dev` every workflow has one."""
    origins: Sites = ()
    """The sites whose pages may hold the chat, `["https://www.example.com"]`, or `["*"]`. Without it: those in
    `BOTFLOW_ALLOWED_ORIGINS`."""
    frames: Sites = ()
    """The sites that may show the page in a frame. Without it: none."""
    identity: Identity | None = None
    """Who signs users of your own: `{credentials, required}`."""
    protocols: Annotated[tuple[ProtocolName, ...], Field(max_length=MOST_PROTOCOLS), AfterValidator(_once)] = ()
    """What other clients may speak with it, such as `websocket`: the names of protocols that plugins bring."""
    feedback: bool = False
    """Whether people may say of each answer that it was good or bad."""
    brand: bool = True
    """Whether the chat says in a small line that it is made with botflow."""
