"""The rows of deeds.py: one provider for each node type that acts on the world."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.deeds import IN_THE_CALL, MOMENTS, Provider, Row
from tests.faults.message_providers import (
    checks,
    codes,
    lookups,
    mails,
    mails_with_file,
    slack_files,
    slack_messages,
    webhook_messages,
)
from tests.http.service import Heard, Service, answer, open_service

ORDER = """
botflow: 1
id: deeds
name: Deeds
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: order}
  - id: order
    type: http
    actionType: request
    properties: {method: POST, url: "URL/orders", json: {item: bell}, idempotencyKey: KEYED, timeout: 60s}
    on: {next: done, error: failed}
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "Failed: {{ $order.code }}"}}
"""


class Shop:
    """Takes orders by HTTP; an order with a key that it has seen is the same order."""

    def __init__(self, service: Service, *, is_keyed: bool) -> None:
        self.on_deed: Callable[[], None] = lambda: None
        self._service = service
        self._is_keyed = is_keyed
        service.answers["/orders"] = self._order

    @property
    def environment(self) -> Mapping[str, str]:
        return {"BOTFLOW_FLOW_NETWORKS": "127.0.0.1"}

    def document(self) -> str:
        return ORDER.replace("URL", self._service.url).replace("KEYED", str(self._is_keyed).lower())

    @property
    def calls(self) -> int:
        return len(self._service.heard)

    @property
    def deeds(self) -> int:
        keys = [heard.headers.get("idempotency-key", "") for heard in self._service.heard]
        return keys.count("") + len(set(keys) - {""})

    def _order(self, heard: Heard) -> bytes:
        self.on_deed()
        return answer({"id": 1}, status=201)


@asynccontextmanager
async def shop(*, is_keyed: bool) -> AsyncIterator[Provider]:
    async with open_service() as service:
        yield Shop(service, is_keyed=is_keyed)


CHANGE = """
botflow: 1
id: deeds
name: Deeds
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: book}
  - {id: book, NODE, on: {next: done, error: failed}}
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "Failed: {{ $book.code }}"}}
"""
BOOK = """
botflow: 1
id: deeds
name: Deeds
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: book}
  - id: book
    type: record
    actionType: transaction
    properties:
      steps:
        - {do: update, table: rooms, match: {id: 1}, values: {free: {add: -1}}}
        - {do: insert, table: bookings, values: {guest: Ann}}
    on: {next: done, error: failed}
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "Failed: {{ $book.code }}"}}
"""
# The database cannot tell the moment of its commit, so that nobody can die there; "turn.asked" comes right after it.
NOTICED = tuple(moment for moment in MOMENTS if moment != IN_THE_CALL)


class Hotel:
    """An application's database, where a booking takes a room: in one transaction, or as far as one `change` goes."""

    def __init__(self, file: Path, change: str = "", counted: str = "") -> None:
        self.on_deed: Callable[[], None] = lambda: None
        self._file = file
        self._change = change
        self._counted = counted
        self._run(
            "CREATE TABLE rooms (id INTEGER PRIMARY KEY, free INTEGER NOT NULL)",
            "CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest TEXT)",
            "INSERT INTO rooms VALUES (1, 9)",
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {"RECORDS_DATABASE_URL": f"sqlite:///{self._file}", "RECORDS_TABLES": "rooms, bookings"}

    def document(self) -> str:
        return CHANGE.replace("NODE", self._change) if self._change else BOOK

    @property
    def calls(self) -> int:
        return 1  # a call that changes nothing leaves no trace

    @property
    def deeds(self) -> int:
        if self._counted:
            [(changed,)] = self._run(self._counted)
            return int(changed)
        [(booked, free)] = self._run("SELECT (SELECT count(*) FROM bookings), free FROM rooms")
        assert booked == 9 - free
        return int(booked)

    def _run(self, *statements: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._file, timeout=30, isolation_level=None)) as database:
            return [row for statement in statements for row in database.execute(statement)]


@asynccontextmanager
async def hotel(change: str = "", counted: str = "") -> AsyncIterator[Provider]:
    with TemporaryDirectory() as folder:
        yield Hotel(Path(folder) / "hotel.db", change, counted)


inserts = partial(
    hotel,
    "type: record, actionType: insert, properties: {table: bookings, values: {guest: Ann}}",
    "SELECT count(*) FROM bookings",
)
updates = partial(
    hotel,
    "type: record, actionType: update, properties: {table: rooms, match: {id: 1}, values: {free: {add: -1}}}",
    "SELECT 9 - free FROM rooms",
)
deletes = partial(
    hotel,
    "type: record, actionType: delete, properties: {table: rooms, match: {id: 1}}",
    "SELECT 1 - count(*) FROM rooms",
)


AROUND_THE_ASK = (IN_THE_CALL, "turn.asked", "turn.kept")
ROWS = (
    Row(name="email.send", provider=mails, is_idempotent=True),
    Row(name="email.send, with a file", provider=mails_with_file, is_idempotent=True, moments=AROUND_THE_ASK),
    Row(name="slack.message", provider=slack_messages, is_idempotent=False),
    Row(name="slack.file", provider=slack_files, is_idempotent=False),
    Row(name="chat.webhook", provider=webhook_messages, is_idempotent=False),
    Row(name="record.transaction", provider=hotel, is_idempotent=True, moments=NOTICED),
    Row(name="record.insert", provider=inserts, is_idempotent=True, moments=("turn.asked", "turn.kept")),
    Row(name="record.update", provider=updates, is_idempotent=True, moments=("turn.asked", "turn.kept")),
    Row(name="record.delete", provider=deletes, is_idempotent=True, moments=("turn.asked", "turn.kept")),
    Row(name="contact.lookup", provider=lookups, is_idempotent=True, moments=AROUND_THE_ASK),
    Row(name="verify.start", provider=codes, is_idempotent=False),
    Row(name="verify.check", provider=checks, is_idempotent=False, moments=AROUND_THE_ASK),
    Row(name="http.request", provider=partial(shop, is_keyed=False), is_idempotent=False),
    Row(name="http.request, idempotencyKey", provider=partial(shop, is_keyed=True), is_idempotent=True),
)
