"""Who speaks, in protocols that have no field for it: a visitor by the token, or a server for the person it names."""

from __future__ import annotations

from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.runtime.served_flows import LiveFlow
from botflow.values import value
from botflow.web.asgi import header
from botflow.web.auth.callers import Caller, Visitor, external_id_refused, required
from botflow.web.chat.body import LONGEST_ID
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use

PERSON = b"botflow-external-id"
PLACEHOLDER = "{{"


@value(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A caller, and the person of whose conversation a request is; `named` is "" for a visitor."""

    live: LiveFlow
    caller: Caller
    external_id: str
    address: str | None

    @property
    def named(self) -> str:
        return "" if isinstance(self.caller, Visitor) else self.external_id


async def speaker_of(desk: Desk, scope: Scope, slug: str, protocol: str, *named: str | None) -> Speaker:
    """Return who speaks: a visitor by its token; for a server the person in the header Botflow-External-Id, else the
    first of `named`. RejectedInbound and Refused for everyone else.

    A visitor may not send the header. Other names of a visitor count for nothing: many clients send them unasked.
    """
    live = spoken_flow(desk, slug, protocol)
    caller = required(await desk.caller(scope, slug), slug)
    by_header = header(scope, PERSON)
    if isinstance(caller, Visitor):
        if by_header is not None:
            raise external_id_refused()
        address = desk.address_of(scope)
        await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        return Speaker(live=live, caller=caller, external_id=caller.external_id, address=address)
    person = by_header if by_header is not None else next((name for name in named if name), None)
    if person is None:
        raise RejectedInbound(
            "with the API key, the request must name the person it is about",
            code="external_id.missing",
            hint="send the header Botflow-External-Id" + (", safety_identifier or user" if named else ""),
            status=422,
        )
    return Speaker(live=live, caller=caller, external_id=checked_id(person), address=None)


def filled(scope: Scope, name: bytes) -> str | None:
    """Return a header of a chat client, None where it is missing or its client had nothing to fill it with: such a
    header is blank, or still the client's placeholder, {{CHAT_ID}}, which is the same for everyone."""
    given = (header(scope, name) or "").strip()
    return given if given and PLACEHOLDER not in given else None


def checked_id(text: str) -> str:
    """Return an id that a client sent; RejectedInbound `external_id.invalid`."""
    if not text.strip() or len(text) > LONGEST_ID or not text.isprintable() or PLACEHOLDER in text:
        raise RejectedInbound(
            "an id is empty, too long, a placeholder, or holds control characters",
            code="external_id.invalid",
            hint=f"it has 1 to {LONGEST_ID} printable characters",
            status=422,
        )
    return text
