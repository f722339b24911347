"""The contacts of an organization for the command line: each call is a transaction of its own, and takes no server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from botflow.cli.archive import checked_url
from botflow.cli.operator import as_operator

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.people.contact_fields import ContactFields
    from botflow.service.people.contacts import Contacts

Given = ParamSpec("Given")
Result = TypeVar("Result")


class _Database:
    """The database, a connection for each transaction."""

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        from botflow.storage.one_off import run_once_sync

        return run_once_sync(checked_url(), lambda connection: work(connection, *args, **kwargs))

    write = read


def with_contacts(organization: str, work: Callable[[Contacts], Awaitable[Result]]) -> Result:
    """Do `work` with the contacts of an organization, as its operator."""
    from botflow.plugins import channel_types, installed_plugins
    from botflow.service.people.contacts import Contacts

    contacts = Contacts(_Database(), channel_types(installed_plugins()), _operator(organization))
    return _run(work(contacts))


def with_fields(organization: str, work: Callable[[ContactFields], Awaitable[Result]]) -> Result:
    """Do `work` with the declared fields and the groups of an organization, as its operator."""
    from botflow.service.people.contact_fields import ContactFields

    return _run(work(ContactFields(_Database(), _operator(organization))))


def _operator(organization: str) -> Principal:
    return as_operator(organization, lambda connection, operator: operator)


def _run(working: Awaitable[Result]) -> Result:
    import asyncio  # not for --help

    async def run() -> Result:
        return await working

    return asyncio.run(run())
