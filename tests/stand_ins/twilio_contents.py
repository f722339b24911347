"""The local Twilio's Content API: creates and lists contents, and refuses what Twilio's documentation does not allow.

https://www.twilio.com/docs/content/content-api-resources, and the pages of twilio/quick-reply and twilio/list-picker.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PATH = "/v1/Content"
_TEXT = {"type": "string", "minLength": 1}
_QUICK_REPLY = {
    "type": "object",
    "required": ["body", "actions"],
    "additionalProperties": False,
    "properties": {
        "body": {**_TEXT, "maxLength": 1024},
        "actions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,  # in a session, without approval
            "items": {
                "type": "object",
                "required": ["title", "id"],
                "additionalProperties": False,
                "properties": {
                    "type": {"const": "QUICK_REPLY"},
                    "title": {**_TEXT, "maxLength": 20},
                    "id": {**_TEXT, "maxLength": 200},
                },
            },
        },
    },
}
_LIST_PICKER = {
    "type": "object",
    "required": ["body", "button", "items"],
    "additionalProperties": False,
    "properties": {
        "body": {**_TEXT, "maxLength": 1024},
        "button": {**_TEXT, "maxLength": 20},
        "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10,
            "items": {
                "type": "object",
                "required": ["item", "id"],
                "additionalProperties": False,
                "properties": {
                    "item": {**_TEXT, "maxLength": 24},
                    "id": {**_TEXT, "maxLength": 200},
                    "description": {**_TEXT, "maxLength": 72},
                },
            },
        },
    },
}
CREATE = {
    "type": "object",
    "required": ["language", "types"],
    "additionalProperties": False,
    "properties": {
        "friendly_name": _TEXT,
        "language": _TEXT,
        "variables": {"type": "object", "additionalProperties": {"type": "string"}},
        "types": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {"twilio/quick-reply": _QUICK_REPLY, "twilio/list-picker": _LIST_PICKER},
        },
    },
}


@dataclass(slots=True)
class ContentStandIn:
    """The contents of the account. `is_broken`: every request is answered by an error of the server."""

    account_sid: str
    contents: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    is_broken: bool = False

    def create(self, body: str) -> tuple[int, dict[str, Any]]:
        from jsonschema import Draft7Validator

        self.requests.append("create")
        if self.is_broken:
            return 500, {"code": 20500, "message": "Internal Server Error", "status": 500}
        wanted = json.loads(body)
        problems = [problem.message for problem in Draft7Validator(CREATE).iter_errors(wanted)]
        if problems:
            return 400, {"code": 20001, "message": "; ".join(problems), "status": 400}
        made = {**wanted, "sid": "HX" + secrets.token_hex(16), "account_sid": self.account_sid, "links": {}}
        self.contents.append(made)
        return 201, made

    def listed(self, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        self.requests.append("list")
        if self.is_broken:
            return 500, {"code": 20500, "message": "Internal Server Error", "status": 500}
        meta = {"key": "contents", "page": 0, "page_size": int(query.get("PageSize", 50)), "next_page_url": None}
        return 200, {"contents": [each for each in self.contents if each["sid"] not in self.deleted], "meta": meta}
