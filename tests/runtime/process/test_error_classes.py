"""Every code belongs to one of five classes, which alerts can name without knowing the codes."""

from __future__ import annotations

import pytest

from botflow.runtime.process.error_classes import error_class

CLASSES = {
    "timeout": ("model.timeout", "action.timeout", "delivery.timeout", "http.504"),
    "network": ("model.unreachable", "model.unavailable", "twilio.unreachable", "database.unavailable", "shop.away"),
    "validation": ("input.invalid", "template.failed", "condition.mismatch", "ask.not_json", "http.422"),
    "auth": ("model.unauthorized", "credential.unknown", "http.401", "http.403"),
    "unknown": ("model.refused", "node.crashed", "limit.steps", "shop.closed", "http.500", "", "30007"),
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_code_says_its_class_by_its_words(name: str) -> None:
    assert {code: error_class(code) for code in CLASSES[name]} == dict.fromkeys(CLASSES[name], name)
