"""How the chat of a workflow looks on a page: its colour, its logo, its shape and its place."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from botflow.flow.fields import CAMEL_CASE

_COLOR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_ADDRESS = re.compile(r"https://[!-~]+")


def _color(text: str) -> str:
    if not _COLOR.fullmatch(text):
        raise PydanticCustomError(
            "theme.color", "{text} is no colour such as '#0b6b5d'; in YAML it needs quotes", {"text": repr(text[:40])}
        )
    return text.lower()


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise PydanticCustomError(
            "theme.logo", "{text} is no address of a picture: it begins with https://", {"text": repr(text[:80])}
        )
    return text


def _launcher(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise PydanticCustomError("theme.launcher", "the text of the button is empty, or holds control characters")
    return text.strip()


class Theme(BaseModel):
    """The look of a page. It lightens or darkens the colour until every word on it can be read."""

    model_config = CAMEL_CASE

    color: Annotated[str, AfterValidator(_color)] | None = None
    """A colour such as `"#0b6b5d"`."""
    logo: Annotated[str, Field(max_length=2_000), AfterValidator(_address)] | None = None
    """The address of a square picture, by https."""
    radius: Annotated[int, Field(ge=0, le=40)] | None = None
    """How round the corners of the window are, in pixels."""
    position: Literal["left", "right"] | None = None
    """In which corner of a page the button is: `right` without it."""
    launcher: Annotated[str, Field(max_length=40), AfterValidator(_launcher)] | None = None
    """A text on the button, such as `Ask us`. Without it: a picture alone."""
