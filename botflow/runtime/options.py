"""What a runtime is opened with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from botflow.clock import Clock, SystemClock
from botflow.flow.graph import Flow
from botflow.keyring import Keyring
from botflow.plugins import Plugin
from botflow.records.queues import QueueName
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.process.overload import Bounds
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeOptions:
    """What to run. `flows` are compiled flows with their bundles of documents; each becomes its workflow's version.
    With `restores` also one that was the version before, and is replaced: for a developer, whose file is what counts.

    `keyring` has the keys to sign and seal with. `worker` is None in a process that leaves turns to others. `plugins`
    are added to the installed ones; all read their settings from `environment`, which is this process's environment
    only if the caller passes it. Unless `sends`, channels get no settings, so that no message leaves this machine.
    `bounds` are the limits for refusing messages, `timing` the lengths of leases and waits. `known_secrets` are masked
    in what is stored and logged; the runtime adds those of its settings and of the credentials that it opens. `engine`
    is an application's own engine on the database that the settings name. `role` is what the process is for, in the
    names of its database connections.
    """

    settings: Settings
    keyring: Keyring
    flows: Sequence[tuple[Flow, dict[str, Any]]] = ()
    restores: bool = False
    worker: WorkerOptions | None = field(default_factory=WorkerOptions)
    migrate: bool = True
    plugins: Sequence[Plugin] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    sends: bool = True
    clock: Clock = field(default_factory=SystemClock)
    bounds: Bounds = field(default_factory=Bounds)
    timing: Timing = field(default_factory=Timing)
    known_secrets: KnownSecrets = field(default_factory=KnownSecrets)
    engine: AsyncEngine | None = None
    role: Literal["serve", "worker", "chat", "application"] = "application"

    @property
    def queues(self) -> tuple[QueueName, ...]:
        """The queues this process works on: none, if it only serves requests."""
        return self.worker.queues if self.worker is not None else ()
