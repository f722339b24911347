"""A protocol that chat clients of others speak, over the same conversations as botflow's own chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProtocol:
    """`name` stands in `chat.protocols` of the workflows that speak it. `routes` are read once, when an application is
    made; each finds its workflow with `botflow.web.chat.spoken.spoken_flow`, which refuses those that do not."""

    name: str
    routes: Callable[[], Sequence[BaseRoute]]
