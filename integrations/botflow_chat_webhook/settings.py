"""The settings of this integration: CHAT_WEBHOOK_URL, CHAT_WEBHOOK_SERVICE."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from botflow.settings import EnvironmentSettings
from botflow_chat_webhook.services import ServiceName


class ChatWebhookSettings(EnvironmentSettings):
    """Without an address nothing is sent."""

    model_config = SettingsConfigDict(env_prefix="CHAT_WEBHOOK_")

    url: SecretStr | None = None
    """The address of an incoming webhook of Teams, Discord, Mattermost or Slack. It is a secret: everybody who knows it
    can write there."""
    service: ServiceName | None = None
    """`teams`, `discord`, `mattermost` or `slack`, where the host does not say it."""
