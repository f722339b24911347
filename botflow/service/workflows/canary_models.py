"""What is said about canaries: the share that is wanted, how it ends, and how both versions do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from botflow.records.canaries import CanaryEnd, CanaryState
from botflow.service.executions.usage import NodeCount
from botflow.service.models import Body, Shown
from botflow.service.workflows.publication_models import Planning, Preview

Percent = Annotated[int, Field(ge=0, le=100)]


class NewCanary(Body):
    """How many of each hundred new executions begin in the version on trial: a version of the draft, or the one with
    this number."""

    example = '{"percent": 10, "message": "Asks for the size first"}'

    percent: Percent
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    message: Annotated[str, Field(max_length=1_000)] = ""


class CanaryShare(Body):
    """Another share of the new executions. Those under way stay where they are."""

    example = '{"percent": 50}'

    percent: Percent


class CanaryPlanning(Planning):
    """How the canary shall end, and what shall become of sessions in other versions: for `promote` they move to the
    version on trial, for `abort` those in it move to the active version."""

    example = '{"end": "promote", "default": "same"}'

    end: CanaryEnd


class CanaryEnding(Body):
    """The token of a plan that moves sessions; without one, all stay in their versions."""

    token: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Canary(Shown):
    """A version that a share of the new executions gets. `version` is on trial, `base` was active when it began.

    `publication` moves the sessions of an end by plan. State `replaced`: a newer file made another version active.
    """

    id: int
    workflow: str
    state: CanaryState
    version: int
    base: int
    percent: int
    revision: int
    author: str
    created_at: datetime
    ended_at: datetime | None
    publication: int | None


class CanaryPlan(Preview):
    """What ending a canary would do to the sessions that wait; `token` does so while the canary runs."""

    canary: int
    end: CanaryEnd
    token: str
    expires_at: datetime


class ArmReport(Shown):
    """How the executions of one version do that began in the time of the report.

    `statuses` says how many are in each now; `fallbacks` and `errors` count how often an edge of these names was
    followed, `handoffs` how often a person took a conversation over. `waiting` at a node is of all its executions,
    also of earlier ones. Cost is that of models' calls whose price is known.
    """

    version: int
    started: int
    statuses: dict[str, int]
    fallbacks: int
    errors: int
    handoffs: int
    calls: int
    cost_usd: float
    nodes: list[NodeCount]


class CanaryReport(Shown):
    """Both versions over the same time: since the canary began, and at most the last 31 days of it."""

    workflow: str
    canary: int
    after: datetime
    before: datetime
    on_trial: ArmReport
    base: ArmReport
