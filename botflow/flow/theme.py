"""How a chat page looks that shows a workflow: its colour and its logo."""

from __future__ import annotations

import re
from typing import Annotated

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


class Theme(BaseModel):
    """The look of a page. It lightens or darkens the colour until every word on it can be read."""

    model_config = CAMEL_CASE

    color: Annotated[str, AfterValidator(_color)] | None = None
    """A colour such as `"#0b6b5d"`."""
    logo: Annotated[str, Field(max_length=2_000), AfterValidator(_address)] | None = None
    """The address of a square picture, by https."""
