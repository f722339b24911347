"""What goes wrong during a soak, drawn from one seed: deaths, stops, databases that end, answers that get lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from tests.faults.soak.deployment import Deployment, Member
from tests.servers import Server, restart_postgres, start_valkey
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn
from tests.stand_ins.twilio_http import Fault

LONGEST_STOP_S = 15.0
LONGEST_OUTAGE_S = 3.0
SLOW_MODEL_MS = 9_000  # longer than a webhook may take, so the reply goes out over REST
SEND_FAULTS: tuple[Fault, ...] = (
    *("throttled", "error", "reset", "hang", "garbage"),
    *("lost", "garbled", "late", "crashed"),
)
Kind = Literal["kill", "stop", "postgres", "redis killed", "redis frozen", "redis emptied", "send", "slow model"]
WEIGHTS: dict[Kind, int] = {
    "kill": 6,
    "stop": 4,
    "postgres": 2,
    "redis killed": 1,
    "redis frozen": 1,
    "redis emptied": 1,
    "send": 4,
    "slow model": 1,
}


class Trouble:
    """Makes trouble for a while, several kinds at once, and heals everything at the end.

    `happened` counts what was done, `lines` says when.
    """

    def __init__(
        self,
        deployment: Deployment,
        *,
        postgres: Server,
        valkey: Server,
        twilio: TwilioStandIn,
        openai: OpenAIStandIn,
        dice: random.Random,
    ) -> None:
        self.happened: Counter[str] = Counter()
        self.lines: list[str] = []
        self._deployment = deployment
        self._postgres = postgres
        self._valkey = valkey
        self._twilio = twilio
        self._openai = openai
        self._dice = dice
        self._database = asyncio.Lock()
        self._cache = asyncio.Lock()
        self._began_s = 0.0

    async def make(self, seconds: float, *, pause_s: tuple[float, float]) -> None:
        """Draw a trouble, pause for somewhere within `pause_s`, and so on; return when all of it is over."""
        loop = asyncio.get_running_loop()
        self._began_s = loop.time()
        kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
        async with asyncio.TaskGroup() as troubles:
            while loop.time() - self._began_s < seconds:
                await asyncio.sleep(self._dice.uniform(*pause_s))
                [kind] = self._dice.choices(kinds, weights)
                troubles.create_task(self._one(kind)())
        for member in self._deployment.members:
            member.thaw()

    def _one(self, kind: Kind) -> Callable[[], Coroutine[Any, Any, None]]:
        """Draw the details now, in the order of the seed, whenever they happen."""
        member = self._dice.choice(self._deployment.members)
        stop_s = self._dice.uniform(1.0, LONGEST_STOP_S)
        outage_s = self._dice.uniform(0.3, LONGEST_OUTAGE_S)
        fault = self._dice.choice(SEND_FAULTS)
        match kind:
            case "kill":
                return lambda: self._kill(member)
            case "stop":
                return lambda: self._stop(member, stop_s)
            case "postgres":
                return lambda: self._crash_postgres(outage_s)
            case "redis killed":
                return lambda: self._kill_redis(outage_s)
            case "redis frozen":
                return lambda: self._freeze_redis(outage_s)
            case "redis emptied":
                return self._empty_redis
            case "send":
                return lambda: self._spoil_a_send(fault)
            case "slow model":
                return lambda: self._slow_model(outage_s)

    def _note(self, what: str, detail: str = "") -> None:
        self.happened[what] += 1
        at_s = asyncio.get_running_loop().time() - self._began_s
        self.lines.append(f"{at_s:6.1f} s  {what} {detail}".rstrip())

    async def _kill(self, member: Member) -> None:
        self._note("kill -9", member.name)
        member.kill()

    async def _stop(self, member: Member, seconds: float) -> None:
        if member.is_frozen or not member.runs:
            return
        self._note("SIGSTOP", f"{member.name} for {seconds:.1f} s")
        member.freeze()
        await asyncio.sleep(seconds)
        member.thaw()

    async def _crash_postgres(self, seconds: float) -> None:
        async with self._database:
            self._note("Postgres immediate stop", f"for {seconds:.1f} s")
            await asyncio.to_thread(self._postgres.crash)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(restart_postgres, self._postgres)

    async def _kill_redis(self, seconds: float) -> None:
        async with self._cache:
            self._note("Redis killed", f"for {seconds:.1f} s")
            await asyncio.to_thread(self._valkey.kill)
            await asyncio.sleep(seconds)
            again = await asyncio.to_thread(start_valkey, port=self._valkey.port)
            self._valkey.process = again.process

    async def _freeze_redis(self, seconds: float) -> None:
        async with self._cache:
            self._note("Redis frozen", f"for {seconds:.1f} s")
            self._valkey.freeze()
            await asyncio.sleep(seconds)
            self._valkey.thaw()

    async def _empty_redis(self) -> None:
        patient = Retry(ConstantBackoff(0.2), retries=50)  # it may be starting again, or have much to catch up with
        async with self._cache, Redis.from_url(self._valkey.url, retry=patient) as client:
            self._note("Redis emptied")
            await client.flushall()

    async def _spoil_a_send(self, fault: Fault) -> None:
        self._note(f"send {fault}")
        self._twilio.script(fault)

    async def _slow_model(self, seconds: float) -> None:
        self._note("slow model", f"for {seconds:.1f} s")
        usual_ms, self._openai.ms = self._openai.ms, SLOW_MODEL_MS
        await asyncio.sleep(seconds)
        self._openai.ms = min(usual_ms, SLOW_MODEL_MS)
