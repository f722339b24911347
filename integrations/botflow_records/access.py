"""What gives a node access to a database: the credential that it names, or that its workflow or its organization
has for the module, or else the server's own settings.

An organization's credential is no more believed than any address that its people write: it leads to the public
internet, or into the private networks that the operator allows; never to a file or a socket of the server.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from botflow.engine.node_type import NodeFailure
from botflow.outgoing_targets import MOST_ADDRESSES, Network, TargetRefused, check_address
from botflow_records.allowed_tables import AllowedTables, read_allowed_tables
from botflow_records.settings import RecordsSettings

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
# One name or address: not the folder of a socket, and not several hosts.
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_PUBLIC_ONLY = "give the address of a server on the public internet; operators allow others by BOTFLOW_WEBHOOK_NETWORKS"


@dataclass(frozen=True, slots=True)
class Access:
    """The address, the checked addresses of its host (none: they need no check), and the tables as they are listed."""

    url: URL
    tables: str
    addresses: tuple[str, ...] = ()

    @property
    def allowed(self) -> AllowedTables:
        return read_allowed_tables(self.tables)


class Caller(Protocol):
    """What decides about the access: a node's ActionContext, or the OptionsRequest of its form."""

    @property
    def credential(self) -> Mapping[str, str]: ...

    @property
    def account_networks(self) -> Sequence[Network] | None: ...

    def is_home(self) -> Awaitable[bool]: ...


async def access_of(context: Caller) -> Access:
    """Return what the node may use; NodeFailure `record.no_database` without a credential and settings."""
    if context.account_networks is not None:
        return await _of_credential(context.credential, tuple(context.account_networks))
    settings = RecordsSettings.from_environment()
    if settings.database_url is None or not await context.is_home():
        raise NodeFailure(
            "this node has no database",
            code="record.no_database",
            hint="name a credential of the module records, or set RECORDS_DATABASE_URL for the home organization",
        )
    return Access(_url(settings.database_url.get_secret_value()), settings.tables)


async def _of_credential(fields: Mapping[str, str], networks: tuple[Network, ...]) -> Access:
    url = _url(fields.get("databaseUrl", ""))
    host = url.host or ""
    if url.get_backend_name() != "postgresql" or url.query or not _HOST.fullmatch(host):
        raise NodeFailure(
            "the credential's address is not postgresql://user:password@host/name, or has more than that",
            code="record.address",
        )
    addresses = await _checked(host, url.port or 5432, networks)
    return Access(url.update_query_dict({"sslmode": "require"}), fields.get("tables", ""), addresses)


def _url(written: str) -> URL:
    try:
        url = make_url(written)
        return url.set(drivername=DRIVERS[url.drivername])
    except (ArgumentError, KeyError, ValueError):
        raise NodeFailure(
            "the database's address cannot be read",
            code="record.address",
            hint="write postgresql://user:password@host/name, or sqlite:///file",
        ) from None


async def _checked(host: str, port: int, networks: tuple[Network, ...]) -> tuple[str, ...]:
    """Resolve the host, and return its addresses: the connection goes to these, not to what it resolves to later."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NodeFailure("the database's host has no address", code="record.unavailable") from None
    addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
    for address in addresses:
        try:
            check_address(ip_address(address.partition("%")[0]), "https", networks)
        except TargetRefused as refused:
            raise NodeFailure(f"the database's address: {refused}", code="record.address", hint=_PUBLIC_ONLY) from None
    return tuple(addresses[:MOST_ADDRESSES])
