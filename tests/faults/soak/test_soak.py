"""The soak: a crowd talks for a while over two servers and two workers, and everything under them breaks.

BOTFLOW_TEST_SOAK_SECONDS says for how long trouble is made (a short while unless it is set), BOTFLOW_TEST_SOAK_SEED
which. Nothing may be lost, doubled or out of order; what lies in the one window in which a provider cannot be asked is
counted.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import orjson
import psycopg

from botflow.storage.migrations.upgrade import migrate
from tests.conftest import database_url
from tests.faults.soak.conversation_checks import Verdict, judge, table
from tests.faults.soak.database_state import read_conversations, unsettled, until_settled
from tests.faults.soak.deployment import Deployment
from tests.faults.soak.injected_faults import Trouble
from tests.faults.soak.people import Person, Talk, crowd, phone, report, visitor, ways_to
from tests.faults.soak.runs import Starter, judge_runs, start_runs
from tests.servers import start_postgres, start_valkey
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

SECONDS = float(os.environ.get("BOTFLOW_TEST_SOAK_SECONDS", "0"))
SEED = os.environ.get("BOTFLOW_TEST_SOAK_SEED", "") or secrets.token_hex(4)
SHORT_S = 24.0
PACE_S = 4.0
PHONES, VISITORS, NAMED = (100, 60, 40) if SECONDS else (60, 36, 24)
STARTERS = 6
PAUSES_S = (0.5, 5.0) if SECONDS else (1.0, 3.5)  # ten troubles or so, also in a short run
CALM_S = 240.0  # all that is unknown is asked for after half a minute, and what is missing then is sent
MODEL_MS = 150.0


async def test_a_crowd_talks_while_everything_breaks(tmp_path: Path) -> None:
    people = crowd(PHONES, VISITORS, NAMED)
    starters = [Starter(name=f"server {number}") for number in range(STARTERS)]
    with (
        start_postgres(fsync=True) as postgres,
        start_valkey() as valkey,
        TwilioStandIn() as twilio,
        OpenAIStandIn(ms=MODEL_MS) as openai,
    ):
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE botflow")
        url = database_url(postgres, "botflow")
        migrate(url)
        environment = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_REDIS_URL": valkey.url}
        deployment = Deployment({**environment, **twilio.environment, **openai.environment}, tmp_path)
        trouble = Trouble(
            deployment, postgres=postgres, valkey=valkey, twilio=twilio, openai=openai, dice=random.Random(SEED)
        )
        async with deployment.running(), ways_to(deployment.webs) as clients:
            talk = Talk(clients, twilio, seed=SEED, pace_s=PACE_S)
            calm_s = await _talk_through(talk, people, starters, trouble, deployment, url)
            left = await unsettled(url)
        conversations = await read_conversations(url)
        verdict = judge(people, conversations, twilio.messages())
        await judge_runs(verdict, starters, url)
    (tmp_path / "trouble.log").write_text("\n".join(trouble.lines))
    _print(people, trouble, deployment, verdict, calm_s, twilio, openai)
    assert not verdict.wrong, "\n".join(verdict.findings[:40])
    assert left == (0, 0, 0)
    assert not twilio.violations
    assert not openai.violations


async def _talk_through(
    talk: Talk,
    people: list[Person],
    starters: list[Starter],
    trouble: Trouble,
    deployment: Deployment,
    url: str,
) -> float:
    """Let everybody talk while trouble is made; then wait until all is settled, and return how long that took."""
    reporting = asyncio.create_task(report(talk))
    listeners = [asyncio.create_task(visitor(talk, person)) for person in people if person.channel == "chat"]
    running = [asyncio.create_task(start_runs(talk, starter)) for starter in starters]
    phones = [asyncio.create_task(phone(talk, person)) for person in people if person.channel == "sms"]
    try:
        await trouble.make(SECONDS or SHORT_S, pause_s=PAUSES_S)
        talk.over.set()
        await deployment.ready()
        began_s = time.monotonic()
        pages = [person for person in people if person.channel == "chat"]
        await asyncio.gather(*phones, *running, *(page.is_done.wait() for page in pages))
        with suppress(TimeoutError):
            async with asyncio.timeout(CALM_S):
                await until_settled(url)
        calm_s = time.monotonic() - began_s
        await asyncio.sleep(6.0)  # a quiet stream looks every five seconds; and whatever would come twice has come
        for task in (*listeners, reporting):
            assert not task.done(), task.exception()
        return calm_s
    finally:
        everybody = (*listeners, *phones, *running, reporting)
        for task in everybody:
            task.cancel()
        await asyncio.gather(*everybody, return_exceptions=True)


def _print(
    people: list[Person],
    trouble: Trouble,
    deployment: Deployment,
    verdict: Verdict,
    calm_s: float,
    twilio: TwilioStandIn,
    openai: OpenAIStandIn,
) -> None:
    waits_s = sorted(said.seconds for person in people for said in person.said)
    wrong = verdict.wrong
    doubled = wrong["reply doubled"] + wrong["message to another number doubled"]
    ambiguous = sum(trouble.happened[f"send {fault}"] for fault in ("lost", "garbled", "late", "crashed"))
    rows: dict[str, object] = {
        "seed": SEED,
        "conversations": len(people),
        "trouble": ", ".join(f"{what} {times}" for what, times in sorted(trouble.happened.items())),
        "starts that found no database": sum(len(member.exits) for member in deployment.members),
        **verdict.counts,
        "T1 lost": f"{wrong['lost']} of {verdict.counts['acknowledged']} acknowledged",
        "T2 turns - ids": wrong["doubled inbound"] + wrong["never said"],
        "T3 inversions": wrong["out of order"],
        "T6 missing": wrong["reply missing"] + wrong["message to another number missing"],
        "T6 out of order": wrong["replies out of order"],
        "T7 duplicates / ambiguous sends": f"{doubled} / {ambiguous} (Twilio could tell)",
        "T8 fired = due": f"{verdict.counts['fired']} = {verdict.counts['due']}, early {wrong['fired early']}",
        "model calls": openai.calls,
        "waits (s)": f"p50 {waits_s[len(waits_s) // 2]:.2f}, p99 {waits_s[len(waits_s) * 99 // 100]:.1f},"
        f" longest {waits_s[-1]:.1f}",
        "until all was settled (s)": f"{calm_s:.1f}",
        "said by the logs": ", ".join(f"{event} {times}" for event, times in _logged(deployment).most_common(24)),
        "wrong": dict(verdict.wrong) or 0,
    }
    print(f"\nThe soak\n{table(rows)}")
    for finding in verdict.findings[:40]:
        print(f"    {finding[:600]}")


def _logged(deployment: Deployment) -> Counter[str]:
    """Count the events of warning and above in the logs."""
    counted: Counter[str] = Counter()
    for member in deployment.members:
        for line in member.log.read_text(errors="replace").splitlines():
            if line.startswith("{") and line.endswith("}"):  # a process may die while it writes one
                entry = orjson.loads(line)
                if entry["level"] != "info" and entry["logger"].startswith("botflow"):
                    counted[entry["event"] + (" with a trace" if "exception" in entry else "")] += 1
    return counted
