"""Twilio for botflow: SMS and WhatsApp. Read channel.py first; each other file or folder is one part of it.

Importing this package does not import Twilio's SDK: only the first send does.
"""

from botflow.plugins import Plugin
from botflow_twilio.building import check_code, look_up, message_received, send_code, send_message
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.credentials import TWILIO
from botflow_twilio.nodes.lookup import ContactLookup
from botflow_twilio.nodes.messages import MessageReceived, SendTwilioMessage
from botflow_twilio.nodes.verify import VerifyCheck, VerifyStart
from botflow_twilio.settings import TwilioSettings

__all__ = ["check_code", "look_up", "message_received", "plugin", "send_code", "send_message"]

plugin = Plugin(
    name="twilio",
    settings=TwilioSettings,
    channel=TwilioChannel,
    node_types=(MessageReceived(), SendTwilioMessage(), ContactLookup(), VerifyStart(), VerifyCheck()),
    credential_modules=(TWILIO,),
)
