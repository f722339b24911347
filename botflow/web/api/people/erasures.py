"""Erasing a person over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.people.erasures import Erasure, PersonToErase
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Erasures"


async def erase_person(call: Call) -> Erasure:
    """Erase a person: sessions, messages, answers, files, runs for them, caches, and their messages at providers.

    It is carried out in the background; read the erasure for its receipt. Their next message begins a new conversation.
    """
    person: PersonToErase = call.body
    return await call.service.erasures.erase_person(
        external_id=person.external_id, address=person.address, user_id=person.user_id
    )


async def get_erasure(call: Call) -> Erasure:
    """Read an erasure, with its signed receipt."""
    return await call.service.erasures.get_erasure(call.path["erasure"])


async def get_erasures(call: Call) -> Page[Erasure]:
    """List the erasures in your organization, the newest first."""
    query: PageQuery = call.query
    return await call.service.erasures.get_erasures(cursor=query.cursor, limit=query.limit)


OPERATIONS = (
    Operation(
        method="POST",
        path="/erasures",
        handler=erase_person,
        scope=Scope.PEOPLE_ERASE,
        tag=TAG,
        body=PersonToErase,
        answer=Erasure,
        status=HTTPStatus.ACCEPTED,
    ),
    Operation(
        method="GET",
        path="/erasures",
        handler=get_erasures,
        scope=Scope.PEOPLE_ERASE,
        tag=TAG,
        query=PageQuery,
        answer=Page[Erasure],
    ),
    Operation(
        method="GET",
        path="/erasures/{erasure}",
        handler=get_erasure,
        scope=Scope.PEOPLE_ERASE,
        tag=TAG,
        answer=Erasure,
    ),
)
