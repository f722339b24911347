"""A plugin is a value that bundles node types, a channel and a model. Installed ones are found by entry point."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from botflow.errors import UsageError
from botflow.interfaces.chat_users import CHAT_USERS
from botflow.interfaces.credential_modules import CredentialField, CredentialModule
from botflow.settings import EnvironmentSettings, Networks, Settings

if TYPE_CHECKING:
    from botflow.clock import Clock
    from botflow.engine.node_type import NodeType
    from botflow.interfaces import Channel, Model
    from botflow.interfaces.chat_protocol import ChatProtocol
    from botflow.interfaces.field_options import OptionsSource
    from botflow.interfaces.observers import Observer

GROUP = "botflow.plugins"
_CAPITAL = re.compile("([A-Z])")
WEBHOOK = CredentialModule(
    id="webhook",
    name="Webhook",
    fields=(
        CredentialField(
            id="secret",
            name="Secret",
            description="What the sender of a trigger.webhook knows, or signs with",
            sensitive=True,
            required=True,
        ),
    ),
)


class NoSettings(EnvironmentSettings):
    """For a plugin without settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """The parts of an extension.

    `settings` is its own settings class; `channel` and `model` are called with an instance of it, `channel` also with a
    clock. A channel is always made, even if all settings are unset; a model is None while it is not configured. `hint`
    tells in a few words how to configure the model, for the start-up lines. `credential_modules` declare the
    credentials that it uses; the one with the plugin's name has fields named like the settings, and opens channel and
    model: then `settings.networks` says which private networks their connections may lead to. `observers` are told
    lifecycle events. `option_sources` look up, by their names, what comboboxes in the forms of its node types offer.
    `chat_protocols` are spoken by workflows that name them. `chat_widget` is the folder with the files that web pages
    load to show a chat, and a manifest.json about them.
    """

    name: str
    node_types: tuple[NodeType, ...] = ()
    settings: type[EnvironmentSettings] = NoSettings
    channel: type[Channel] | None = None
    model: Callable[[Any], Model | None] | None = None
    hint: str = ""
    credential_modules: tuple[CredentialModule, ...] = ()
    observers: tuple[Observer, ...] = ()
    option_sources: Mapping[str, OptionsSource] = field(default_factory=dict, hash=False)
    chat_protocols: tuple[ChatProtocol, ...] = ()
    chat_widget: Path | None = None

    @property
    def own_module(self) -> CredentialModule | None:
        """The module whose sets can take the place of the settings."""
        return next((module for module in self.credential_modules if module.id == self.name), None)

    def environment_of(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Return the variables that say what a set of the plugin's own module says."""
        return {self.settings.variable(_CAPITAL.sub(r"_\1", id)): value for id, value in fields.items()}

    def fields_of(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what the settings say as fields of the plugin's own module; UsageError `settings.invalid`."""
        settings = self.settings.from_environment(environment)
        said: dict[str, str] = {}
        for declared in self.own_module.fields if self.own_module is not None else ():
            value = getattr(settings, _CAPITAL.sub(r"_\1", declared.id).lower(), None)
            if value is not None:
                said[declared.id] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        return said

    def open_channel(
        self, environment: Mapping[str, str], clock: Clock, networks: Networks | None = None
    ) -> Channel | None:
        """Return the channel, if the plugin brings one; with `networks`, for an organization, which reaches no other
        private ones. UsageError `settings.invalid` names the variable at fault."""
        return None if self.channel is None else self.channel(self._settings(environment, networks), clock)

    def open_model(self, environment: Mapping[str, str], networks: Networks | None = None) -> Model | None:
        """Return the model, if the plugin brings one and it is configured; as `open_channel`."""
        return None if self.model is None else self.model(self._settings(environment, networks))

    def _settings(self, environment: Mapping[str, str], networks: Networks | None) -> EnvironmentSettings:
        settings = self.settings.from_environment(environment)
        return settings if networks is None else settings.of_organization(networks)


@cache
def installed_plugins() -> tuple[Plugin, ...]:
    """Return the plugins of installed packages (entry point group `botflow.plugins`), by name.

    Looked for once: it takes 10 ms, and no package comes or goes while a process runs.
    """
    found = [entry.load() for entry in entry_points(group=GROUP)]
    for plugin in found:
        if not isinstance(plugin, Plugin):
            raise UsageError(f"the entry point {plugin!r} is not a botflow Plugin", code="plugin.invalid")
    return tuple(sorted(found, key=lambda plugin: plugin.name))


def node_types_of(plugins: Sequence[Plugin], built_in: Sequence[NodeType]) -> Mapping[str, NodeType]:
    """Return every node type by name; UsageError `plugin.clash` when two have the same name."""
    types: dict[str, NodeType] = {}
    for node_type in (*built_in, *(kind for plugin in plugins for kind in plugin.node_types)):
        if node_type.name in types:
            raise UsageError(
                f"two node types are named {node_type.name!r}", code="plugin.clash", hint="rename one of them"
            )
        types[node_type.name] = node_type
    return types


def credential_modules(plugins: Iterable[Plugin]) -> Mapping[str, CredentialModule]:
    """Return every credential module by its id; UsageError `plugin.clash` when two have the same."""
    modules = {module.id: module for module in (WEBHOOK, CHAT_USERS)}
    for module in (each for plugin in plugins for each in plugin.credential_modules):
        if modules.setdefault(module.id, module) is not module:
            raise UsageError(
                f"two credential modules are named {module.id!r}", code="plugin.clash", hint="rename one of them"
            )
    return modules


def option_sources(plugins: Iterable[Plugin]) -> Mapping[str, OptionsSource]:
    """Return every source of options by its name; UsageError `plugin.clash` when two have the same."""
    sources: dict[str, OptionsSource] = {}
    for name, source in (each for plugin in plugins for each in plugin.option_sources.items()):
        if sources.setdefault(name, source) is not source:
            raise UsageError(
                f"two sources of options are named {name!r}", code="plugin.clash", hint="rename one of them"
            )
    return sources


def chat_protocols(plugins: Iterable[Plugin]) -> Mapping[str, ChatProtocol]:
    """Return every protocol of chat clients by its name; UsageError `plugin.clash` when two have the same."""
    protocols: dict[str, ChatProtocol] = {}
    for protocol in (each for plugin in plugins for each in plugin.chat_protocols):
        if protocols.setdefault(protocol.name, protocol) is not protocol:
            raise UsageError(
                f"two protocols are named {protocol.name!r}", code="plugin.clash", hint="rename one of them"
            )
    return protocols


def chat_widget(plugins: Iterable[Plugin]) -> Path | None:
    """Return the folder of the widget that a plugin brings; UsageError `plugin.clash` when two bring one."""
    brought = [plugin for plugin in plugins if plugin.chat_widget is not None]
    if len(brought) > 1:
        raise UsageError(
            f"the plugins {brought[0].name!r} and {brought[1].name!r} both bring a chat widget",
            code="plugin.clash",
            hint="uninstall one of them",
        )
    return brought[0].chat_widget if brought else None


def channel_types(plugins: Iterable[Plugin]) -> Mapping[str, type[Channel]]:
    """Return the provider's class for each channel that these plugins carry; the chat has none."""
    brought = [plugin.channel for plugin in plugins if plugin.channel is not None]
    return {name: channel for channel in brought for name in channel.names}


def words_answered(plugins: Iterable[Plugin]) -> Mapping[str, frozenset[str]]:
    """Return, by channel, the words that providers answer themselves, so that a flow cannot."""
    types = channel_types(plugins)
    return {name: words for name in types if (words := types[name].answers_itself.get(name))}


def secret_settings(plugins: Iterable[Plugin], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the secrets among the plugins' settings; UsageError `settings.invalid` names the variable at fault."""
    for plugin in plugins:
        yield from plugin.settings.from_environment(environment).secrets()


def setting_names(plugins: Iterable[Plugin]) -> tuple[str, ...]:
    """Return the environment variables that are read, botflow's own first."""
    return (*Settings.variables(), *(name for plugin in plugins for name in plugin.settings.variables()))
