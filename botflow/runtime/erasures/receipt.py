"""The receipt of an erasure, signed with a key of the deployment: what was erased, what stays and why, the proof."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from botflow.keyring import Keyring
from botflow.records.erasures import ErasureRecord, Person
from botflow.storage.erasure.places import NOT_SEARCHED, places

WHY_KEPT: Mapping[str, str] = {
    "opt_out": "an opt-out is kept with its address and time: without it, the person would get messages again",
    "since": "it belongs to a conversation or run that has begun after the request",
    "another_person": "another person has written it, in a conversation of their own",
    "under_way": "it belongs to a run that is under way; ask for the erasure again when that has ended",
    "configuration": "it is a document or an account of the organization, which its editors change",
    "number": "an empty row keeps the session's number from being given again; nothing of the person is in it",
}


def hash_of(keyring: Keyring, organization: int, person: Person) -> str:
    """Return the keyed hash under which the log knows an erased person."""
    named = orjson.dumps([organization, sorted(person.keys), person.user])
    return hmac.new(keyring.newest("erasures"), b"person" + named, hashlib.sha256).hexdigest()


def receipt_of(
    record: ErasureRecord, providers: Mapping[str, Mapping[str, int]], cache: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the receipt of an erasure that has ended."""
    erased, redacted = record.counts.get("erased", {}), record.counts.get("redacted", {})
    changed = sorted({*erased, *redacted})
    tables = {name: {"erased": erased.get(name, 0), "redacted": redacted.get(name, 0)} for name in changed}
    kept = [
        {"what": what, "rows": rows, "why": WHY_KEPT[what.rpartition(".")[2]]}
        for what, rows in sorted(record.counts.get("kept", {}).items())
    ]
    searched = places()
    return {
        "erasure": str(record.id),
        "person": record.person,
        "requestedBy": record.requested_by,
        "requestedAt": record.requested_at.isoformat(),
        "finishedAt": record.finished_at.isoformat() if record.finished_at else None,
        "tables": tables,
        "kept": kept,
        "search": {
            "tables": [place.table.name for place in searched],
            "columns": sum(len(place.columns) for place in searched),
            "notSearched": sorted(table.name for table in NOT_SEARCHED),
            "names": record.counts.get("names", {}),
            "left": record.counts.get("left", {}),
        },
        "cache": dict(cache),
        "providers": {name: dict(states) for name, states in sorted(providers.items())},
    }


def signature_of(keyring: Keyring, receipt: Mapping[str, Any]) -> str:
    return _signature(keyring.newest("erasures"), receipt)


def is_genuine(keyring: Keyring, receipt: Mapping[str, Any], signature: str) -> bool:
    """Say whether a key of this deployment signed the receipt."""
    return any(hmac.compare_digest(_signature(key, receipt), signature) for key in keyring.all("erasures"))


def _signature(key: bytes, receipt: Mapping[str, Any]) -> str:
    return hmac.new(key, b"receipt" + orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()
