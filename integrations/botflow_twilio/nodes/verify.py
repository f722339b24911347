"""verify.start and verify.check: a code that Twilio Verify sends to a number, and whether the person has read it there.

A code is a secret: it is handed to Twilio, and is in no journal, variable, output, error or log of these nodes. The
message in which the person sends it is part of the conversation, like every other.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Annotated, Any, Literal

from pydantic import Field

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.errors import FlowError
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Output, Outputs
from botflow.nodes.custom.action import needed
from botflow.phone_numbers import E164
from botflow_twilio.address import recipient_of
from botflow_twilio.nodes.numbers_api import Refused, check_code, client_of, send_code, settings_of
from botflow_twilio.settings import TwilioSettings

TIMEOUT_S = 20.0
CODE = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){3,9}(?![0-9])")  # of 4 to 10 digits, perhaps in groups
# Twilio knows no such verification, because it has expired or was approved; too many codes were wrong.
# https://www.twilio.com/docs/verify/api/verification-check
OVER_ERRORS = (20404, 60202)
OVER_STATUSES = ("canceled", "expired", "max_attempts_reached", "deleted", "failed")

_OUTPUTS = {"to": Output("text", "the number"), "status": Output("text", "what Twilio says of the code")}


class VerifyStartProperties(Properties):
    """Where the code goes."""

    to: Annotated[str, Field(max_length=1_000)] = ""
    """The number. May be a template. Without it: that of this person. A number without a country code belongs to the
    workflow's `region`."""
    channel: Literal["sms", "whatsapp", "call"] = "sms"
    """How the code gets there."""


class VerifyStart(NodeType):
    """Lets Twilio Verify send a code to a number. `verify.check` checks it.

    {id: send_code, type: verify, actionType: start, properties: {to: "{{ phone }}"}, next: ask_code}

    Twilio writes the message, from a sender of its own, and charges for it. It is not sent to a person who has opted
    out (`consent.stopped`), to a country other than the workflow's `countries` (`consent.country`), or beyond the
    bounds of messages to strangers (`budget.recipient`, `budget.visitor`); then, and when Twilio refuses it, the node
    leaves by `error`. Set `countries` where visitors type the number: codes to costly numbers abroad are a known fraud.
    Twilio sends a number five codes in ten minutes at most (`twilio.60203`). `credential` names the account, with its
    Verify service; without one it is the workflow's, as for messages.
    """

    name = "verify.start"
    title = "Send a code"
    section = "Twilio"
    module = "twilio"
    icon = "shield-plus"
    capabilities = ("asks the world",)
    properties = VerifyStartProperties

    def handles(self, properties: VerifyStartProperties) -> tuple[str, ...]:
        return ("next", "error")

    def sends(self, properties: VerifyStartProperties) -> bool:
        return True

    def outputs(self, properties: VerifyStartProperties) -> Outputs:
        return dict(_OUTPUTS)

    def visit(self, properties: VerifyStartProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        number = _number(properties.to, scene)
        asked = {"to": number, "channel": properties.channel, "language": scene.language.partition("-")[0]}
        answer = yield Invoke(type=self.name, properties=asked, variables={}, timeout_s=TIMEOUT_S)
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        return Leave("next", {"to": number, "status": answer.value["status"]})

    def recipient(self, ask: Invoke) -> tuple[str, str]:
        """Return whom Twilio would write to: a call is a message to the same number."""
        channel = ask.properties["channel"]
        return "whatsapp" if channel == "whatsapp" else "sms", ask.properties["to"]

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Let Twilio send the code. A request that is repeated after a crash is the same verification, and its message
        may come twice, with the same code."""
        settings, asked = settings_of(needed(context)), ask.properties
        async with client_of(settings) as client:
            status = await send_code(client, _service(settings), asked["to"], asked["channel"], asked["language"])
        return {"status": status}


class VerifyCheckProperties(Properties):
    """Which code is checked, for which number."""

    to: Annotated[str, Field(max_length=1_000)] = ""
    """The number that the code was sent to, as in `verify.start`."""
    code: Annotated[str, Field(max_length=1_000)] = ""
    """The code, a template. Without it: the digits in the message at hand, so that no variable need store them."""


class VerifyCheck(NodeType):
    """Checks a code that `verify.start` has sent: does the person hold the number?

    {id: check, type: verify, actionType: check, properties: {to: "{{ phone }}"},
     on: {approved: done, wrong: ask_code, expired: send_code}}

    It reads the message at hand, so it follows the `chatbot.ask` for the code, best one without a `variable`: then the
    code is stored nowhere but in the conversation itself. The node leaves by `wrong` as long as the person may try
    again, and by `expired` after ten minutes, after five wrong codes, and when the code was used.
    """

    name = "verify.check"
    title = "Check a code"
    section = "Twilio"
    module = "twilio"
    icon = "shield-check"
    capabilities = ("asks the world",)
    properties = VerifyCheckProperties

    def handles(self, properties: VerifyCheckProperties) -> tuple[str, ...]:
        return ("approved", "wrong", "expired", "error")

    def outputs(self, properties: VerifyCheckProperties) -> Outputs:
        return dict(_OUTPUTS)

    def visit(self, properties: VerifyCheckProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        number = _number(properties.to, scene)
        found = CODE.search((scene.render(properties.code) if properties.code else scene.inbound.text)[:1_000])
        if found is None:
            return Leave("wrong", {"to": number, "status": "pending"})
        code = re.sub("[^0-9]", "", found[0])
        answer = yield Invoke(
            type=self.name, properties={"to": number}, variables={}, secrets={"code": code}, timeout_s=TIMEOUT_S
        )
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        status = answer.value["status"]
        outcome = {"approved": "approved", "pending": "wrong"}.get(status, "expired")
        return Leave(outcome, {"to": number, "status": status})

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Return the status of the verification. A check that is repeated after a crash counts as another try."""
        settings = settings_of(needed(context))
        async with client_of(settings) as client:
            try:
                status = await check_code(client, _service(settings), ask.properties["to"], ask.secrets["code"])
            except Refused as refusal:
                if refusal.number not in OVER_ERRORS:
                    raise
                status = "expired"
        if status not in ("approved", "pending", *OVER_STATUSES):
            raise FlowError(f"Twilio gave the status {status[:40]!r}", code="twilio.status")
        return {"status": status}


def _number(written: str, scene: Scene) -> str:
    """Return the number in its normal form; NodeFailure `number.invalid` when it is none."""
    number = recipient_of(scene.render(written) if written else scene.inbound.sender, scene.flow.region or "")
    if number is None or not E164.fullmatch(number):
        raise NodeFailure("this is no phone number", code="number.invalid", hint="such as +15551234567")
    return number


def _service(settings: TwilioSettings) -> str:
    if settings.verify_service is None:
        raise FlowError(
            "Twilio has no Verify service here",
            code="verify.no_service",
            hint="set TWILIO_VERIFY_SERVICE, or the credential's verifyService",
        )
    return settings.verify_service
