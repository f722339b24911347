"""The settings of this integration: SLACK_BOT_TOKEN, SLACK_API_URL."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from botflow.settings import EnvironmentSettings, WebUrl


class SlackSettings(EnvironmentSettings):
    """Without a token nothing is sent to Slack."""

    model_config = SettingsConfigDict(env_prefix="SLACK_")

    bot_token: SecretStr | None = None
    """The token of the app's bot, `xoxb-...`, with the scopes `chat:write` and `files:write`."""
    api_url: WebUrl | None = None
    """Another base address for Slack's API, such as that of GovSlack."""
