"""The fields of an incoming webhook, as an organization stores them, named like the settings in `settings.py`."""

from __future__ import annotations

from typing import get_args

from botflow.interfaces import CredentialField, CredentialModule, FieldType
from botflow_chat_webhook.services import ServiceName

CHAT_WEBHOOK = CredentialModule(
    id="chat_webhook",
    name="Incoming webhook of a chat",
    fields=(
        CredentialField(
            id="url",
            name="Address",
            description="The address that Teams, Discord, Mattermost or Slack gave the webhook",
            type=FieldType.URL,
            sensitive=True,
            required=True,
        ),
        CredentialField(
            id="service",
            name="Service",
            description="teams, discord, mattermost or slack, where the host does not say it",
            type=FieldType.SELECT,
            options=get_args(ServiceName),
        ),
    ),
)
