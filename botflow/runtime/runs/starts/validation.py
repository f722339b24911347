"""Checks before an execution starts: the workflow, its input, keys, names and the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import isfinite
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from botflow.engine.json_values import has_nul, stored_numbers
from botflow.engine.limits import LARGEST_INPUT
from botflow.errors import RejectedInbound, UsageError
from botflow.nodes.triggers.input_schema import misfits
from botflow.records.runs import StartedRun
from botflow.records.sessions import FORK
from botflow.storage.runs.starts.targets import Target, find_target

LARGEST_METADATA = 256_000  # bytes of JSON
LONGEST_KEY = 200
LONGEST_NAME = 200


@contextmanager
def botflows_tables() -> Iterator[None]:
    """Raise a clear error when the connection's database is not botflow's; its transaction is unusable after that."""
    try:
        yield
    except DBAPIError as failure:
        text = str(failure.orig).lower()
        if "no such table" in text or "no such column" in text or "does not exist" in text:
            raise UsageError(
                "this connection's database has no tables of botflow, or older ones",
                code="trigger.other_database",
                hint="a workflow starts in its caller's transaction, so both use the one database that"
                " BOTFLOW_DATABASE_URL names (botflow db upgrade makes its tables); or leave `connection` out",
            ) from failure
        raise


def active_target(
    connection: Connection, slug: str, number: int | None = None, organization: int | None = None
) -> Target:
    """Return the workflow and version to start; RejectedInbound when there is none, or it is not active."""
    # No database accepts a NUL.
    target = find_target(connection, slug, number, organization) if slug.isprintable() else None
    if target is None:
        raise no_start(
            f"there is no workflow {slug[:64]!r}", "workflow.unknown", "use the id at the top of its flow file", 404
        )
    if target.status != "active":
        raise no_start(
            f"the workflow {slug!r} is {target.status}",
            "workflow.inactive",
            "only an active workflow can be started",
            HTTPStatus.CONFLICT,
        )
    if target.version is None:
        raise no_start(
            f"the workflow {slug!r} has no version {number}", "version.unknown", "leave out the version", 404
        )
    return target


def plain_input(given: Any, largest: int = LARGEST_INPUT) -> Any:
    """Return `given` as JSON to store (times, UUIDs and enums become strings); RejectedInbound if it is not JSON, or
    has more than `largest` bytes."""
    try:
        stored = orjson.dumps(given, option=orjson.OPT_NON_STR_KEYS)
    except TypeError as failure:
        raise no_start(f"the input is not JSON: {failure}", "input.not_json", "hand on plain values") from None
    if len(stored) > largest:
        raise no_start(
            f"the input has {len(stored)} bytes, more than {largest}",
            "input.too_large",
            "hand on ids, and let the workflow look the rest up",
        )
    if has_nul(stored):
        raise no_start("the input contains the character NUL", "input.not_json", "leave it out")
    if b"null" in stored and _has_nan(given):  # orjson writes null for it
        raise no_start(
            "the input contains a number that is not finite (NaN or infinite)", "input.not_json", "leave it out"
        )
    return stored_numbers(orjson.loads(stored), stored)


def check_input(schema: Any, given: Any) -> None:
    """RejectedInbound `input.invalid` (422) names the wrong field and the expected type."""
    if wrong := misfits(schema, given):
        raise no_start(f"the input does not fit: {'; '.join(wrong[:5])}", "input.invalid", "see the trigger's schema")


def same_input(run: StartedRun, given: Any, key: str) -> StartedRun:
    """Return `run`, unless its key was used before with another input (409 `trigger.key_reused`)."""
    if not run.is_new and run.input != given:
        raise no_start(
            f"the key {key[:LONGEST_KEY]!r} has started an execution with another input",
            "trigger.key_reused",
            "use a key for one occasion only",
            HTTPStatus.CONFLICT,
        )
    return run


def check_transaction(connection: Connection) -> None:
    """UsageError `trigger.autocommit` for a connection on which a start could be written in part."""
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        raise UsageError(
            "this connection commits each statement by itself",
            code="trigger.autocommit",
            hint="hand over one in a transaction, or none",
        )


def check_key(key: str) -> None:
    if len(key) > LONGEST_KEY or not (key.isprintable() or not key):
        raise no_start(
            f"the key {key[:40]!r} has more than {LONGEST_KEY} characters, or control characters",
            "trigger.key",
            "use an id of yours",
        )
    if key.startswith(FORK):
        raise no_start(f"a key does not begin with {FORK}: those of forks do", "trigger.key", "use an id of yours")


def check_name(name: str, value: str) -> None:
    if not isinstance(value, str):
        raise no_start(f"{name} is not a text", "trigger.name", "name the arguments: input=..., user_name=...")
    if len(value) > LONGEST_NAME or not (value.isprintable() or not value):
        raise no_start(
            f"{name} has more than {LONGEST_NAME} characters, or control characters",
            "trigger.name",
            "send it as you know it elsewhere: an id, a number, a word",
        )


def no_start(message: str, code: str, hint: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> RejectedInbound:
    return RejectedInbound(message, code=code, hint=hint, status=status)


def _has_nan(given: Any) -> bool:
    if isinstance(given, float):
        return not isfinite(given)
    inner = given.values() if isinstance(given, dict) else given if isinstance(given, list | tuple) else ()
    return any(_has_nan(each) for each in inner)
