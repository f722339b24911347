"""botflow inside of Starlette, FastAPI and Django: each example as a real process, by an ordinary uvicorn."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import async_playwright, expect
from twilio.request_validator import RequestValidator

from tests.fork_server import Forked, fork_server
from tests.local_client import local_client
from tests.web.chat.chromium import ARGUMENTS, find_chromium

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "examples" / "embedding"
EXAMPLES = {"starlette_app": "app", "fastapi_app": "app", "django_app": "application"}
PUBLIC, TOKEN = "https://shop.example/bot", "0123456789abcdef"
LONGEST_S = 60.0
# uvicorn repeats the signal once everything has stopped in order; as the first process of a container it ends with 0.
IN_ORDER = (0, -signal.SIGTERM)


class Process:
    """A running example, which writes to a file."""

    def __init__(self, child: Forked | subprocess.Popen[bytes], log: Path) -> None:
        self._child = child
        self._log = log
        self.url = ""

    @property
    def output(self) -> str:
        return self._log.read_text()

    def wait_until_ready(self) -> None:
        until_s = time.monotonic() + LONGEST_S
        while not (found := re.search(r"running on (http://[\d.]+:\d+)", self.output)):
            assert self._child.poll() is None, f"it did not start:\n{self.output}"
            assert time.monotonic() < until_s, self.output
            time.sleep(0.02)
        self.url = found[1]

    def stop(self) -> int:
        self._child.send_signal(signal.SIGTERM)
        return self._child.wait(LONGEST_S)

    def kill(self) -> None:
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()


@contextmanager
def running(module: str, folder: Path, *, anew: bool = False) -> Iterator[Process]:
    """Serve an example by uvicorn until the block ends. It is forked from a process that has loaded botflow, or begins
    `anew` from its first import on."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "OPENAI_", "TWILIO_"))}
    own |= {"BOTFLOW_DATABASE_URL": f"sqlite:///{folder / 'bot.db'}", "BOTFLOW_PUBLIC_URL": PUBLIC}
    own |= {"TWILIO_AUTH_TOKEN": TOKEN, "PYTHONWARNINGS": "error::DeprecationWarning:botflow"}
    arguments = [f"{module}:{EXAMPLES[module]}", "--port", "0"]
    log = folder / f"{module}-{time.monotonic_ns()}.log"
    log.touch()
    child: Forked | subprocess.Popen[bytes]
    if anew:
        command = [sys.executable, "-m", "uvicorn", *arguments]
        with log.open("wb") as output:
            child = subprocess.Popen(
                command, cwd=FOLDER, env=own, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
    else:
        child = fork_server().launch("tests.examples.uvicorn_command", arguments, own, log, folder=FOLDER)
    process = Process(child, log)
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


@pytest.fixture(params=EXAMPLES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_an_example_serves_people_and_stops_in_order(module: str, tmp_path: Path) -> None:
    with running(module, tmp_path, anew=True) as process:
        async with local_client(base_url=process.url, timeout=20) as client:
            assert (await client.get("/")).status_code == 200  # the parent's own page
            opened = (await client.post("/bot/chat/pizza/sessions")).json()
            visitor = {"authorization": f"Bearer {opened['token']}"}
            signed = await _text(client, "SM1", "hi")
            async for _ in _events(client, visitor):  # a stream is open when the signal comes
                said = await client.post("/bot/chat/pizza/messages", json={"text": "large"}, headers=visitor)
                code = await asyncio.to_thread(process.stop)
    print(f"{module}: exit code {code}")
    assert [one["text"] for one in opened["messages"]] == ["Which size?"]
    assert [one["text"] for one in said.json()["messages"]] == ["One large pizza is on its way."]
    assert (signed.status_code, "Which size?" in signed.text) == (200, True)
    assert code in IN_ORDER
    assert "Finished server process" in process.output
    assert not re.search(r"warning|error|Traceback", process.output, re.IGNORECASE), process.output

    with running(module, tmp_path) as process:
        async with local_client(base_url=process.url, timeout=20) as client:
            kept = (await client.get("/bot/chat/pizza/messages", headers=visitor)).json()["messages"]
    assert [one["text"] for one in kept] == ["Which size?", "large", "One large pizza is on its way."]


async def test_a_turn_under_way_at_the_signal_is_not_lost(module: str, tmp_path: Path) -> None:
    with running(module, tmp_path) as process:
        async with local_client(base_url=process.url, timeout=20) as client:
            tokens = [(await client.post("/bot/chat/pizza/sessions")).json()["token"] for _ in range(20)]
            says = [
                client.post(
                    "/bot/chat/pizza/messages",
                    json={"text": "small", "messageId": "m1"},
                    headers={"authorization": f"Bearer {token}"},
                )
                for token in tokens
            ]
            sending = [asyncio.ensure_future(say) for say in says]
            await sending[0]
            code = await asyncio.to_thread(process.stop)
            answers = await asyncio.gather(*sending, return_exceptions=True)
    answered = [not isinstance(answer, BaseException) and answer.status_code == 200 for answer in answers]
    assert code in IN_ORDER

    with running(module, tmp_path) as process:
        async with local_client(base_url=process.url, timeout=20) as client:
            for token, was_answered in zip(tokens, answered, strict=True):
                kept = await client.get("/bot/chat/pizza/messages", headers={"authorization": f"Bearer {token}"})
                texts = [one["text"] for one in kept.json()["messages"]]
                whole = ["Which size?", "small", "One small pizza is on its way."]
                assert texts == whole or (texts == whole[:1] and not was_answered)
    print(f"{module}: {sum(answered)} of {len(answered)} answered at the signal, none lost")


async def test_the_page_of_an_example_works_in_a_browser(module: str, tmp_path: Path) -> None:
    chromium = find_chromium()
    complaints: list[str] = []
    with running(module, tmp_path) as process:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.program, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
            )
            page = await browser.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
            await page.goto(f"{process.url}/bot")  # the page is at /bot/
            await expect(page.locator("#connection")).to_have_text("Online")
            await page.get_by_role("button", name="Large").click()
            await expect(page.locator(".entry[data-id] .bubble").last).to_contain_text("One large pizza is on its way.")
            await browser.close()
        assert process.stop() in IN_ORDER
    assert complaints == []


async def _text(client: httpx2.AsyncClient, sid: str, text: str) -> httpx2.Response:
    form = {"MessageSid": sid, "From": "+14155550100", "To": "+14155550199", "Body": text, "NumMedia": "0"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/pizza", form)
    return await client.post("/bot/twilio/pizza", data=form, headers={"x-twilio-signature": signature})


async def _events(client: httpx2.AsyncClient, visitor: dict[str, str]) -> AsyncIterator[None]:
    """Yield once, while a stream is open; then expect that the server ends it."""
    async with client.stream("GET", "/bot/chat/pizza/events", headers=visitor) as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        yield
        async with asyncio.timeout(LONGEST_S):
            async for _ in lines:
                pass


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_files_are_short_and_the_guide_shows_them(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text()
    shown = "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()[1:])

    assert text.startswith("# Run it: ")
    assert len(text.splitlines()) < 60
    assert shown in (ROOT / "docs" / "embedding.md").read_text()
