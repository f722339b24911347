"""Opt-out words: the consent that a message expresses when it is only such a word.

On SMS Twilio knows these words, answers them and stops delivery itself; the webhook still arrives, and we say nothing.
https://help.twilio.com/articles/223134027. On WhatsApp Twilio does so only with Advanced Opt-Out, which then sends
OptOutType (https://help.twilio.com/articles/360034798533); we stop there too, because the person means the same. But
Twilio does not answer a WhatsApp HELP, so that is an ordinary message. A pressed button is never an opt-out word.

A request to stop that Twilio does not answer, in a sentence or by a word on WhatsApp, gets one confirmation from
botflow: `ask_to_stop`.
"""

from __future__ import annotations

from botflow.engine.inbound import Consent
from botflow_twilio.stop_phrases import asks_to_stop

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
START = frozenset({"START", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
# On long codes and toll-free numbers: https://www.twilio.com/docs/messaging/guides/opt-out
ANSWERED_BY_TWILIO = frozenset(word.lower() for word in STOP | START | HELP)


def consent_of(body: str, *, channel: str, opt_out_type: str = "", is_button: bool = False) -> Consent:
    """Return what the message says; `opt_out_type` is Twilio's own verdict and decides when it is there."""
    match opt_out_type.upper():
        case "STOP":
            return "stop"
        case "START":
            return "start"
        case "HELP":
            return "help"
    if is_button:
        return ""
    word = body.strip().upper()
    if word in STOP:
        return "stop" if channel == "sms" else "ask_to_stop"
    if word in START:
        return "start"
    if word == "YES":
        # Twilio does not answer a YES of a contact who had not stopped: then it is an answer to our question.
        return "start_if_stopped"
    if word in HELP and channel == "sms":
        return "help"
    return "ask_to_stop" if asks_to_stop(body) else ""
