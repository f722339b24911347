"""The default of what a call may leave out. It is not None: None is sent as null, which often means "remove it"."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Omit(Enum):
    """The type of `OMIT`."""

    OMIT = "left out"

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = Omit.OMIT
