"""The settings of this integration: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from botflow.settings import EnvironmentSettings, WebUrl


class OpenAISettings(EnvironmentSettings):
    """Without a key there is no model of OpenAI's."""

    model_config = SettingsConfigDict(env_prefix="OPENAI_")

    api_key: SecretStr | None = None
    """Turns OpenAI on. Without it the built-in model is used."""
    base_url: WebUrl | None = None
    """A compatible server. Without it: OpenAI's."""
    model: str | None = None
    """The model, where a node names none. Without it: `gpt-4.1-mini`."""
