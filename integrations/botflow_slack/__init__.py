"""Slack for botflow: `slack.message` and `slack.file`, as a bot of the workspace. Read client.py first.

Importing this package does not import Slack's SDK: only the first call does. Incoming webhooks, which need no bot, are
the node chat.webhook of another integration.
"""

from botflow.plugins import Plugin
from botflow_slack.building import send_file, send_message
from botflow_slack.credentials import SLACK
from botflow_slack.file import SendSlackFile
from botflow_slack.message import SendSlackMessage
from botflow_slack.settings import SlackSettings

__all__ = ["plugin", "send_file", "send_message"]

plugin = Plugin(
    name="slack",
    settings=SlackSettings,
    node_types=(SendSlackMessage(), SendSlackFile()),
    credential_modules=(SLACK,),
)
