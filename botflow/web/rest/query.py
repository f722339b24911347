"""Query strings as pydantic models.

An unknown name is refused: a filter with a misspelt name would not filter at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError
from starlette.requests import Request

from botflow.errors import RejectedInbound, did_you_mean
from botflow.moment import parse_moment
from botflow.service.cursors import LARGEST_PAGE, LONGEST_CURSOR, PAGE

LONGEST_TEXT = 200
LARGEST_NUMBER = 2**31 - 1
LARGEST_ID = 2**63 - 1


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it has control characters")
    return text


class Query(BaseModel):
    """The base of queries."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


def _moment(given: object) -> object:
    try:
        return parse_moment(given, "it") if isinstance(given, str) else given
    except ValueError as wrong:
        raise PydanticCustomError("moment", str(wrong)) from None


def _truth(given: object) -> object:
    if given not in ("true", "false", True, False):
        raise PydanticCustomError("truth", "it is true or false")
    return given


Truth = Annotated[bool, BeforeValidator(_truth)]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "examples": ["2026-11-27T09:30:00Z"]})
]
"""A date or time in ISO 8601, UTC if it names no zone."""
QueryText = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_printable)]


class PageQuery(Query):
    """Which part of a list: at most `limit` items, after the page whose `next` the `cursor` is."""

    cursor: Annotated[str, Field(min_length=1, max_length=LONGEST_CURSOR), AfterValidator(_printable)] | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE


class MessageQuery(PageQuery):
    """Which messages: of a workflow, of a session, or of a person on the channel of their session; at which time."""

    workflow: QueryText | None = None
    session: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    external_id: QueryText | None = None
    channel: QueryText | None = None
    after: Moment | None = None
    before: Moment | None = None


class OfWorkflow(PageQuery):
    """Of which workflow; of any without one."""

    workflow: QueryText | None = None


def read_query(request: Request, model: type[Query] | None) -> Query | None:
    """Return the query as a model, the last of each name; RejectedInbound `query.invalid` says what is wrong."""
    given = dict(request.query_params)
    try:
        return (model or Query).model_validate(given)
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_input=False)
        known = [field.alias or name for name, field in (model or Query).model_fields.items()]
        raise _refusal(found[0], known) from None


def _refusal(error: ErrorDetails, known: list[str]) -> RejectedInbound:
    name = str(error["loc"][0])[:40] if error["loc"] else "the query"
    there_are = f"there are {', '.join(known)}" if known else "this address takes none"
    if error["type"] == "extra_forbidden":
        return RejectedInbound(
            f"there is no query parameter {name!r} here",
            code="query.invalid",
            hint=did_you_mean(name, known, there_are),
        )
    return RejectedInbound(f"{name}: {_lower(error['msg'])}", code="query.invalid", hint=there_are)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
