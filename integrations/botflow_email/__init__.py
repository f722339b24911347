"""E-mail for botflow: `email.send` through any SMTP server. Read node.py first; each other file is one part of it.

Importing this package imports neither the SMTP client nor the check of addresses: only the first e-mail does.
"""

from botflow.plugins import Plugin
from botflow_email.building import send
from botflow_email.credentials import EMAIL
from botflow_email.node import SendEmail
from botflow_email.settings import EmailSettings

__all__ = ["plugin", "send"]

plugin = Plugin(name="email", settings=EmailSettings, node_types=(SendEmail(),), credential_modules=(EMAIL,))
