"""Twilio for botflow: SMS and WhatsApp. Read channel.py first; each other file is one of its abilities.

Importing this package does not import Twilio's SDK: only the first send does.
"""

from botflow.plugins import Plugin
from botflow_twilio.channel import open_channel

__all__ = ["plugin"]

plugin = Plugin(name="twilio", channel=open_channel)
