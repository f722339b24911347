"""What a call costs, by the list prices of prices.json; None for a model that is not listed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

import orjson

from botflow.flow.policy import Price

_DATED = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class Prices:
    """US dollars per million tokens, by model; a dated name is priced like the model itself."""

    def __init__(self, listed: Mapping[str, Mapping[str, float]]) -> None:
        self._listed = listed

    @classmethod
    def published(cls) -> Prices:
        """Read prices.json; its date says how old the prices are."""
        return cls(orjson.loads(files("botflow_openai").joinpath("prices.json").read_bytes())["usdPerMillionTokens"])

    def price(self, model: str) -> Price | None:
        """Return a model's price, or None when it is unknown."""
        listed = self._listed.get(_DATED.sub("", model))
        return Price(input=listed["prompt"], output=listed["completion"]) if listed else None

    def cost_usd(self, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return the price of one call, or None when it is unknown."""
        price = self.price(model)
        if price is None:
            return None
        return round((prompt_tokens * price.input + completion_tokens * price.output) / 1_000_000, 9)
