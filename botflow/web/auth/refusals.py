"""The refusal of a caller whose credentials are missing, wrong or over: 401 with a challenge (RFC 9110, 15.5.2)."""

from __future__ import annotations

from http import HTTPStatus

from botflow.web.problem import Refused

CHALLENGE = {"www-authenticate": "Bearer"}


def unauthorized(code: str, message: str, hint: str = "open a new session") -> Refused:
    return Refused(message, code=code, hint=hint, status=HTTPStatus.UNAUTHORIZED, headers=CHALLENGE)
