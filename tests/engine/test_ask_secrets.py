"""Values that only the action may see are in no journal."""

from __future__ import annotations

import orjson

from botflow.engine.ask_json import ask_to_json, fingerprint
from botflow.engine.asks import Invoke


def test_the_journal_has_no_secrets() -> None:
    ask = Invoke(type="verify.check", properties={"to": "+12125550111"}, variables={}, secrets={"code": "482913"})
    assert "482913" not in orjson.dumps(ask_to_json(ask)).decode()
    assert fingerprint(ask) == fingerprint(Invoke(type=ask.type, properties=ask.properties, variables={}))
