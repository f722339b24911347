"""OpenAI for botflow: routes, replies and extractions through the official SDK. Start in `model.py`.

Configured by OPENAI_API_KEY; OPENAI_BASE_URL names a compatible server, OPENAI_MODEL the model of nodes that name none.
Requests use the chat completions API, which every compatible server has; `responses:gpt-5-mini`, in OPENAI_MODEL or in
a node's `model`, uses the responses API for that model.
"""

from __future__ import annotations

from botflow.errors import UsageError
from botflow.interfaces import Model
from botflow.plugins import Plugin
from botflow_openai.credentials import OPENAI
from botflow_openai.settings import OpenAISettings


def configured_model(settings: OpenAISettings) -> Model | None:
    """Return the model that `settings` describe, or None without a key. The SDK is imported here: it takes a second."""
    if settings.api_key is None:
        return None
    try:
        from botflow_openai.model import OpenAIModel
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"OPENAI_API_KEY is set, but {missing.name} is not installed",
            code="openai.sdk_missing",
            hint="pip install 'botflow[openai]', or unset OPENAI_API_KEY to use the built-in model",
        ) from missing
    return OpenAIModel(
        api_key=settings.api_key.get_secret_value(),
        base_url=settings.base_url,
        default_model=settings.model,
        networks=settings.networks,
    )


plugin = Plugin(
    name="openai",
    settings=OpenAISettings,
    model=configured_model,
    credential_modules=(OPENAI,),
    hint="set OPENAI_API_KEY for a language model",
)
