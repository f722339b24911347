"""The table of what templates read as `$name`. The fields come from the code; each must have its meaning here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from botflow.engine.person.contact import Contact, ContactView
from botflow.engine.reading_scene import CORRECTION
from botflow.flow.checking.texts import FAILURE_FIELDS
from botflow.flow.contact_fields import CONTACT
from botflow.flow.fields import MESSAGE_FIELDS, REQUEST_FIELDS
from docs.generate.models import table

_MESSAGE = {
    "text": "what the person has just sent, in words; empty in a turn that no message began",
    "channel": "`chat`, `sms`, `whatsapp`",
    "payload": "what the pressed button stands for",
    "media": "the files: a list of objects with `url`, `contentType`, and of the chat `name` and `size`",
    "location": "the place that was shared: `latitude`, `longitude`, `label`",
    "address": "our own number that the message was sent to; empty in the chat. The person's is `$contact.address`",
    "consent": "what the message says of consent: `stop`, `ask_to_stop`, `start`, `start_if_stopped`, `help`",
    "parameters": "further fields of the provider, such as `ProfileName`",
    "token": "for botflow itself: which wait a timeout is for",
}
_CONTACT = {
    "id": "the contact's number; empty while nothing of it is stored",
    "channel": "the channel of this conversation",
    "address": "the person's number; in the chat their external id",
    "created": "when the contact was stored",
    "lastSeen": "the person's last message before this one, in any workflow",
    "groups": "the groups, a list of names",
    "name": "the name",
    "language": "the language, such as `de`",
    "timeZone": "the time zone, such as `Europe/Berlin`",
}
_REQUEST = {
    "headers": "the headers of the request, only in the `key` of a `trigger.webhook`",
    "query": "the parameters in its address, only there",
}
_CORRECTION = {"old": "in `correctedText`: the former answer", "new": "in `correctedText`: the new one"}
_FAILURE = {
    "code": "of a node that was left by `error`: the failure's code",
    "message": "its message",
    "node": "the node that failed: the one itself, or one in its body",
}


def names() -> str:
    """Return a row for each name. KeyError for a field of the code without a meaning here, and the other way round."""
    contact = ContactView(Contact(channel="chat", address="", channels=())).to_template()
    rows = [
        ("`{{ name }}`, `{{ $var.name }}`", "a variable"),
        ("`{{ $input.field }}`", "the input of the execution; a list is read by `{{ $input[0] }}`"),
        ("`{{ $node_id.field }}`", "a field of a node's output; the node type's reference lists them"),
        *_rows("node_id", FAILURE_FIELDS, _FAILURE),
        *_rows("message", ("channel", *MESSAGE_FIELDS), _MESSAGE),
        *_rows(CONTACT, tuple(contact), _CONTACT),
        (f"`{{{{ ${CONTACT}.field }}}}`", "a field that the workflow or the organization declares"),
        *_rows(CORRECTION, ("old", "new"), _CORRECTION),
        *_rows("request", REQUEST_FIELDS, _REQUEST),
        ("`{{ now }}`, `{{ today }}`", "the moment of this turn, and its date, by the person's clock"),
        ("`{{ item }}`", "only in the templates of a list of options or cards: one element of the list"),
        ("`{{ $response }}`", "only in `output` of `http.request`: `status`, `headers`, `body`"),
    ]
    return table(("write", "to get"), rows)


def _rows(name: str, fields: Collection[str], meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    if wrong := meanings.keys() ^ set(fields):
        raise KeyError(f"${name}: say here what each field means, and nothing of others: {', '.join(sorted(wrong))}")
    return [(f"`{{{{ ${name}.{field} }}}}`", meaning) for field, meaning in meanings.items()]
