"""A call to one of our numbers: who called, and the TwiML that ends the call.

https://www.twilio.com/docs/voice/twiml: the request's parameters, <Reject>, <Say> and <Hangup>.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from botflow.interfaces import MissedCall, WebhookRequest
from botflow.phone_numbers import E164
from botflow_twilio.address import recipient_of
from botflow_twilio.inbound import required
from botflow_twilio.twiml import HEAD

# What Twilio writes for callers who hide their number; they spell ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
# UNAVAILABLE on a phone's keys.
HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
# A voice needs a language with its region: https://www.twilio.com/docs/voice/twiml/say#attributes-language
VOICES = {"en": "en-US", "de": "de-DE", "es": "es-ES", "fr": "fr-FR"}


def parse_call(request: WebhookRequest) -> MissedCall | None:
    """Return the call; None from a caller who hides their number, or calls from no number at all."""
    form = dict(request.form)
    key, written, number = required(form, "CallSid"), form.get("From", "").strip(), required(form, "To")
    caller = None if written in HIDDEN or ":" in written or "@" in written else recipient_of(written)
    if caller is None or not E164.fullmatch(caller):
        return None
    return MissedCall(key=key, caller=caller, number=recipient_of(number) or number, channel="sms")


def end_call(say: str, language: str) -> str:
    """Return a document that refuses the call, or speaks a sentence and hangs up."""
    if not say.strip():
        return f'{HEAD}<Response><Reject reason="busy"/></Response>'
    voice = VOICES.get(language.partition("-")[0], "") if "-" not in language else language
    spoken = f" language={quoteattr(voice)}" if voice else ""
    return f"{HEAD}<Response><Say{spoken}>{escape(say)}</Say><Hangup/></Response>"
