"""Who talks during a soak: phones whose messages Twilio delivers and repeats, and visitors whose page never gives up.

They write down what was acknowledged; nobody here judges.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx2

from tests.faults.flows.soak import SECONDS
from tests.faults.servers_that_die import API_KEY
from tests.faults.soak.deployment import Member
from tests.local_client import local_client
from tests.stand_ins.twilio import TwilioMessage, TwilioStandIn

RETRIES = 5  # `#rc=5&rp=ct,rt,5xx` at the end of the webhook's address: the most that Twilio can be asked for
TWILIO_WAITS_S = 15.0
PAGE_WAITS_S = 30.0
STREAM_SILENT_S = 20.0  # a living stream sends a sign every 15 s
OUR_NUMBERS = tuple(f"+155500022{number}" for number in range(10, 60))  # one lets one segment leave in a second
WORDS = {"word": 10, "think": 2, "tell": 1, "many": 1, **{f"hurry{seconds}": 1 for seconds in SECONDS}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of one person, and what its sender was told: not acknowledged means that every try failed."""

    text: str
    acknowledged: bool
    tries: int
    seconds: float
    reply: tuple[tuple[str, str], ...] = ()  # the wire ids and texts of a chat message's answer


@dataclass(slots=True, kw_only=True)
class Person:
    """A conversation from its person's side."""

    channel: str
    external_id: str
    said: list[Said] = field(default_factory=list)
    streamed: list[str] | None = None  # wire ids as they came over the stream, for those who listen
    is_done: asyncio.Event = field(default_factory=asyncio.Event)  # said all, and had every answer


