"""Answers: doctor. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from botflow_client.models.drafts import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What a session waits for, and what is wrong with that; no findings when it is well. `revision` is the
    session's: a remedy is for exactly that one.
    """

    session: str
    workflow: str
    channel: str
    revision: int
    active: bool
    execution: str | None
    node: str | None
    accepts: list[str]
    wakes_at: datetime | None
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What a remedy `did`, and how the session is now."""

    finding: Literal[
        "version.gone",
        "version.cannot_run",
        "node.missing",
        "node.takes_nothing",
        "execution.gone",
        "wait.missing",
        "wait.no_way_out",
        "wait.no_run",
        "wait.no_delivery",
        "timer.lost",
        "timer.overdue",
        "parent.gone",
        "workflow.out_of_service",
        "channel.not_configured",
        "credential.missing",
        "credential.inactive",
        "credential.unreadable",
        "handoff.forgotten",
        "inbound.no_process",
        "outbound.held",
        "outbound.unconfirmed",
    ]
    remedy: Literal["move", "end", "return", "release", "drop"]
    did: str
    diagnosis: Diagnosis
