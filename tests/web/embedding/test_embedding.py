"""`botflow.asgi`: what it takes, what it refuses at once, and an engine that it shares."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

import botflow
from botflow.errors import BotflowError, UsageError
from botflow.flow.problems import FlowProblems
from botflow.settings import Settings
from tests.local_client import local_client
from tests.web.embedding.parents import running, starlette
from tests.web.site import SECRET, texts


def flow(id: str = "hello") -> botflow.Flow:
    built = botflow.Flow(id)
    built.message_received() >> built.say("Hello!")
    return built


def settings(**more: Any) -> Settings:
    return Settings(**{"botflow_secret_key": SECRET, **more})


def psycopg_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


async def say(url: str, workflow: str = "hello") -> list[str]:
    async with local_client(base_url=f"{url}/bot", timeout=20) as client:
        opened = (await client.post(f"/chat/{workflow}/sessions")).json()
        visitor = {"authorization": f"Bearer {opened['token']}"}
        return texts((await client.post(f"/chat/{workflow}/messages", json={"text": "hi"}, headers=visitor)).json())


async def test_flows_in_python_and_settings_of_the_environment(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(
        "import botflow\nflow = botflow.Flow('file')\nflow.message_received() >> flow.say('From a file.')\n"
    )
    variables = {"BOTFLOW_DATABASE_URL": sqlite_url, "BOTFLOW_SECRET_KEY": SECRET}
    bot = botflow.asgi([flow(), flow("other"), tmp_path / "file.py"], environment=variables)
    async with running(starlette(bot)) as url:
        assert await say(url) == ["Hello!"]
        assert await say(url, "other") == ["Hello!"]
        assert await say(url, "file") == ["From a file."]


def test_mistakes_are_raised_at_once(tmp_path: Path) -> None:
    wrong = botflow.Flow("wrong")
    wrong.message_received() >> wrong.say("{{ nowhere")
    attempts: list[tuple[Any, str]] = [
        (lambda: botflow.asgi(flow(), environment={}), "settings.secret_key_missing"),
        (lambda: botflow.asgi(flow(), environment={"BOTFLOW_PUBLIK_URL": "x"}), "settings.unknown"),
        (lambda: botflow.asgi(tmp_path / "no.yaml", settings()), "file.unreadable"),
        (lambda: botflow.asgi([flow(), flow()], settings()), "workflow.twice"),
    ]
    for attempt, code in attempts:
        with pytest.raises(BotflowError) as refused:
            attempt()
        assert refused.value.code == code
    with pytest.raises(FlowProblems):
        botflow.asgi(wrong, settings())


async def test_an_engine_is_shared_and_left_open(postgres_url: str) -> None:
    engine = create_async_engine(psycopg_url(postgres_url), isolation_level="SERIALIZABLE")
    bot = botflow.asgi(flow(), settings(), engine=engine, environment={})
    async with running(starlette(bot)) as url:
        assert await say(url) == ["Hello!"]  # two turns: the visit, and the message
        opened = engine.pool.checkedin() + engine.pool.checkedout()  # type: ignore[attr-defined]
    async with engine.connect() as connection:
        level = (await connection.execute(text("SHOW transaction_isolation"))).scalar()
        kept = (await connection.execute(text("SELECT count(*) FROM turns"))).scalar()
    assert opened > 0
    assert (level, kept) == ("serializable", 2)
    assert engine.pool.checkedin() > 0  # type: ignore[attr-defined]
    await engine.dispose()


@pytest.mark.parametrize(
    ("url", "options", "code"),
    [
        ("postgresql+asyncpg://u@127.0.0.1/app", {}, "engine.driver"),
        ("sqlite+aiosqlite:///app.db", {}, "engine.driver"),
        ("postgresql+psycopg://u@127.0.0.1/app", {"poolclass": NullPool}, "engine.pool"),
        ("postgresql+psycopg://u@127.0.0.1/app", {"poolclass": StaticPool}, "engine.pool"),
    ],
)
def test_an_engine_that_cannot_be_shared_is_refused_at_once(url: str, options: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        botflow.asgi(flow(), settings(), engine=create_async_engine(url, **options))
    assert refused.value.code == code
    assert refused.value.hint


def test_an_engine_and_a_setting_must_name_one_database() -> None:
    engine = create_async_engine("postgresql+psycopg://u:secret-word@db/app")
    same = settings(botflow_database_url="postgresql://other@db:5432/app")
    assert botflow.asgi(flow(), same, engine=engine)
    for url in ("postgresql://u@db/other", "postgresql://u@elsewhere/app", "sqlite:///app.db"):
        with pytest.raises(UsageError) as refused:
            botflow.asgi(flow(), settings(botflow_database_url=url), engine=engine)
        assert refused.value.code == "engine.other_database"
        assert "secret-word" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"connect_args": {"options": "-c search_path=pg_catalog"}}, "engine.other_database"),
        ({"json_deserializer": lambda written: written}, "engine.json"),
        ({"json_serializer": lambda value: "{}"}, "engine.json"),
    ],
)
async def test_an_engine_that_leads_elsewhere_or_changes_values_is_refused_at_the_start(
    postgres_url: str, options: dict[str, Any], code: str
) -> None:
    engine = create_async_engine(psycopg_url(postgres_url), **options)
    bot = botflow.asgi(flow(), settings(), engine=engine, environment={})
    with pytest.raises(UsageError) as refused:
        async with bot.lifespan():
            pass
    assert refused.value.code == code
    await _still_works(engine)


async def _still_works(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    await engine.dispose()


@pytest.mark.parametrize(
    "sent",
    [
        b"content-length: 100\r\n\r\n",
        b"content-length: 100\r\n\r\n{",
        b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
)
async def test_a_body_has_its_time_also_behind_another_server(sqlite_url: str, sent: bytes) -> None:
    bot = botflow.asgi(flow(), settings(botflow_database_url=sqlite_url), environment={})
    async with running(starlette(bot)) as url:
        bot.desk.bodies.within_s = 0.2
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /bot/chat/hello/sessions HTTP/1.1\r\nhost: a\r\n" + sent)
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        assert await say(url) == ["Hello!"]
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body.too_slow" in answer
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize(("pause_s", "status"), [(0.0, 201), (0.6, 408)])
async def test_a_file_must_keep_coming_also_behind_another_server(sqlite_url: str, pause_s: float, status: int) -> None:
    bot = botflow.asgi(flow(), settings(botflow_database_url=sqlite_url), environment={})
    png = b"\x89PNG\r\n\x1a\n" + b"a" * 1024
    async with running(starlette(bot)) as url, local_client(base_url=f"{url}/bot", timeout=20) as client:
        opened = (await client.post("/chat/hello/sessions")).json()
        await client.post(
            "/chat/hello/messages", json={"text": "hi"}, headers={"authorization": f"Bearer {opened['token']}"}
        )
        bot.desk.bodies.within_s = 0.2
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /bot/chat/hello/files?name=a.png HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {opened['token']}\r\n"
        )
        writer.write(head.encode() + b"content-type: image/png\r\ncontent-length: %d\r\n\r\n" % len(png))
        writer.write(png[:512])
        await asyncio.sleep(pause_s)
        writer.write(png[512:])
        async with asyncio.timeout(20):
            answer = await reader.readline()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
