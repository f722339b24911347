"""The responses of /api/v1: JSON by orjson, which writes times and UUIDs; caches must not store them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import JSONResponse

HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class ApiResponse(JSONResponse):
    """A JSON response that caches must not store, and that no browser takes for a page."""

    def __init__(self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, {**HEADERS, **(headers or {})})

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)
