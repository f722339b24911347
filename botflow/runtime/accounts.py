"""Provider accounts of workflows: channels and models that are opened with credentials of the workflow's organization.

A workflow's document names a set for each module (`credentials: {module: name}`); without one, the organization's
default set of the module counts; without that, the deployment's settings, by which the given channel or model was
opened. A set that is named and cannot be used stops what needs it: never is another account used in its place.

What was chosen is believed for two seconds, so that a change holds everywhere soon, and a message costs no statement.
An opened client serves all workflows with its set. It is closed when the set has changed, or when very many others were
used since, and not before the calls that use it are over.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from botflow.clock import Clock
from botflow.errors import UsageError
from botflow.interfaces import Channel, Model
from botflow.plugins import Plugin, credential_modules
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.sealing import Safe, SecretFields
from botflow.settings import Networks
from botflow.storage.credentials import StoredCredential
from botflow.storage.engines.engine import Engine
from botflow.storage.provider_accounts import ChosenSets, chosen_sets

BELIEVED_S = 2.0
MOST_WORKFLOWS = 10_000
MOST_OPENED = 256


class Closable(Protocol):
    async def close(self) -> None: ...


C = TypeVar("C", bound=Closable)
T = TypeVar("T")
Opener = Callable[[Mapping[str, str]], C | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Generic[T]):
    """What serves a workflow. `secrets` are those of its credentials, to mask in what comes out of it."""

    of: T
    secrets: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Opened(Generic[C]):
    client: C
    secrets: frozenset[str]
    revision: int
    uses: int = 0
    is_retired: bool = False


class _Clients(Generic[C]):
    """Opened clients by the id of their set."""

    def __init__(self) -> None:
        self._opened: OrderedDict[str, _Opened[C]] = OrderedDict()

    @asynccontextmanager
    async def client(
        self, stored: StoredCredential, open_client: Callable[[], tuple[C, frozenset[str]]]
    ) -> AsyncIterator[Account[C]]:
        """Yield the client of this set; it stays open until the block ends."""
        former = self._opened.get(stored.id)
        if former is not None and former.revision == stored.revision:
            opened, retired = former, []
        else:
            opened = self._opened[stored.id] = _Opened(*open_client(), stored.revision)
            retired = [former] if former is not None else []
        self._opened.move_to_end(stored.id)
        opened.uses += 1  # before anything is awaited: it must not be closed meanwhile
        while len(self._opened) > MOST_OPENED:
            retired.append(self._opened.popitem(last=False)[1])
        try:
            for each in retired:
                await self._retire(each)
            yield Account(of=opened.client, secrets=opened.secrets)
        finally:
            opened.uses -= 1
            if opened.is_retired and not opened.uses:
                await opened.client.close()

    async def close(self) -> None:
        while self._opened:
            await self._retire(self._opened.popitem()[1])

    async def _retire(self, opened: _Opened[C]) -> None:
        opened.is_retired = True
        if not opened.uses:
            await opened.client.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAccount:
    """The fields that an action gets. `name` is that of the set in the deployment, which no set of another organization
    has; `secrets` are the values to mask. `networks` are the private ones that its addresses may lead to; None for any:
    what the operator has set is believed."""

    fields: Mapping[str, str]
    secrets: frozenset[str] = frozenset()
    name: str = ""
    networks: Networks | None = None


NO_ACCOUNT = ActionAccount(fields=MappingProxyType({}))


class Accounts:
    """Finds and opens the accounts, whose addresses may lead to no private networks but `networks`.

    `settings` are the deployment's own accounts, as fields of the modules. Without `sends`, no channel is opened and no
    action gets an account: no message may leave this machine.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        safe: Safe,
        plugins: Sequence[Plugin],
        models: Sequence[Model],
        known_secrets: KnownSecrets,
        clock: Clock,
        networks: Networks,
        settings: Mapping[str, Mapping[str, str]] | None = None,
        sends: bool = True,
    ) -> None:
        self.networks = networks
        self._engine = engine
        self._safe = safe
        self._plugins = [plugin for plugin in plugins if plugin.own_module is not None]
        self._models = models
        self._known_secrets = known_secrets
        self._clock = clock
        self._modules = credential_modules(plugins)
        self._settings = settings or {}
        self._sends = sends
        self._chosen: OrderedDict[int | str, tuple[float, ChosenSets]] = OrderedDict()
        self._reading: dict[int | str, asyncio.Lock] = {}
        self._channels: _Clients[Channel] = _Clients()
        self._opened_models: _Clients[Model] = _Clients()

    @asynccontextmanager
    async def channel(self, workflow: int | str, default: Channel) -> AsyncIterator[Account[Channel]]:
        """Yield the channel with the workflow's account, `default` without one of its own.

        UsageError `credential.unknown`, `.other_key`, `.damaged` or `.address` when its set cannot be used.
        """
        plugin = next((each for each in self._plugins if each.channel is type(default)), None)
        stored = await self._set(workflow, plugin.name) if plugin is not None and self._sends else None
        if plugin is None or stored is None:
            yield Account(of=default)
            return
        opening = self._opening(
            plugin, stored, lambda environment: plugin.open_channel(environment, self._clock, self.networks)
        )
        async with self._channels.client(stored, opening) as account:
            yield account

    @asynccontextmanager
    async def models(self, workflow: str) -> AsyncIterator[Account[Sequence[Model]]]:
        """Yield the models of a workflow, the default one first: with accounts of its own before the deployment's.

        UsageError like `channel`.
        """
        own: list[Account[Model]] = []
        async with AsyncExitStack() as stack:
            for plugin in self._plugins:
                stored = await self._set(workflow, plugin.name) if plugin.model is not None else None
                if stored is not None:
                    opening = self._opening(plugin, stored, partial(plugin.open_model, networks=self.networks))
                    opened = self._opened_models.client(stored, opening)
                    own.append(await stack.enter_async_context(opened))
            names = {account.of.name for account in own}
            others = [model for model in self._models if model.name not in names]
            yield Account(
                of=(*(account.of for account in own), *others),
                secrets=frozenset(secret for account in own for secret in account.secrets),
            )

    async def fields(self, workflow: str, module: str) -> ActionAccount:
        """Return what an action of a workflow gets from a module; no fields where nothing is configured.

        UsageError like `channel`.
        """
        stored = await self._set(workflow, module) if self._sends else None
        if stored is None:
            fields = self._settings.get(module, {}) if self._sends else {}
            return ActionAccount(fields=fields, secrets=self._secrets(module, fields))
        return self.opened(self._safe.open(stored))

    def opened(self, fields: SecretFields) -> ActionAccount:
        """Return the account of a set that was opened. Its secrets become known, for the log."""
        secrets = self._secrets(fields.module, fields)
        self._known_secrets.opened(secrets)
        return ActionAccount(fields=fields, secrets=secrets, name=fields.account, networks=self.networks)

    def _secrets(self, module: str, fields: Mapping[str, str]) -> frozenset[str]:
        """Return the values of a set's fields that must be masked: all, where no plugin declares the module."""
        declared = self._modules.get(module)
        return frozenset(fields.values()) if declared is None else declared.secrets(fields)

    async def close(self) -> None:
        """Close what was opened here."""
        await self._channels.close()
        await self._opened_models.close()

    async def _set(self, workflow: int | str, module: str) -> StoredCredential | None:
        chosen = await self._choose(workflow)
        stored = chosen.sets.get(module)
        if stored is None and module in chosen.names:
            raise UsageError(
                f"the workflow names the credential {chosen.names[module]!r} of {module}, which is not there or not"
                " active",
                code="credential.unknown",
                hint="add it for the whole organization, or activate it",
            )
        return stored

    async def _choose(self, workflow: int | str) -> ChosenSets:
        if (fresh := self._fresh(workflow)) is not None:
            return fresh
        try:
            async with self._reading.setdefault(workflow, asyncio.Lock()):  # one reads for all that wait
                return self._fresh(workflow) or await self._read(workflow)
        finally:
            self._reading.pop(workflow, None)

    def _fresh(self, workflow: int | str) -> ChosenSets | None:
        kept = self._chosen.get(workflow)
        return kept[1] if kept is not None and self._clock.monotonic_s() - kept[0] < BELIEVED_S else None

    async def _read(self, workflow: int | str) -> ChosenSets:
        now_s = self._clock.monotonic_s()
        chosen = await self._engine.read(chosen_sets, workflow)
        self._chosen[workflow] = (now_s, chosen)
        self._chosen.move_to_end(workflow)
        while len(self._chosen) > MOST_WORKFLOWS:
            self._chosen.popitem(last=False)
        return chosen

    def _opening(
        self, plugin: Plugin, stored: StoredCredential, open_client: Opener[C]
    ) -> Callable[[], tuple[C, frozenset[str]]]:
        """Return what opens a client with this set as the plugin's settings, and tells the set's secrets."""

        def opened() -> tuple[C, frozenset[str]]:
            fields, module = self._safe.open(stored), plugin.own_module
            assert module is not None, "only plugins with a module are asked"
            module.check_addresses(fields, self.networks)  # one that was stored before it was checked
            secrets = module.secrets(fields)
            self._known_secrets.opened(secrets)
            client = open_client(plugin.environment_of(fields))
            if client is None:
                raise UsageError(
                    f"the credential {stored.key.name!r} does not configure {plugin.name}",
                    code="credential.incomplete",
                    hint="fill the fields that its module requires: botflow credentials update",
                )
            return client, secrets

        return opened
