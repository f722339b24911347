"""The address of a person's picture, which the browsers of visitors open: by https, and short."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from botflow.service.models import Wrong

LONGEST_PICTURE = 1_000  # characters: it is stored with each message of the person
_ADDRESS = re.compile(r"https://[!-~]+")


def _picture(address: str) -> str:
    parts = urlsplit(address) if _ADDRESS.fullmatch(address) else None
    if parts is None or not parts.hostname or parts.username is not None:
        raise Wrong("picture.address", "is no address of a picture", "give one that begins with https://")
    return address


Picture = Annotated[str, Field(max_length=LONGEST_PICTURE), AfterValidator(_picture)]
