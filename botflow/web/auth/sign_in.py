"""Signing in and out over HTTP, for pages of this origin: POST /auth/sign-in, /auth/sign-out and /auth/password, and
GET /auth/me. The cookie is out of reach for scripts, and no other site's page has it sent with a change."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from botflow.errors import RejectedInbound
from botflow.service.access.sign_in import (
    LIFETIME,
    AccountLocked,
    Credentials,
    NewPassword,
    NewPicture,
    SignedIn,
    SignIns,
    csrf_token,
)
from botflow.service.access.users import shown_user
from botflow.web.auth.callers import COOKIE, check_csrf, cookie_of
from botflow.web.context import desk_of
from botflow.web.problem import Refused
from botflow.web.requests.json_body import parse_body
from botflow.web.requests.rate_limits import FAILURES_PER_ADDRESS, SIGN_INS_PER_ADDRESS, Use
from botflow.web.requests.request_base import request_base
from botflow.web.requests.request_bodies import read_body
from botflow.web.rest.json_response import ApiResponse

LARGEST_BODY = 4 * 1024


async def sign_in(request: Request) -> Response:
    """Answer `{user, csrfToken}`, and set the cookie."""
    desk = desk_of(request.scope)
    address = desk.address_of(request.scope)
    await desk.limiter.check(Use(SIGN_INS_PER_ADDRESS, address))
    given = parse_body(await _json_of(request), Credentials)
    try:
        signed_in = await SignIns(desk.runtime).sign_in(given, address)
    except RejectedInbound as refusal:
        desk.quiet_log.warning("sign_in_refused", address=address)
        await desk.limiter.check(Use(FAILURES_PER_ADDRESS, address))
        raise _told(refusal) from None
    response = ApiResponse(signed_in.shown.model_dump())
    _set_cookie(request, response, signed_in.cookie, int(LIFETIME.total_seconds()))
    return response


async def sign_out(request: Request) -> Response:
    """Answer 204; the browser is signed out here, too, if somebody has copied its cookie."""
    cookie = _signed_in_cookie(request)
    check_csrf(request.scope, cookie)
    await SignIns(desk_of(request.scope).runtime).sign_out(cookie)
    response = Response(status_code=HTTPStatus.NO_CONTENT, headers={"cache-control": "no-store"})
    _set_cookie(request, response, "", 0)
    return response


async def change_password(request: Request) -> Response:
    """Take `{password, newPassword}`; answer 204. All browsers of the person are signed out."""
    cookie = _signed_in_cookie(request)
    check_csrf(request.scope, cookie)
    desk = desk_of(request.scope)
    address = desk.address_of(request.scope)
    await desk.limiter.check(Use(SIGN_INS_PER_ADDRESS, address))
    given = parse_body(await _json_of(request), NewPassword)
    try:
        await SignIns(desk.runtime).change_password(cookie, given, address)
    except RejectedInbound as refusal:
        raise _told(refusal) from None
    response = Response(status_code=HTTPStatus.NO_CONTENT, headers={"cache-control": "no-store"})
    _set_cookie(request, response, "", 0)
    return response


async def change_picture(request: Request) -> Response:
    """Take `{picture}`, an https address or null; answer `{user, csrfToken}`."""
    cookie = _signed_in_cookie(request)
    check_csrf(request.scope, cookie)
    desk = desk_of(request.scope)
    given = parse_body(await _json_of(request), NewPicture)
    user = await SignIns(desk.runtime).change_picture(cookie, given, desk.address_of(request.scope))
    return ApiResponse(SignedIn(user=shown_user(user), csrf_token=csrf_token(cookie)).model_dump())


async def who_am_i(request: Request) -> Response:
    """Answer `{user, csrfToken}` for a page that was loaded again; 401 when the browser is not signed in."""
    cookie = _signed_in_cookie(request)
    user = await SignIns(desk_of(request.scope).runtime).signed_in(cookie)
    if user is None:
        raise _not_signed_in()
    return ApiResponse(SignedIn(user=shown_user(user), csrf_token=csrf_token(cookie)).model_dump())


async def _json_of(request: Request) -> bytes:
    """Return the body; RejectedInbound `sign_in.content_type` (415) for what a form of another site can send without
    asking first: it would sign a browser in to another account."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RejectedInbound(
            "signing in takes JSON", code="sign_in.content_type", hint="set Content-Type: application/json", status=415
        )
    return await read_body(request.scope, request.receive, LARGEST_BODY)


def _signed_in_cookie(request: Request) -> str:
    cookie = cookie_of(request.scope)
    if cookie is None:
        raise _not_signed_in()
    return cookie


def _told(refusal: RejectedInbound) -> RejectedInbound:
    """Return a refusal as it is sent: that of a locked account says when to try again."""
    if not isinstance(refusal, AccountLocked):
        return refusal
    headers = {"retry-after": str(refusal.wait_s)}
    return Refused(refusal.message, code=refusal.code, hint=refusal.hint, status=refusal.status, headers=headers)


def _not_signed_in() -> RejectedInbound:
    return RejectedInbound("this browser is not signed in", code="token.missing", hint="sign in", status=401)


def _set_cookie(request: Request, response: Response, value: str, lifetime_s: int) -> None:
    base = request_base(request.scope, desk_of(request.scope).proxies)
    response.set_cookie(
        COOKIE,
        value,
        max_age=lifetime_s,
        path=request.scope.get("root_path") or "/",
        secure=base.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def sign_in_routes() -> list[Route]:
    return [
        Route("/auth/sign-in", sign_in, methods=["POST"]),
        Route("/auth/sign-out", sign_out, methods=["POST"]),
        Route("/auth/password", change_password, methods=["POST"]),
        Route("/auth/picture", change_picture, methods=["POST"]),
        Route("/auth/me", who_am_i, methods=["GET"]),
    ]
