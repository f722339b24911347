"""A person's session in a workflow, as storage and runtime pass it."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Literal, NamedTuple

from botflow.engine.inbound import CHAT, RUN
from botflow.engine.session import Session
from botflow.values import value

VISITOR = "visitor:"  # how the external id of an anonymous visitor begins
FORK = "botflow.fork:"  # how the key of a fork, and of each run below it, begins: no caller may choose such a key


class SessionKey(NamedTuple):
    """The person and the workflow of a session: unique in the deployment. `workflow` is the workflow row's id."""

    workflow: int
    channel: str
    external_id: str

    @property
    def is_anonymous(self) -> bool:
        """True for an anonymous visitor of the chat."""
        return self.channel == CHAT and self.external_id.startswith(VISITOR)

    @property
    def is_fork(self) -> bool:
        """True for a fork, and for the runs that it starts: nothing of them leaves botflow."""
        return self.channel == RUN and self.external_id.startswith(FORK)


@value(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session as read. `flow_version` is set while an execution runs.

    Inbounds up to `done_seq` are finished; when `last_seq` is greater, something is queued. `parked` after an opt-out.
    `token_revoked`: what comes by the token of its visitor is refused.
    """

    key: SessionKey
    session: Session = field(default_factory=Session)
    id: int = 0
    last_seq: int = 0
    done_seq: int = 0
    flow_version: int | None = None
    parked: bool = False
    token_revoked: bool = False

    @property
    def heard_as(self) -> SessionKey:
        """The key as the flow knows it: in a fork of a conversation, the person and channel of the original."""
        persona = self.session.persona
        return self.key if persona is None else self.key._replace(channel=persona.channel, external_id=persona.sender)

    @property
    def has_row(self) -> bool:
        """Whether the session is stored; a new one has no id yet."""
        return self.id != 0


@value(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One row of a list of sessions. `wakes_at` is the moment of its next timer, if it has one."""

    id: int
    workflow: str
    channel: str
    external_id: str
    status: Literal["waiting", "queued", "idle", "parked"]
    node: str
    turns: int
    updated_at: datetime
    wakes_at: datetime | None = None


@value(frozen=True, slots=True)
class SessionState:
    """What changes of a session with each of its turns and messages, and when its token is revoked."""

    version: int
    last_seq: int
    done_seq: int
    token_revoked: bool

    @property
    def is_running(self) -> bool:
        """True while an inbound of the session is not done."""
        return self.last_seq != self.done_seq
