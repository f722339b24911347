"""The fields of an OpenAI account, as an organization stores them, named like the settings in `settings.py`."""

from __future__ import annotations

from botflow.interfaces import CredentialField, CredentialModule, FieldType

OPENAI = CredentialModule(
    id="openai",
    name="OpenAI",
    fields=(
        CredentialField(
            id="apiKey",
            name="API key",
            description="Pays for the answers",
            sensitive=True,
            required=True,
        ),
        CredentialField(
            id="baseUrl",
            name="Base address",
            description="A compatible server; without it OpenAI's own",
            type=FieldType.URL,
        ),
        CredentialField(
            id="model",
            name="Model",
            description="The model, where a node names none",
        ),
    ),
)
