"""The reference: what the order conversation costs at least, written by hand. Not a way to build anything.

The same HTTP contract, server and driver as botflow, and the same promise for this one conversation: a turn is durable
before its reply, and a repeated message changes nothing. No graph, journal, channels, workers or Redis.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openai
import orjson
import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONNECTIONS = 16
TABLES = """
CREATE TABLE session (person text PRIMARY KEY, version int NOT NULL, node text NOT NULL, vars jsonb NOT NULL,
  updated_at timestamptz NOT NULL) WITH (fillfactor=70);
CREATE TABLE turn (message text PRIMARY KEY, person text NOT NULL, version int NOT NULL, said text NOT NULL,
  reply text NOT NULL, at timestamptz NOT NULL, UNIQUE (person, version));
"""
# No row comes back when the message was there before, or the session is no longer as it was read.
COMMIT = """
WITH s AS (
  INSERT INTO session AS s (person, version, node, vars, updated_at)
  SELECT %(person)s, %(version)s::int + 1, %(node)s, %(vars)s::jsonb, now()
  WHERE (SELECT true FROM turn WHERE message = %(message)s) IS NULL
  ON CONFLICT (person) DO UPDATE SET version = excluded.version, node = excluded.node, vars = excluded.vars,
    updated_at = excluded.updated_at WHERE s.version = %(version)s RETURNING version)
INSERT INTO turn (message, person, version, said, reply, at)
SELECT %(message)s, %(person)s, version, %(said)s, %(reply)s, now() FROM s RETURNING version
"""
DISHES = ("pizza", "salad")
SCHEMA = {"type": "object", "properties": {"edge": {"enum": [*DISHES, "special"]}}, "required": ["edge"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "edge", "schema": SCHEMA}}


def step(node: str, values: dict[str, Any], text: str, item: str) -> tuple[str, dict[str, Any], str]:
    """Return the next node, the variables and the reply."""
    match node:
        case "start":
            return "name", {}, "Hi! What is your name?"
        case "name":
            return "dish", {"name": text}, f"Nice to meet you, {text}! We have pizza and salad. What would you like?"
        case "dish":
            return "quantity", {**values, "item": item}, f"One {item} coming up. How many?"
        case "quantity" if not (text.isdigit() and 1 <= int(text) <= 99):
            return node, values, "Please give a whole number between 1 and 99."
        case "quantity":
            return "confirm", {**values, "qty": int(text)}, f"Confirm {int(text)} x {values['item']}? (yes/no)"
    if text.strip().lower() != "yes":
        return "start", {}, f"Order cancelled, {values['name']}."
    return "start", {}, f"Thanks {values['name']}: {values['qty']} x {values['item']} ordered."


class Order:
    """The one conversation; sessions are kept in this process and fenced by their version."""

    def __init__(self) -> None:
        self._sessions: dict[str, tuple[int, str, dict[str, Any]]] = {}
        self._idle: asyncio.Queue[psycopg.AsyncCursor[Any]] = asyncio.Queue()
        url = os.environ["REFERENCE_MODEL_URL"]
        self._model = openai.AsyncOpenAI(base_url=url, api_key="bench", max_retries=0) if url else None

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        for number in range(CONNECTIONS):
            url = os.environ["REFERENCE_DATABASE_URL"]
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
            if number == 0:
                await connection.execute(TABLES)
            self._idle.put_nowait(connection.cursor())
        yield

    async def post(self, request: Request) -> Response:
        posted = orjson.loads(await request.body())
        person, text = posted["externalId"], posted["text"]
        version, node, values = self._sessions.get(person) or (0, "start", {})
        item = await self._dish(text) if node == "dish" else ""
        node, values, reply = step(node, values, text, item)
        row = {"person": person, "version": version, "node": node, "vars": orjson.dumps(values).decode()}
        row |= {"message": posted["messageId"], "said": text, "reply": reply}
        cursor = await self._idle.get()
        await cursor.execute(COMMIT, row, prepare=True)
        moved = await cursor.fetchone()
        self._idle.put_nowait(cursor)
        if moved is None:
            return Response(status_code=409)
        self._sessions[person] = (moved[0], node, values)
        return Response(orjson.dumps({"messages": [{"text": reply}]}), media_type="application/json")

    async def _dish(self, text: str) -> str:
        if self._model is None:
            return next((dish for dish in DISHES if dish == text.strip().lower()), "special")
        messages = [{"role": "system", "content": "Choose the edge that fits."}, {"role": "user", "content": text}]
        said = await self._model.chat.completions.create(model="bench", response_format=FORMAT, messages=messages)  # type: ignore[call-overload]
        return str(orjson.loads(said.choices[0].message.content)["edge"])


async def ready(request: Request) -> Response:
    return Response()


if __name__ == "__main__":
    order = Order()
    routes = [Route("/chat/order/messages", order.post, methods=["POST"]), Route("/readyz", ready)]
    app = Starlette(routes=routes, lifespan=order.lifespan)
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
