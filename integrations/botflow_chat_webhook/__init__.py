"""Incoming webhooks of Teams, Discord, Mattermost and Slack for botflow: `chat.webhook`. Read node.py first.

An integration of its own: a webhook needs no bot, no token and no SDK, and is the same node for four services. Who uses
it installs nothing of Slack's, and who uses Slack's bot needs no webhook.
"""

from botflow.plugins import Plugin
from botflow_chat_webhook.building import send
from botflow_chat_webhook.credentials import CHAT_WEBHOOK
from botflow_chat_webhook.node import SendToChat
from botflow_chat_webhook.settings import ChatWebhookSettings

__all__ = ["plugin", "send"]

plugin = Plugin(
    name="chat_webhook",
    settings=ChatWebhookSettings,
    node_types=(SendToChat(),),
    credential_modules=(CHAT_WEBHOOK,),
)
