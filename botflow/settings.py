"""Settings from environment variables. Empty or blank means unset; an unknown BOTFLOW_ name is refused as a typing
error.

`Settings` are botflow's own, named BOTFLOW_*. An integration declares a class of its own from EnvironmentSettings, with
a prefix of its own, and its Plugin names that class: see `botflow.plugins`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from botflow.errors import UsageError, did_you_mean

DEFAULT_DATABASE_URL = "sqlite:///botflow.db"
PREFIX, TEST_PREFIX = "BOTFLOW_", "BOTFLOW_TEST_"
WEB_SCHEMES = ("https://", "http://")
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
SHORTEST_SECRET = 32  # characters
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/]+")


def _web_url(url: str) -> str:
    return _beginning(url, WEB_SCHEMES)


def _redis_url(url: str) -> str:
    return _beginning(url, REDIS_SCHEMES)


def _beginning(url: str, schemes: tuple[str, ...]) -> str:
    if not url.startswith(schemes):
        raise ValueError(f"it must begin with {' or '.join(schemes)}")
    return url


def _origin(origin: str) -> str:
    if origin != "*" and not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin!r} is no origin. Write * or, without a path, https://www.example.com")
    return origin


def _separated(written: object) -> object:
    if not isinstance(written, str):
        return written
    return tuple(part.strip() for part in written.split(",") if part.strip())


def _network(written: object) -> object:
    try:
        return ip_network(str(written))
    except ValueError:
        raise ValueError(
            f"{str(written)[:60]!r} is neither an address nor a network. Write 10.0.0.7, or 10.0.0.0/8"
        ) from None


def _secret(written: SecretStr) -> SecretStr:
    """Refuse a short secret; the message may not hold it."""
    size = len(written.get_secret_value())
    if size < SHORTEST_SECRET:
        raise ValueError(f"it has {size} characters; at least {SHORTEST_SECRET} are required")
    return written


LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["console", "json"]
WebUrl = Annotated[str, AfterValidator(_web_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Origin = Annotated[str, AfterValidator(_origin)]
# NoDecode: pydantic-settings would expect JSON in the variable of a field that is not a plain string.
Secrets = Annotated[tuple[Annotated[SecretStr, AfterValidator(_secret)], ...], NoDecode, BeforeValidator(_separated)]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_separated)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_separated)]


class EnvironmentSettings(BaseSettings):
    """The base of a settings class: a frozen value. Only `from_environment` reads variables, a constructor never does.

    A field `auth_token` of a class with `model_config = SettingsConfigDict(env_prefix="TELEPHONY_")` is the variable
    TELEPHONY_AUTH_TOKEN. A text below a field says what it is for, in the reference.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid")
    _networks: Networks | None = PrivateAttr(default=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings from `environment`, or from this process's; UsageError `settings.invalid` names the
        variable at fault."""
        given = os.environ if environment is None else environment
        set_variables = {name.lower(): value for name, value in given.items() if value.strip()}
        names = tuple(name.lower() for name in cls.variables())
        try:
            if not any(name.startswith(names) for name in set_variables):
                unset: Self = _unset(cls)
                return unset
            variables = EnvSettingsSource(cls)
            variables.env_vars = set_variables
            return cls(**variables())
        except ValidationError as failure:
            first = failure.errors(include_input=False)[0]
            name = cls.variable(str(first["loc"][0])) if first["loc"] else "the environment"
            raise UsageError(f"{name}: {_sentence(first)}", code="settings.invalid") from None
        except SettingsError as failure:
            raise UsageError(f"the environment: {failure}", code="settings.invalid") from None

    @property
    def networks(self) -> Networks | None:
        """The private networks that the addresses among these settings may lead to; None for any network: what the
        operator of the deployment has set is believed, and what an organization has stored is not."""
        return self._networks

    def of_organization(self, networks: Networks) -> Self:
        """Return these settings as those of an organization, whose addresses may lead to no other private networks."""
        settings = self.model_copy()
        settings._networks = networks
        return settings

    def secrets(self) -> Iterator[str]:
        """Yield the secrets among the settings: the values of secret fields, and the passwords in addresses."""
        for field in type(self).model_fields:
            match getattr(self, field):
                case SecretStr() as secret:
                    yield secret.get_secret_value()
                case str() as text:
                    yield from _passwords(text)
                case tuple() as several:
                    yield from (each.get_secret_value() for each in several if isinstance(each, SecretStr))

    @classmethod
    def variables(cls) -> tuple[str, ...]:
        """Return the names of the environment variables, in order."""
        return tuple(cls.variable(field) for field in cls.model_fields)

    @classmethod
    def variable(cls, field: str) -> str:
        """Return the name of a field's environment variable."""
        return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


@cache
def _unset(settings: type[EnvironmentSettings]) -> Any:
    """Return the settings of a class of which no variable is set: most plugins', read several times at each start."""
    return settings()


class Settings(EnvironmentSettings):
    """botflow's own settings, by the name of their environment variable in lower case."""

    botflow_database_url: str = DEFAULT_DATABASE_URL
    """The database: `postgresql://user:password@host/name` or `sqlite:///file`."""
    botflow_database_connections: int = Field(default=16, ge=5, le=1_000)
    """How many connections to Postgres a process may hold; at least 5."""
    botflow_redis_url: RedisUrl | None = None
    """A Redis, `redis://host:6379/0`, that makes several processes faster. Optional."""
    botflow_public_url: WebUrl | None = None
    """The address at which providers reach this server, with the path if it is mounted below one. Without it their
    webhooks are refused, except with `--dev`, and flows keep the addresses of visitors' files without a host."""
    botflow_handoff_url: WebUrl | None = None
    """Where your team reads a conversation, `https://desk.example.com/conversations/{session}`: the link in messages
    about a new handoff. `{handoff}` and `{session}` stand for their ids. Without it: this server's API."""
    botflow_secret_key: Secrets = ()
    """Signs visitors' tokens and seals credentials; at least 32 characters. Required, except with `--dev`. To change
    it, write the new one before the former one, with a comma between them, and run `botflow secrets rotate`."""
    botflow_api_key: SecretStr | None = Field(default=None, min_length=16)
    """Lets servers use `/api/v1` and speak for their own users; at least 16 characters."""
    botflow_allowed_origins: Origins = ()
    """Sites whose pages may call the chat from a browser (CORS), separated by commas; for workflows without a list of
    their own, `chat.origins`. What other pages send to the chat is refused."""
    botflow_trusted_proxies: Networks = ()
    """Addresses or networks of the proxies before this server, `10.0.0.7,10.1.0.0/16`. Their X-Forwarded-For says who
    calls; without it, all callers behind a proxy share the limits of one address. Their X-Forwarded-Proto and
    X-Forwarded-Host complete the addresses of files in exports, if there is no BOTFLOW_PUBLIC_URL."""

    botflow_webhook_networks: Networks = ()
    """Private addresses or networks that organizations may name in webhooks, and in the addresses of their credentials,
    `10.2.0.0/16`, by http too. Without it both lead by https to the public internet only."""
    botflow_flow_networks: Networks = ()
    """Private addresses or networks that flows may call, `10.2.0.0/16`, by http too. Without it requests of flows, as
    of `http.request`, lead by https to the public internet only."""
    botflow_longest_retention_days: int = Field(default=3_650, ge=7, le=3_650)
    """The longest time that an organization may choose to keep its conversations, runs and files, in days. What an
    organization has chosen comes before `botflow db prune --older-than`, also if it is longer."""
    botflow_log_level: LogLevel = "info"
    """The least important lines of the log: `debug`, with a line for each turn, `info`, `warning` or `error`."""
    botflow_log_format: LogFormat | None = None
    """How the log is written: `console` for people, which is the default on a terminal, or `json`, elsewhere."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings; UsageError `settings.unknown` names a BOTFLOW_ variable that is not one."""
        known = cls.variables()
        for name in os.environ if environment is None else environment:
            if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known:
                raise UsageError(
                    f"the environment variable {name} is not a setting of botflow",
                    code="settings.unknown",
                    hint=did_you_mean(name, known, "unset it"),
                )
        return super().from_environment(environment)


def _passwords(address: str) -> Iterator[str]:
    """Yield the passwords in an address, as they are written there and decoded.

    A password that is also the name of the user or of the database is not hidden: it is in every message about them.
    """
    try:
        parts = urlsplit(address)
        query = parse_qsl(parts.query)
    except ValueError:
        return
    names = {unquote(parts.username or ""), unquote(parts.path).strip("/")}
    written = [parts.password or "", *(value for name, value in query if name.lower().endswith("password"))]
    yield from (form for each in written for form in {each, unquote(each)} if form and form not in names)


def _sentence(error: ErrorDetails) -> str:
    if error["type"] == "too_short":  # pydantic's message says "items" of a secret
        return "it has {actual_length} characters; at least {min_length} are required".format(**error["ctx"])
    return error["msg"].removeprefix("Value error, ")
