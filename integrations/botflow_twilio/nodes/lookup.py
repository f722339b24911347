"""contact.lookup: what Twilio Lookup knows of a number, before a message is sent to it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Generator
from typing import Annotated, Any

from pydantic import Field

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Output, Outputs, Stored
from botflow.flow.widgets import Widget
from botflow.nodes.custom.action import needed
from botflow.phone_numbers import E164
from botflow_twilio.address import recipient_of
from botflow_twilio.nodes.numbers_api import Refused, client_of, look_up, settings_of

TIMEOUT_S = 20.0
KNOWN_FOR_S = 86_400.0
MOST_KNOWN = 10_000  # numbers, in each process
NOT_A_NUMBER = (20404, 60600, 60601)  # Twilio's errors


class LookupProperties(Properties):
    """Which number is looked up, and how much about it."""

    number: Annotated[str, Field(max_length=1_000), Widget(placeholder="{{ phone }}")] = ""
    """The number. May be a template. Without it: that of this person. A number without a country code belongs to the
    workflow's `region`."""
    line: bool = False
    """Whether to ask for the kind of line and the carrier, too. Twilio charges for that, and not for the rest."""
    variable: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The variable that stores what is known."""


class ContactLookup(NodeType):
    """Looks a phone number up at Twilio: is it valid, and with `line` is it a mobile, a landline, or a line over the
    internet, and whose.

    {id: look, type: contact, actionType: lookup, properties: {number: "{{ phone }}", line: true}}

    The node leaves by `valid` or `invalid`; what is no phone number at all is not asked about. With `line` each number
    costs, so an answer is known for a day, for up to 10,000 numbers in each process; all are forgotten when a person is
    erased. `credential` names the account;
    without one it is the workflow's, as for messages.
    """

    name = "contact.lookup"
    title = "Look up a number"
    section = "Twilio"
    module = "twilio"
    icon = "scan-search"
    capabilities = ("asks the world", "idempotent")
    properties = LookupProperties

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, bool], tuple[float, dict[str, Any]]] = OrderedDict()

    def handles(self, properties: LookupProperties) -> tuple[str, ...]:
        return ("valid", "invalid", "error")

    def outputs(self, properties: LookupProperties) -> Outputs:
        return {
            "number": Output("text", "the number in its international form"),
            "valid": Output("boolean", "whether it is a phone number"),
            "country": Output("text", "its country, such as DE"),
            "line": Output("text", "the kind of line, with `line`"),
            "carrier": Output("text", "whose line it is, with `line`"),
        }

    def stored(self, properties: LookupProperties, name: str) -> Stored | None:
        return Stored("object", fields=tuple(self.outputs(properties))) if name else None

    def visit(self, properties: LookupProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        written = scene.render(properties.number).strip() if properties.number else scene.inbound.sender
        number = recipient_of(written, scene.flow.region or "")
        if number is None or not E164.fullmatch(number):
            return Leave("invalid", {"number": written[:64], "valid": False})
        asked = {"number": number, "line": properties.line}
        answer = yield Invoke(type=self.name, properties=asked, variables={}, timeout_s=TIMEOUT_S)
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        if properties.variable:
            scene.set(properties.variable, answer.value)
        return Leave("valid" if answer.value["valid"] else "invalid", answer.value)

    def forget(self) -> None:
        self._known.clear()

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Return what is known of a number, from Twilio or from an answer of the last day."""
        settings = settings_of(needed(context))
        number, line = ask.properties["number"], ask.properties["line"]
        place = (settings.account_sid or "", number, line)
        known = self._known.get(place)
        if known is not None and time.monotonic() - known[0] < KNOWN_FOR_S:
            return known[1]
        async with client_of(settings) as client:
            try:
                found = await look_up(client, number, line=line)
            except Refused as refusal:
                if refusal.number not in NOT_A_NUMBER:
                    raise
                found = {"number": number, "valid": False, "country": "", "line": "", "carrier": ""}
        self._known[place] = (time.monotonic(), found)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return found
