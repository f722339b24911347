"""A flow whose actions give away every secret that they can reach, in every notation, in every way there is.

It is served by a process of its own; that process imports nothing else of the tests but `written_secrets`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from typing import Any

from botflow import ActionContext, Flow, Plugin, Properties, action
from tests.redaction.written_secrets import notations

OF_THE_DEPLOYMENT = ("BOTFLOW_SECRET_KEY", "BOTFLOW_API_KEY", "TWILIO_AUTH_TOKEN", "OPENAI_API_KEY")


class How(Properties):
    """What the action does: echo, large, crash, long."""

    how: str = "echo"


def secrets_of(context: ActionContext) -> Iterator[str]:
    yield from context.credential.values()
    yield from (os.environ[name] for name in OF_THE_DEPLOYMENT)
    yield from os.environ["CANARY_PASSWORDS"].split()


@action("canary.sing")
async def sing(properties: How, variables: Mapping[str, Any], context: ActionContext) -> Any:
    written = [text for secret in secrets_of(context) for _, text in notations(secret)]
    logger = logging.getLogger("a.library")
    for number, text in enumerate(written):
        context.log("info", text)
        if number % 10 == 0:
            await context.save(f"{number} {text}"[:190], text.encode())
            await context.save(f"{number} binary", b"\xff\x00" + text.encode())
            logger.error("a library says %s", text)
    await context.progress(1, " ".join(written[:40]))
    for secret in secrets_of(context):
        logger.error("a line that is cut: %s%s", "x" * 300, secret)
        context.log("info", "x" * 1_990 + secret)
    match properties.how:
        case "large":
            return written * 20
        case "crash":
            try:
                raise ValueError(" ".join(written))
            except ValueError as failure:
                raise RuntimeError("x" * 180 + next(secrets_of(context))) from failure
        case _:
            return {"said": written, "first": written[0]}


plugin = Plugin(name="canary", node_types=(sing,))


flow = Flow("chat", name="Canary")
steps = [flow.node("canary.sing", id=how, how=how).rules(credential="canary") for how in ("echo", "large", "crash")]
first = flow.say("I heard {{ $echo.first }}", id="first")
reply = flow.reply("Answer.", fallback="No model.", id="model")
last = flow.say("The error was {{ $crash.message }}", id="last")
flow.message_received() >> steps[0] >> first >> steps[1] >> steps[2]
steps[2]["error"] >> reply >> last
