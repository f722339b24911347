"""What the doctor answers: findings, the remedies that exist for them, and what a remedy did."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from botflow.service.models import Body, Shown, Wrong

FindingCode = Literal[
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
RemedyName = Literal["move", "end", "return", "release", "drop"]
CODES: tuple[str, ...] = get_args(FindingCode)
LONGEST_NAME = 200


class Remedy(Shown):
    """Something that can be done about a finding with one call. `does` says what happens then; `needs` names the
    fields that the call must have besides."""

    remedy: RemedyName
    does: str
    needs: list[str] = Field(default_factory=list)


class Finding(Shown):
    """A reason why a session does not go on: `why`, and what to `do`. Without `remedies` a person must do it.

    `subject` names what it is about besides the session: a message's id, a credential's name.
    """

    code: FindingCode
    session: str
    workflow: str
    channel: str
    node: str | None
    subject: str | None
    why: str
    do: str
    remedies: list[Remedy]


class Diagnosis(Shown):
    """What a session waits for, and what is wrong with that; no findings when it is well. `revision` is the session's:
    a remedy is for exactly that one."""

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


def _printable(text: str) -> str:
    if not text.isprintable():
        raise Wrong("*.invalid", "has control characters", "copy it from the diagnosis")
    return text


_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_printable)]


class Mending(Body):
    """Which finding to mend, and how, as the diagnosis with this `revision` shows them. `move` needs a `node`,
    `release` and `drop` the `subject`; with `replay`, `return` lets the flow answer what the contact has written
    meanwhile."""

    example = '{"finding": "handoff.forgotten", "remedy": "return", "revision": 7}'

    finding: FindingCode
    remedy: RemedyName
    revision: Annotated[int, Field(ge=0, lt=2**31)]
    node: _Name | None = None
    subject: _Name | None = None
    replay: bool = False


class Mended(Shown):
    """What a remedy `did`, and how the session is now."""

    finding: FindingCode
    remedy: RemedyName
    did: str
    diagnosis: Diagnosis
