"""What a plugin supplies for comboboxes: the values that only it can look up, such as the tables of a database.

A property names such a list: `Widget("combobox", source="shop.articles")`, and the plugin has it by that name:
`Plugin(name="shop", option_sources={"shop.articles": articles}, ...)`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from botflow.settings import Networks


class FieldOption(NamedTuple):
    """A value to choose, and what people read instead of it."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsRequest:
    """Whose form asks for what. `properties` are those of the node so far, which may be incomplete or wrong; `search`
    is what its author has typed.

    `credential` holds the fields of the set that the node names, `account` names that set in this deployment;
    `account_networks`, `networks` and `is_home` are as of an ActionContext: without a credential, a source may use what
    the server's settings give access to only for the home organization.
    """

    properties: Mapping[str, Any]
    search: str
    credential: Mapping[str, str]
    account: str
    account_networks: Networks | None
    networks: Networks
    home: bool

    async def is_home(self) -> bool:
        return self.home


OptionsSource = Callable[[OptionsRequest], Awaitable[Iterable[FieldOption]]]
