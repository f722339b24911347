"""The fields of a Slack bot, as an organization stores them, named like the settings in `settings.py`."""

from __future__ import annotations

from botflow.interfaces import CredentialField, CredentialModule, FieldType

SLACK = CredentialModule(
    id="slack",
    name="Slack",
    fields=(
        CredentialField(
            id="botToken",
            name="Bot token",
            description="The token of the app's bot, xoxb-..., with the scopes chat:write and files:write",
            sensitive=True,
            required=True,
        ),
        CredentialField(
            id="apiUrl",
            name="API address",
            description="Another base address for Slack's API, such as that of GovSlack",
            type=FieldType.URL,
        ),
    ),
)
