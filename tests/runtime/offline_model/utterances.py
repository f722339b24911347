"""Bots with utterances: what people write to them, and the route that is meant.

`development.yaml`, and the files beside it that `bots` reads, are what the offline routers may be tuned on;
`utterances.yaml` is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from ruamel.yaml import YAML

from botflow.engine.asks import Choice
from botflow.runtime.offline_model.routing.decision import Decision

HERE = Path(__file__).parent
DEVELOPMENT = ("internet_provider.yaml", "dentist.yaml", "online_shop.yaml", "restaurant.yaml")
LANGUAGES = {"haus": "de", "tienda": "es"}


class Chooses(Protocol):
    def choose(self, text: str) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Bot:
    """Routes, and messages with the route that each means: None for one that is not for this bot."""

    name: str
    language: str
    choices: tuple[Choice, ...]
    utterances: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of `meant` messages that mean a route (`forced`: right if it had to choose), and `strange` others."""

    meant: int = 0
    right: int = 0
    wrong: int = 0
    forced: int = 0
    strange: int = 0
    left_alone: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def __str__(self) -> str:
        meant, strange = max(1, self.meant), max(1, self.strange)
        return (
            f"{self.meant} messages: right {self.right / meant:.1%}, wrong {self.wrong / meant:.1%}, "
            f"abstained {(self.meant - self.right - self.wrong) / meant:.1%}; forced right {self.forced / meant:.1%}; "
            f"{self.strange} out of scope: abstained {self.left_alone / strange:.1%}"
        )


def outcome_of(bot: Bot, router: Chooses) -> Outcome:
    total = Outcome()
    for text, meant in bot.utterances:
        decision = router.choose(text)
        nearest = decision.chosen or decision.runner_up
        total += (
            Outcome(strange=1, left_alone=decision.chosen is None)
            if meant is None
            else Outcome(
                meant=1,
                right=decision.chosen == meant,
                wrong=decision.chosen not in (None, meant),
                forced=nearest == meant,
            )
        )
    return total


def load(name: str) -> Any:
    return YAML(typ="safe").load(HERE / name)


def choices_of(routes: Sequence[dict[str, Any]]) -> tuple[Choice, ...]:
    return tuple(
        Choice(handle=route["handle"], description=route["description"], examples=tuple(route["examples"]))
        for route in routes
    )


def shop() -> Bot:
    """Return the shop with the utterances that no router was tuned on."""
    return Bot("shop-untuned", "en", choices_of(load("routes.yaml")), _utterances(load("utterances.yaml")))


def bots() -> list[Bot]:
    """Return the bots of the development set."""
    made = [
        Bot(
            name,
            LANGUAGES.get(name, "en"),
            choices_of(bot["routes"] if "routes" in bot else load("routes.yaml")),
            _utterances(bot.get("utterances", bot)),
        )
        for name, bot in load("development.yaml").items()
    ]
    for name in DEVELOPMENT:
        for bot in YAML(typ="safe").load_all(HERE / name):
            routes = [{"handle": handle, **route} for handle, route in bot["routes"].items()]
            said = {**bot["utterances"], "abstain": bot["out_of_scope"]}
            made.append(
                Bot(
                    f"{name.removesuffix('.yaml')}-{bot['language']}",
                    bot["language"],
                    choices_of(routes),
                    _utterances(said),
                )
            )
    return made


def _utterances(said: dict[str, list[str]]) -> tuple[tuple[str, str | None], ...]:
    return tuple((text, None if meant == "abstain" else meant) for meant, texts in said.items() for text in texts)
