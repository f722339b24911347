"""Twilio's Lookup and Verify by the official SDK: what a number is, and whether a person holds it.

https://www.twilio.com/docs/lookup/v2-api, https://www.twilio.com/docs/verify/api. A client is opened for each call, as
the account may be another organization's. Requests are bounded in time and bytes, and never repeated here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from botflow.engine.node_type import ActionContext
from botflow.errors import FlowError
from botflow_twilio.rest import TIMEOUT_S, load_sdk, new_client
from botflow_twilio.settings import TwilioSettings

if TYPE_CHECKING:
    from twilio.rest import Client

LINE_TYPE = "line_type_intelligence"  # what Twilio charges for
_API, _TWILIO = "//api.", ".twilio.com"
_SETTINGS = {
    "accountSid": "TWILIO_ACCOUNT_SID",
    "authToken": "TWILIO_AUTH_TOKEN",
    "apiUrl": "TWILIO_API_URL",
    "verifyService": "TWILIO_VERIFY_SERVICE",
}


class Refused(FlowError):
    """Twilio refused a request with an error of this number, or an HTTP status. Its words may quote what was sent, so
    they are left out."""

    def __init__(self, number: int) -> None:
        reason = f"Twilio refused the request with the error {number}"
        super().__init__(reason, code=f"twilio.{number}")
        self.number = number


def settings_of(context: ActionContext) -> TwilioSettings:
    """Return the account of the node, or of its workflow, organization or deployment. An organization's address leads
    to no private network that it may not name."""
    given = {_SETTINGS[id]: value for id, value in context.credential.items() if id in _SETTINGS}
    settings, networks = TwilioSettings.from_environment(given), context.account_networks
    return settings if networks is None else settings.of_organization(tuple(networks))


@asynccontextmanager
async def client_of(settings: TwilioSettings) -> AsyncIterator[Client]:
    """Open a client for an account; FlowError `twilio.not_configured` without one."""
    token = settings.auth_token.get_secret_value() if settings.auth_token else ""
    if not (settings.account_sid and token):
        raise FlowError(
            "Twilio has no account here",
            code="twilio.not_configured",
            hint="set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or give the node a credential",
        )
    await asyncio.to_thread(load_sdk)
    client = new_client(settings.account_sid, token, settings.api_url, settings.networks)
    if settings.api_url:
        client.lookups.base_url = _base(settings.api_url, "lookups")
        client.verify.base_url = _base(settings.api_url, "verify")
    try:
        yield client
    finally:
        await client.http_client.close()


async def look_up(client: Client, number: str, *, line: bool) -> dict[str, Any]:
    """Return what Twilio knows of a number: whether it is valid, its country, and with `line` its kind and carrier."""
    async with _asking():
        found = await client.lookups.v2.phone_numbers(number).fetch_async(**({"fields": LINE_TYPE} if line else {}))
    kind: Any = found.line_type_intelligence or {}
    return {
        "number": found.phone_number or number,
        "valid": bool(found.valid),
        "country": found.country_code or "",
        "line": kind.get("type") or "",
        "carrier": kind.get("carrier_name") or "",
    }


async def send_code(client: Client, service: str, number: str, channel: str, language: str) -> str:
    """Let Twilio send a code, and return the verification's status."""
    more = {"locale": language} if language else {}
    async with _asking():
        begun = await client.verify.v2.services(service).verifications.create_async(to=number, channel=channel, **more)
    return str(begun.status)


async def check_code(client: Client, service: str, number: str, code: str) -> str:
    """Return the status of the verification after this code: `approved`, or `pending` when it is a wrong one."""
    async with _asking():
        checked = await client.verify.v2.services(service).verification_checks.create_async(to=number, code=code)
    return str(checked.status)


@asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    """Bound a request in time, and raise whatever goes wrong as a FlowError that quotes nothing of it."""
    from twilio.base.exceptions import TwilioRestException, TwilioServiceException

    try:
        async with asyncio.timeout(TIMEOUT_S):  # the SDK does not apply its own timeout to its requests
            yield
    except (TwilioRestException, TwilioServiceException) as refusal:
        raise Refused(int(refusal.code or refusal.status)) from None
    except TimeoutError:
        raise FlowError(f"Twilio did not answer within {TIMEOUT_S:g} s", code="twilio.timeout") from None
    except Exception as failure:  # noqa: BLE001 -- the SDK and its HTTP client quote the request
        reason = f"Twilio could not be asked: {type(failure).__name__}"
        raise FlowError(reason, code="twilio.unreachable") from None


def _base(api_url: str, product: str) -> str:
    """Return the address of another product beside that of Twilio's API; any other address serves them all."""
    is_twilios = _API in api_url and _TWILIO in api_url
    return (api_url.replace(_API, f"//{product}.", 1) if is_twilios else api_url).rstrip("/")
