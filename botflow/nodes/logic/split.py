"""logic.split: an experiment. Each person gets one of several variants, and keeps it without any stored state.

The variant follows from a hash of the experiment's name and the person's address, so a second conversation, another
process and a later version find the same one.
"""

from __future__ import annotations

import hashlib
import math
from typing import Annotated

from pydantic import Field, model_validator

from botflow.engine.events import ConditionDecided
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import NAME, Properties, VariableName, WrongProperty
from botflow.flow.node_spec import ItemHandles, Output, Outputs
from botflow.flow.widgets import Widget

_BITS = 64


class Variant(Properties):
    """One way through an experiment."""

    id: Annotated[str, Field(min_length=1, max_length=64), NAME]
    """The variant's name, which is the handle. Who is in it stays in it for as long as it has this name."""
    weight: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 1.0
    """Its share, compared with the other weights: 70 and 30, or 7 and 3. With 0 it is given to no person."""


class SplitProperties(Properties):
    """The variants of an experiment."""

    variants: Annotated[tuple[Variant, ...], Field(min_length=2, max_length=50)]
    """The variants; each id is a handle."""
    experiment: Annotated[str, Field(min_length=1, max_length=64), NAME] | None = None
    """The experiment's name. Nodes and workflows with the same name and variants give a person the same variant; with a
    new name everybody is drawn again. Without it: the node's id."""
    variable: Annotated[VariableName, Widget(label="Store in")] | None = None
    """The variable that stores the id of the variant."""

    @model_validator(mode="after")
    def _has_distinct_variants(self) -> SplitProperties:
        seen: set[str] = set()
        for position, variant in enumerate(self.variants):
            if variant.id in seen:
                raise WrongProperty(f"two variants are named {variant.id!r}", "variants", position, "id")
            seen.add(variant.id)
        if not any(variant.weight for variant in self.variants):
            raise WrongProperty("all weights are 0: no variant can be chosen", "variants")
        return self


class Split(NodeType):
    """Gives each person one of several variants, by weight, and the same one in every conversation.

    {id: offer, type: logic, actionType: split,
     properties: {variants: [{id: plain, weight: 70}, {id: discount, weight: 30}], variable: offer}}

    The draw needs no storage: it follows from the experiment's name and the person's address (in the chat, their
    external id), so an SMS and a WhatsApp number that are equal get the same variant. When weights change or a variant
    is added, only those people move who make up the difference. In a run, which has no person, each run is drawn by
    itself. `botflow workflows variants` counts what became of each variant.
    """

    name = "logic.split"
    title = "Split"
    section = "Decisions"
    item_handles = ItemHandles("variants", "id")
    icon = "split"
    capabilities = ("idempotent",)
    properties = SplitProperties

    def handles(self, properties: SplitProperties) -> tuple[str, ...]:
        return tuple(variant.id for variant in properties.variants)

    def outputs(self, properties: SplitProperties) -> Outputs:
        return {
            "variant": Output("text", "the id of the variant"),
            "experiment": Output("text", "the name of the experiment"),
        }

    def may_store(self, properties: SplitProperties, value: object) -> bool:
        return any(variant.id == value for variant in properties.variants)

    def visit(self, properties: SplitProperties, scene: Scene) -> Visit:
        experiment = properties.experiment or scene.node.id
        person = f"run:{scene.inbound.seed}" if scene.is_run else scene.inbound.sender
        chosen = drawn(experiment, person, properties.variants)
        if properties.variable:
            scene.set(properties.variable, chosen)
        scene.record(ConditionDecided(scene.node.id, chosen, {"experiment": experiment}))
        return Leave(chosen, {"variant": chosen, "experiment": experiment})


def drawn(experiment: str, person: str, variants: tuple[Variant, ...]) -> str:
    """Return the variant of a person, by weighted rendezvous hashing: each variant draws a lot for the person, and the
    best one wins. A lot depends on no other variant, so a changed weight moves only those whose best lot changes."""
    return max((variant for variant in variants if variant.weight), key=lambda each: _lot(experiment, person, each)).id


def _lot(experiment: str, person: str, variant: Variant) -> float:
    """Return a lot that is the best of all with a probability in proportion to the weight."""
    name = "\x00".join((experiment, person, variant.id)).encode()
    number = int.from_bytes(hashlib.blake2b(name, digest_size=_BITS // 8).digest(), "big")
    share = (number + 0.5) / 2**_BITS  # above 0, and at most 1
    return -variant.weight / math.log(min(share, 1 - 2**-53))
