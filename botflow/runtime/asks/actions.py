"""Runs a plugin's actions: their context, and the storage of their large results.

The secrets that an action knows are masked in everything that it hands over, before it is stored.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Literal

import orjson

from botflow.engine.asks import Invoke
from botflow.engine.json_values import has_nul
from botflow.engine.kept_values import PREFIX
from botflow.engine.node_type import ActionContext, Invocable, NodeType, Reaches
from botflow.errors import FlowError
from botflow.flow.policy import Policy
from botflow.outgoing_files import WebFile
from botflow.redaction.known_secrets import KnownSecrets
from botflow.redaction.redactor import Redactor
from botflow.runtime.accounts import NO_ACCOUNT, Accounts, ActionAccount
from botflow.runtime.asks.files_by_address import FilesByAddress
from botflow.runtime.sealing import SecretFields
from botflow.settings import Networks
from botflow.storage.files import Files
from botflow.storage.runs.artifacts import Artifacts
from botflow.storage.runs.executions import Executions

LARGEST_ANSWER = 256_000  # bytes of JSON that an answer may have; a larger result becomes an artifact
LARGEST_ARTIFACT = 16 * 1024 * 1024
LONGEST_NAME = 200
MOST_LINES = 200  # of one action's log
LONGEST_LINE = 2_000
LARGE = 1_000_000  # bytes; larger content is masked by a thread, while other turns run
PROGRESS_EVERY_S = 0.5
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?: ?;[ -~]*)?")  # RFC 9110, 8.3

Permit = Callable[[int, str, str, Policy], Awaitable[None]]  # of a session, for a channel and an address
Fields = Callable[[int, str], Awaitable[SecretFields]]  # of a session and a credential's name


class RunningAction:
    """The ActionContext of one call."""

    def __init__(
        self,
        ask: Invoke,
        execution: str,
        account: ActionAccount,
        artifacts: Artifacts,
        executions: Executions,
        files: FilesByAddress,
        known_secrets: KnownSecrets,
        networks: Networks,
        is_home: Callable[[], Awaitable[bool]],
    ) -> None:
        self.is_home = is_home
        self._files = files
        self._ask = ask
        self._execution = execution
        self._account = account
        self._known_secrets = known_secrets
        self._networks = networks
        self._secrets = account.secrets
        self._artifacts = artifacts
        self._executions = executions
        self._said_s = float("-inf")
        self.lines: list[tuple[str, str]] = []

    @property
    def redactor(self) -> Redactor:
        return self._known_secrets.redactor(self._secrets)

    @property
    def execution(self) -> str:
        return self._execution

    @property
    def node(self) -> str:
        return self._ask.node

    @property
    def attempt(self) -> int:
        return self._ask.attempt

    @property
    def key(self) -> str:
        return f"{self._execution}:{self._ask.key}"

    @property
    def credential(self) -> Mapping[str, str]:
        return self._account.fields

    @property
    def account(self) -> str:
        return self._account.name

    @property
    def account_networks(self) -> Networks | None:
        return self._account.networks

    @property
    def networks(self) -> Networks:
        return self._networks

    def hide(self, secret: str) -> None:
        self._secrets |= {secret}
        self._known_secrets.opened((secret,))

    def log(self, level: Literal["debug", "info", "warning", "error"], message: str) -> None:
        """Add a line to the execution's log, where it appears when the call is over; 200 lines at most."""
        if len(self.lines) < MOST_LINES:
            self.lines.append((level, self._line(message)))

    async def progress(self, fraction: float, note: str = "") -> None:
        """Report progress, from 0 to 1; written at most twice a second."""
        now_s = time.monotonic()
        if now_s - self._said_s < PROGRESS_EVERY_S and fraction < 1:
            return
        self._said_s = now_s
        progress = {"fraction": min(1.0, max(0.0, fraction)), "note": self._line(note), "node": self.node}
        await self._executions.set_progress(self._execution, progress)

    async def save(self, name: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        """Store a large result with the execution; FlowError `artifact.too_large` beyond 16 MiB."""
        redact = self.redactor
        kept = await _masked(redact, content) if len(content) <= LARGEST_ARTIFACT else content  # which is refused
        await keep(self._artifacts, self._execution, redact.text(name), kept, redact.text(content_type), "artifact")

    async def load(self, name: str) -> bytes | None:
        """Return what was saved in this execution, or None."""
        found = await self._artifacts.load(self._execution, self.redactor.text(name))
        return None if found is None else found[1]

    async def file(self, url: str, largest: int) -> WebFile:
        """Return a visitor's file by the address that flows keep of it, or a file of the web."""
        return await self._files.read(url, largest)

    def _line(self, text: str) -> str:
        """Return the line as a database can store it, without secrets, and shortened after that."""
        return self.redactor.text(storable_text(text))[:LONGEST_LINE]


class Actions:
    """Calls the actions of node types."""

    def __init__(
        self,
        *,
        node_types: Mapping[str, NodeType],
        artifacts: Artifacts,
        executions: Executions,
        credential: Fields,
        is_home: Callable[[int], Awaitable[bool]],
        accounts: Accounts,
        files: Files,
        known_secrets: KnownSecrets,
        networks: Networks,
        permit: Permit,
    ) -> None:
        self._permit = permit
        self._node_types = node_types
        self._artifacts = artifacts
        self._executions = executions
        self._credential = credential
        self._is_home = is_home
        self._accounts = accounts
        self._files = files
        self._known_secrets = known_secrets
        self._networks = networks

    async def prepare(self, ask: Invoke, workflow: str, session: int, execution: str) -> RunningAction:
        """Return the call's context; UsageError `credential.unknown` when the node, or the workflow for the node type's
        module, names an unknown credential."""
        return RunningAction(
            ask,
            execution,
            await self._account(ask, workflow, session),
            self._artifacts,
            self._executions,
            FilesByAddress(self._files, session, self._networks),
            self._known_secrets,
            self._networks,
            partial(self._is_home, session),
        )

    async def _account(self, ask: Invoke, workflow: str, session: int) -> ActionAccount:
        if ask.credential:
            return self._accounts.opened(await self._credential(session, ask.credential))
        node_type = self._node_types.get(ask.type)
        if node_type is None or not node_type.module:
            return NO_ACCOUNT
        return await self._accounts.fields(workflow, node_type.module)

    async def call(self, ask: Invoke, context: RunningAction, session: int, policy: Policy) -> Any:
        """Return the action's result; one that is too large for an answer is saved, and its key returned.

        RejectedInbound when the action would have a provider write to a person who must not be written to."""
        node_type = self._node_types.get(ask.type)
        if not isinstance(node_type, Invocable):
            raise FlowError(f"the node type {ask.type!r} has no action to invoke", code="action.unknown")
        if isinstance(node_type, Reaches):
            await self._permit(session, *node_type.recipient(ask), policy)
        seen: ActionContext = context
        value = await node_type.invoke(ask, seen)
        if ask.step and isinstance(value, dict) and len(value) == 1:  # a polling node's answer holds its status
            [(state, result)] = value.items()
            return {state: await self._small(result, ask, context)}
        return await self._small(value, ask, context)

    async def _small(self, value: Any, ask: Invoke, context: RunningAction) -> Any:
        try:
            stored = orjson.dumps(value)
        except (TypeError, RecursionError) as failure:
            raise FlowError(f"the answer is not plain JSON: {failure}"[:200], code="ask.not_json") from None
        if has_nul(stored):
            raise FlowError(
                "the answer has a text with the character NUL, which no database keeps", code="ask.not_json"
            )
        if len(stored) <= LARGEST_ANSWER:
            return value
        key = f"result:{ask.node}:{ask.key}"
        if len(stored) <= LARGEST_ARTIFACT:
            stored = await asyncio.to_thread(context.redactor.json_content, stored)
        await keep(self._artifacts, context.execution, key, stored, "application/json", "output")
        return {"artifact": key, "size": len(stored)}


async def keep(artifacts: Artifacts, execution: str, name: str, content: bytes, content_type: str, kind: str) -> None:
    """Save an artifact within its bounds: FlowError `artifact.too_large`, `artifact.name`, `artifact.content_type`."""
    if len(content) > LARGEST_ARTIFACT:
        raise FlowError(
            f"the artifact {name[:80]!r} has {len(content)} bytes, more than {LARGEST_ARTIFACT}",
            code="artifact.too_large",
            hint="keep it elsewhere, and save its address",
        )
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise FlowError(f"an artifact's name has 1 to {LONGEST_NAME} characters", code="artifact.name")
    if name.startswith(PREFIX):
        raise FlowError(
            f"an artifact's name does not begin with {PREFIX}: the run's own values do", code="artifact.name"
        )
    if not _CONTENT_TYPE.fullmatch(content_type):  # it becomes a header of the download
        raise FlowError(
            f"{content_type[:80]!r} is no content type", code="artifact.content_type", hint="such as text/csv"
        )
    await artifacts.save(execution, name, content, content_type, kind)


async def _masked(redactor: Redactor, content: bytes) -> bytes:
    if len(content) < LARGE:
        return redactor.content(content)
    return await asyncio.to_thread(redactor.content, content)


def storable_text(text: str) -> str:
    """Return the text as a database can store it: without NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
