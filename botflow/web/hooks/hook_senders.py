"""Who sends a webhook: by the secret itself, or by a signature. Nothing of the body is parsed before that is known."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import Scope

from botflow.errors import RejectedInbound, UsageError
from botflow.nodes.triggers.runs import Signature, WebhookProperties
from botflow.runtime.served_flows import LiveFlow
from botflow.web.context import Desk
from botflow.web.hooks.webhook_signatures import (
    Signed,
    is_fresh,
    is_signed,
    is_usable,
    read_signature,
    wanted_headers,
)
from botflow.web.problem import Refused

Headers = Mapping[str, Sequence[str]]  # by name in lower case: the different values of a header, in their order


def headers_of(scope: Scope) -> Headers:
    """Return the request's headers; a line that is repeated without a change counts once."""
    found: dict[str, dict[str, None]] = {}
    for name, value in scope["headers"]:
        found.setdefault(str(name, "latin-1"), {})[str(value, "latin-1").strip()] = None
    return {name: tuple(values) for name, values in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnprovenRequest:
    """A request to a trigger of a workflow, whose sender is not known yet."""

    desk: Desk
    live: LiveFlow
    properties: WebhookProperties
    scope: Scope
    headers: Headers
    body: bytes


async def check_sender(request: UnprovenRequest) -> Signed | None:
    """Return what the sender has signed, None where it knows the secret.

    401 `hook.unsigned` without a proof; with a wrong one, or when the secret is not set, 403 `webhook.forged`, and 401
    `hook.signature` in a named scheme; 401 `hook.stale` for a right signature that is too old.
    """
    if request.properties.signature is not None:
        return await _check_signature(request, request.properties.signature)
    await _check_secret(request)
    return None


async def _check_secret(request: UnprovenRequest) -> None:
    proofs = _proofs(request.headers)
    if not proofs:
        raise _unsigned("Authorization: Bearer, or X-Webhook-Secret")
    secrets = await _secrets(request)
    if secrets and all(_is_one_of(proof, secrets) for proof in proofs):
        return
    await _count_forgery(request)  # also without a secret: it was looked up in the database
    raise _forged()


async def _check_signature(request: UnprovenRequest, signature: Signature) -> Signed:
    headers = {name: ", ".join(values) for name, values in request.headers.items()}
    signed = read_signature(signature, headers, request.body)
    if signed is None:
        raise _unsigned(wanted_headers(signature))
    if not is_signed(signature, signed, _usable(request, signature, await _secrets(request))):
        await _count_forgery(request)
        raise (
            _forged()
            if signature.scheme == "hmac"
            else _unauthorized(
                "none of this request's signatures is right",
                "hook.signature",
                "compare the service's signing secret with the credential that the trigger names",
            )
        )
    desk = request.desk
    if not is_fresh(signature, signed, desk.runtime.clock.now()):  # said only to who knows the secret
        desk.quiet_log.warning("webhook_stale", workflow=request.live.slug, path=request.scope["path"])
        raise _unauthorized(
            f"this request was not signed within {signature.tolerance:g} s of this server's time",
            "hook.stale",
            "sign it anew to send it again; compare the clocks of both servers",
        )
    return signed


async def _count_forgery(request: UnprovenRequest) -> None:
    await request.desk.count_forgery(request.scope, workflow=request.live.slug)


async def _secrets(request: UnprovenRequest) -> list[str]:
    """Return the secrets that are there; one that is missing is logged."""
    desk, slug, found = request.desk, request.live.slug, []
    for name in (request.properties.secret, *request.properties.former_secrets):
        try:
            found.append(await desk.runtime.vault.webhook_secret(request.live.organization, name))
        except UsageError as missing:
            desk.quiet_log.warning("webhook_secret_missing", workflow=slug, code=missing.code, reason=str(missing))
    return found


def _usable(request: UnprovenRequest, signature: Signature, secrets: Sequence[str]) -> list[str]:
    """Return the secrets that can be a key of the scheme; that there are others is logged."""
    usable = [secret for secret in secrets if is_usable(signature, secret)]
    if len(usable) < len(secrets):
        request.desk.quiet_log.warning(
            "webhook_secret_unusable",
            workflow=request.live.slug,
            scheme=signature.scheme,
            hint="Svix's secret is written in base64, mostly behind whsec_: copy it as a whole",
        )
    return usable


def _unsigned(wanted: str) -> Refused:
    return _unauthorized("this webhook must prove who sends it", "hook.unsigned", f"send {wanted}")


def _unauthorized(message: str, code: str, hint: str) -> Refused:
    headers = {"www-authenticate": "Bearer"}
    return Refused(message, code=code, hint=hint, status=HTTPStatus.UNAUTHORIZED, headers=headers)


def _forged() -> RejectedInbound:
    return RejectedInbound(
        "this webhook's secret or signature is wrong",
        code="webhook.forged",
        hint="compare the sender's secret with the credential that the trigger names",
        status=HTTPStatus.FORBIDDEN,
    )


def _proofs(headers: Headers) -> Sequence[str]:
    """Return the secrets that must all be right: those of X-Webhook-Secret, else the bearer token.

    A proxy in front may have an Authorization header of its own; our header is always meant for us.
    """
    if own := [value for value in headers.get("x-webhook-secret", ()) if value]:
        return own
    credentials = [value.partition(" ") for value in headers.get("authorization", ())]
    return [token.strip() for scheme, _, token in credentials if scheme.lower() == "bearer" and token.strip()]


def _is_one_of(proof: str, secrets: Sequence[str]) -> bool:
    """Compare in constant time, with all of them."""
    return sum(hmac.compare_digest(proof.encode("latin-1"), secret.encode()) for secret in secrets) > 0
