"""Settings from the environment. Empty means unset; an unknown BOTFLOW_ name is refused, for it is a typing error."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails

from botflow.errors import UsageError

DEFAULT_DATABASE_URL = "sqlite:///botflow.db"
WEB_SCHEMES = ("https://", "http://")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/]+")
RATE = re.compile(r"([^=\s]+)\s*=\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)")
FASTEST = 10_000.0
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


class Settings(BaseModel):
    """Every setting, by the name of its environment variable in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    botflow_database_url: str = DEFAULT_DATABASE_URL
    """The database: `postgresql://user:password@host/name` or `sqlite:///file`."""
    botflow_redis_url: str | None = None
    """A Redis, `redis://host:6379/0`, that makes several processes faster. Optional."""
    botflow_public_url: str | None = None
    """The address at which providers reach this server. Without it their webhooks are refused, except with `--dev`."""
    botflow_secret_key: SecretStr | None = Field(default=None, min_length=32)
    """Signs visitors' tokens and seals credentials; at least 32 characters. Required, except with `--dev`."""
    botflow_api_key: SecretStr | None = Field(default=None, min_length=16)
    """Lets servers use `/api/v1` and speak for their own users; at least 16 characters."""
    botflow_allowed_origins: tuple[str, ...] = ()
    """Sites whose pages may call the chat API from a browser (CORS), separated by commas."""
    twilio_account_sid: str | None = None
    """The account at Twilio."""
    twilio_auth_token: SecretStr | None = None
    """Checks Twilio's signatures, and sends. Without it webhooks are refused."""
    twilio_api_url: str | None = None
    """Another base address for Twilio's REST API."""
    twilio_rates: Mapping[str, float] = Field(default_factory=dict)
    """Segments per second by sender, such as `+15551234567=75, 55501=30`. Without it: 1 for a number, 100 for a short
    code, 80 for WhatsApp."""
    openai_api_key: SecretStr | None = None
    """Turns OpenAI on. Without it the built-in model is used."""
    openai_base_url: str | None = None
    """A compatible server. Without it: OpenAI's."""
    openai_model: str | None = None
    """The model, where a node names none. Without it: `gpt-4.1-mini`."""

    @field_validator("botflow_public_url", "twilio_api_url", "openai_base_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        return None if url is None else _beginning(url, WEB_SCHEMES)

    @field_validator("botflow_redis_url")
    @classmethod
    def _is_redis_address(cls, url: str | None) -> str | None:
        return None if url is None else _beginning(url, REDIS_SCHEMES)

    @field_validator("twilio_rates", mode="before")
    @classmethod
    def _are_rates(cls, written: object) -> object:
        if not isinstance(written, str):
            return written
        pairs = [RATE.fullmatch(pair.strip()) for pair in written.split(",") if pair.strip()]
        rates = {pair[1]: float(pair[2]) for pair in pairs if pair is not None}
        if None in pairs or not all(0 < rate <= FASTEST for rate in rates.values()):
            raise ValueError("write senders and their segments per second, for example +15551234567=75, 55501=30")
        return rates

    @field_validator("botflow_allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin. Write * or, without a path, https://www.example.com")
        return origins

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; UsageError `settings.unknown` or `settings.invalid` names the variable at fault."""
        source = os.environ if environment is None else environment
        known = {name.upper(): name for name in cls.model_fields}
        for name in source:
            if name.startswith("BOTFLOW_") and not name.startswith("BOTFLOW_TEST_") and name not in known:
                close = get_close_matches(name, known, n=1)
                raise UsageError(
                    f"the environment variable {name} is not a setting of botflow",
                    code="settings.unknown",
                    hint=f"did you mean {close[0]}?" if close else "unset it",
                )
        values: dict[str, object] = {field: source[name] for name, field in known.items() if source.get(name)}
        origins = values.get("botflow_allowed_origins")
        if isinstance(origins, str):
            values["botflow_allowed_origins"] = tuple(part.strip() for part in origins.split(",") if part.strip())
        try:
            return cls.model_validate(values)
        except ValidationError as failure:
            first = failure.errors(include_input=False)[0]
            name = str(first["loc"][0]).upper() if first["loc"] else "the environment"
            raise UsageError(f"{name}: {_sentence(first)}", code="settings.invalid") from None


def _beginning(url: str, schemes: tuple[str, ...]) -> str:
    if not url.startswith(schemes):
        raise ValueError(f"it must begin with {' or '.join(schemes)}")
    return url


def _sentence(error: ErrorDetails) -> str:
    if error["type"] == "too_short":  # pydantic speaks of a secret's "items"
        return "it has {actual_length} characters; at least {min_length} are required".format(**error["ctx"])
    return error["msg"].removeprefix("Value error, ")
