"""What `botflow.Flow(...)` takes beside its own arguments: a workflow's rules, named as in `policy.Policy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from botflow.flow.building.step import Time


class PolicyWords(TypedDict, total=False):
    """Each as at the top of a YAML document: `Flow("shop", time_zone="Europe/Berlin", bursts="merge")`."""

    time_zone: str
    expires: Time
    expired_text: str
    corrections: bool
    recap: str
    bursts: Literal["queue", "merge", "supersede"]
    merge_within: Time
    ordering: Literal["accepted", "sent"]
    validity: Time
    quiet_hours: Mapping[Literal["from", "to"], str]
    countries: Sequence[str]
    budgets: Mapping[str, Mapping[str, Any]]
