"""What a test hands over, as a database would return it."""

from __future__ import annotations

import orjson

from botflow.errors import UsageError


def as_json(value: object) -> object:
    """Return a value as a database would return it; UsageError `simulator.not_json` when it cannot."""
    try:
        return orjson.loads(orjson.dumps(value))
    except TypeError as failure:
        raise UsageError(f"{value!r} is not plain JSON: {failure}", code="simulator.not_json") from None