class Talk:
    """What everybody's conversations need: the ways to the servers, and when it is enough."""

    def __init__(
        self,
        clients: Sequence[httpx2.AsyncClient],
        twilio: TwilioStandIn,
        *,
        seed: str,
        pace_s: float,
        retries: float = RETRIES,
    ) -> None:
        """`retries` is how often a webhook that failed is sent again."""
        self.over = asyncio.Event()
        self.clients = clients
        self.twilio = twilio
        self.seed = seed
        self.pace_s = pace_s
        self.retries = retries

    def dice(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {name}")

    async def pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return


@asynccontextmanager
async def ways_to(webs: Sequence[Member]) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """Open a client for each server that waits as long as Twilio does."""
    async with AsyncExitStack() as stack:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        yield [
            await stack.enter_async_context(local_client(base_url=web.url, timeout=TWILIO_WAITS_S, limits=limits))
            for web in webs
        ]


def words_of(dice: random.Random, number: int) -> str:
    """Return what somebody says as their so-and-so-many-th message; all of one person's are different."""
    if number == 0:
        return "hi"
    [word] = dice.choices(list(WORDS), list(WORDS.values()))
    return f"{word} {number}"


def pause_after(dice: random.Random, text: str, pace_s: float) -> float:
    """A question with little time is answered before, at or after its end; else people read, or go on at once."""
    word = text.partition(" ")[0]
    if word.startswith("hurry"):
        return dice.uniform(0.0, 2.2) * int(word.removeprefix("hurry"))
    return 0.0 if dice.random() < 0.2 else dice.uniform(0.5, 1.5) * pace_s


async def phone(talk: Talk, person: Person) -> None:
    """Text one of our numbers. A webhook that fails goes to the servers again, and then Twilio gives up."""
    dice = talk.dice(person.external_id)
    ours = dice.choice(OUR_NUMBERS)
    number = 0
    await talk.pause(dice.uniform(0.0, talk.pace_s))
    while not talk.over.is_set():
        text = words_of(dice, number)
        form = talk.twilio.incoming(person.external_id, ours, text)
        person.said.append(await _deliver(talk, form, dice.randrange(len(talk.clients))))
        number += 1
        await talk.pause(pause_after(dice, text, talk.pace_s))


async def _deliver(talk: Talk, form: dict[str, str], first: int) -> Said:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    acknowledged, tries = False, 0
    while not acknowledged and tries <= talk.retries:
        client = talk.clients[(first + tries) % len(talk.clients)]
        tries += 1
        with suppress(httpx2.TransportError):
            acknowledged = (await talk.twilio.deliver(client, "/twilio/soak", form)).status == 200
        if not acknowledged:
            await asyncio.sleep(0.2)
    return Said(text=form["Body"], acknowledged=acknowledged, tries=tries, seconds=loop.time() - began_s)


async def report(talk: Talk) -> None:
    """Tell the servers what became of each message, as Twilio does: once, whether they hear it or not."""
    dice = talk.dice("callbacks")
    reported = 0
    async with asyncio.TaskGroup() as callbacks:
        while True:
            messages = talk.twilio.messages()
            for message in messages[reported:]:
                if message.status_callback:
                    callbacks.create_task(_settle(talk, message, dice.choice(talk.clients), dice.expovariate(2.0)))
            reported = len(messages)
            await asyncio.sleep(0.1)


async def _settle(talk: Talk, message: TwilioMessage, client: httpx2.AsyncClient, after_s: float) -> None:
    await asyncio.sleep(after_s)
    for status in ("sent", "delivered"):
        with suppress(httpx2.TransportError):
            await talk.twilio.report(client, message, status)


async def visitor(talk: Talk, person: Person) -> None:
    """Talk on the web: with a session of one's own, or (with a name) through a server that has the API key."""
    dice = talk.dice(f"visitor {person.external_id}")
    page = Page(talk, dice)
    await talk.pause(dice.uniform(0.0, talk.pace_s))
    if person.external_id:
        page.headers = {"Authorization": f"Bearer {API_KEY}"}
        page.fields = {"externalId": person.external_id}
    else:
        person.external_id = await page.open()
    listening = asyncio.create_task(page.listen(person.streamed)) if person.streamed is not None else None
    number = 0
    try:
        while not talk.over.is_set():
            text = words_of(dice, number)
            person.said.append(await page.say(text, f"m{number:05}"))
            number += 1
            await talk.pause(pause_after(dice, text, talk.pace_s))
        person.is_done.set()
        await asyncio.Event().wait()  # the page stays open until the soak is over
    finally:
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


class Page:
    """A chat page: it sends a message again, with the same id, until it is answered."""

    def __init__(self, talk: Talk, dice: random.Random) -> None:
        self.headers: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self._clients = talk.clients
        self._turn = dice.randrange(len(talk.clients))

    async def open(self) -> str:
        """Open a session, however often it takes; return `session <id>`. Those that were opened in vain stay empty."""
        while True:
            answer = await self._post("sessions", {})
            if answer is not None and answer.status_code == 201:
                opened = answer.json()
                self.headers = {"Authorization": f"Bearer {opened['token']}"}
                return f"session {opened['sessionId']}"
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)) if answer is not None else 0.3)

    async def say(self, text: str, message_id: str) -> Said:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        tries = 0
        while True:
            tries += 1
            answer = await self._post("messages", {**self.fields, "text": text, "messageId": message_id})
            if answer is not None and answer.status_code == 200:
                break
            await asyncio.sleep(0.3)
        messages = answer.json()["messages"]
        return Said(
            text=text,
            acknowledged=True,
            tries=tries,
            seconds=loop.time() - began_s,
            reply=tuple((message["id"], message["text"]) for message in messages),
        )

    async def listen(self, streamed: list[str]) -> None:
        """Follow the stream, from the last message on each time, until cancelled."""
        while True:
            headers = {**self.headers, **({"Last-Event-ID": streamed[-1]} if streamed else {})}
            try:
                async with self._client.stream(
                    "GET", "/chat/soak/events", headers=headers, params=self.fields, timeout=STREAM_SILENT_S
                ) as stream:
                    event = ""
                    async for line in stream.aiter_lines():
                        if line.startswith("event: "):
                            event = line.removeprefix("event: ")
                        elif line.startswith("data: ") and event == "message":
                            streamed.append(json.loads(line.removeprefix("data: "))["id"])
            except httpx2.TransportError:
                self._turn += 1
            await asyncio.sleep(1.0)

    async def _post(self, path: str, body: dict[str, str]) -> httpx2.Response | None:
        """Post to the server at hand; None, and the other one from now on, when there is no good answer."""
        try:
            answer = await self._client.post(
                f"/chat/soak/{path}", json=body, headers=self.headers, timeout=PAGE_WAITS_S
            )
        except httpx2.TransportError:
            self._turn += 1
            return None
        if answer.status_code >= 500:
            self._turn += 1
        return answer

    @property
    def _client(self) -> httpx2.AsyncClient:
        return self._clients[self._turn % len(self._clients)]


def crowd(phones: int, visitors: int, named: int) -> list[Person]:
    """Make everybody; every second one on the web listens to a stream."""
    people = [Person(channel="sms", external_id=f"+1555{number:07}") for number in range(1000, 1000 + phones)]
    people += [Person(channel="chat", external_id="") for _ in range(visitors)]
    people += [Person(channel="chat", external_id=f"named {number}") for number in range(named)]
    for number, person in enumerate(people):
        if person.channel == "chat" and number % 2:
            person.streamed = []
    return people
