"""The settings of this integration: EMAIL_HOST, _PORT, _USER, _PASSWORD, _SENDER, _SECURITY."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from botflow.settings import EnvironmentSettings


class EmailSettings(EnvironmentSettings):
    """Without a host and a sender no e-mail is sent."""

    model_config = SettingsConfigDict(env_prefix="EMAIL_")

    host: str | None = None
    """The SMTP server that takes e-mails, such as `smtp.example.com`."""
    port: int | None = Field(default=None, ge=1, le=65_535)
    """Its port. Without it: 587, with `tls` 465, with `none` 25."""
    user: str | None = None
    """The name to log in with. Without it: no login."""
    password: SecretStr | None = None
    """The password of the user."""
    sender: str | None = None
    """Whom e-mails are from, such as `Luigi's <orders@example.com>`."""
    security: Literal["starttls", "tls", "none"] | None = None
    """`starttls`, which is the default, `tls` from the first byte on, or `none`: then all is sent readable, the
    password too. Only for a server on this machine or in a network that you trust."""
