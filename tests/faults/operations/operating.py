"""People who talk to a deployment while something is done to it, and the account of it: what was lost, doubled, late.

Phones and pages send a message again, with the same id, until it is answered. Every conversation is judged against its
model at the end, as in the soak.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.faults.operations.observing import Line, Observation, Seen, observing
from tests.faults.soak.conversation_checks import Verdict, judge, table
from tests.faults.soak.database_state import read_conversations, unsettled, until_settled
from tests.faults.soak.deployment import Deployment, Member
from tests.faults.soak.people import Person, Talk, crowd, phone, report, visitor, ways_to
from tests.stand_ins.twilio import TwilioStandIn

PHONES, VISITORS, NAMED = 8, 4, 4
PACE_S = 4.0  # faster than thirty messages a minute is no person: the flood bound would stop the replies
BEFORE_S, AFTER_S = 3.0, 4.0  # people talk, and nothing is wrong
CALM_S = 150.0  # within which everything is settled, or never
SHOWN = 40
SCALED = "tests.faults.scaled_botflow"
LOST = ("lost", "reply missing", "message to another number missing", "a wait that never ended", "queue not empty")
DOUBLED = ("doubled inbound", "reply doubled", "message to another number doubled", "never said")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What came of it. `trouble_s`: when the trouble began and ended; `settled_s`: how long the rest took after it."""

    verdict: Verdict
    people: list[Person]
    seen: Observation
    trouble_s: tuple[float, float]
    settled_s: float
    left: tuple[int, int, int]
    exits: Mapping[str, list[int]]
    violations: list[str]

    @property
    def sent(self) -> int:
        return sum(len(person.said) for person in self.people)

    @property
    def answered(self) -> int:
        return sum(said.acknowledged for person in self.people for said in person.said)

    @property
    def lost(self) -> int:
        return sum(self.verdict.wrong[what] for what in LOST) + self.sent - self.answered

    @property
    def doubled(self) -> int:
        return sum(self.verdict.wrong[what] for what in DOUBLED)

    @property
    def longest_s(self) -> float:
        return max(said.seconds for person in self.people for said in person.said)

    def of_the_trouble(self, lines: list[Line]) -> list[Line]:
        """Return those of the lines that were written while it lasted, or in the five seconds after it."""
        return [line for line in lines if self.trouble_s[0] <= line.at_s <= self.trouble_s[1] + 5.0]

    def print(self, title: str) -> None:
        """Print the account, with the times relative to the beginning of the trouble."""
        tries = sum(said.tries for person in self.people for said in person.said)
        waits_s = sorted(said.seconds for person in self.people for said in person.said)
        rows: dict[str, object] = {
            "messages": f"{self.sent} sent, in {tries} tries; {self.answered} answered",
            "lost": self.lost,
            "doubled": self.doubled,
            "late": f"longest wait {self.longest_s:.1f} s, half within {waits_s[len(waits_s) // 2]:.2f} s",
            "trouble": f"{self.trouble_s[1] - self.trouble_s[0]:.1f} s; all was settled {self.settled_s:.1f} s later",
            "turns": f"{self.verdict.counts['turns']}, {self.verdict.counts['fired']} of them timers",
            "wrong": dict(self.verdict.wrong) or 0,
            "exits": {name: codes for name, codes in self.exits.items() if codes} or "none",
            "lines of the logs": ", ".join(f"{name} {times}" for name, times in sorted(self.seen.told().items())),
        }
        print(f"\n{title}\n{table(rows)}")
        self._print_changes("/readyz", self.seen.ready)
        self._print_changes("/metrics", self.seen.servers)
        print("  log")
        written: Counter[tuple[str, str, str]] = Counter()
        for line in self.seen.lines():
            written[line.member, line.event, line.cause] += 1
            if written.total() <= SHOWN and written[line.member, line.event, line.cause] <= 2:
                facts = {
                    name: value for name, value in line.facts.items() if name in ("cause", "hint", "error", "away_s")
                }
                print(f"    {line.at_s - self.trouble_s[0]:+6.1f} s  {line.member} {line.event} {facts or ''}")
        for finding in self.verdict.findings[:20]:
            print(f"    {finding[:500]}")

    def check(self) -> None:
        """Nothing was lost, doubled or wrong, and everything went on by itself."""
        assert self.verdict.wrong == Counter()
        assert (self.lost, self.doubled) == (0, 0)
        assert self.answered == self.sent
        assert self.left == (0, 0, 0)
        assert self.violations == []

    def check_causes(self, server: str = "database") -> None:
        """A process says that a server is away, and why, once for each outage and not with every failing call, and then
        that it is back. A trouble may be several outages, with a moment between them in which the server answers."""
        lines = self.of_the_trouble(self.seen.lines())
        back = Counter((line.member, line.event) for line in self.seen.lines() if line.event.endswith("_back"))
        repeated = {
            (member, event, cause): times
            for (member, event, cause), times in Counter(
                (line.member, line.event, line.cause) for line in lines if line.cause
            ).items()
            if times > max(1, back[member, event.replace("_away", "_back")])
        }
        assert repeated == {}, repeated
        away = {line.member for line in lines if line.event == f"{server}_away"}
        assert away, f"no process says that the {server} is away"
        assert away <= {member for member, event in back if event == f"{server}_back"}

    def _print_changes(self, title: str, changes: list[Seen]) -> None:
        print(f"  {title}")
        for seen in changes[:SHOWN]:
            print(f"    {seen.at_s - self.trouble_s[0]:+6.1f} s  {seen.member} {seen.said}")


async def operate(
    deployment: Deployment,
    twilio: TwilioStandIn,
    url: str,
    trouble: Callable[[], Awaitable[None]],
    *,
    without: Sequence[Member] = (),
) -> Account:
    """Start the deployment, let people talk before, during and after the trouble, and judge every conversation. The
    trouble starts those `without` whom it begins."""
    people = crowd(PHONES, VISITORS, NAMED)
    loop = asyncio.get_running_loop()
    async with (
        deployment.running(without=without),
        ways_to(deployment.webs) as clients,
        observing(deployment.members) as seen,
    ):
        began_s = loop.time()
        talk = Talk(clients, twilio, seed="operation", pace_s=PACE_S, retries=math.inf)
        everybody = [asyncio.create_task(report(talk))]
        pages = [person for person in people if person.channel == "chat"]
        everybody += [asyncio.create_task(visitor(talk, person)) for person in pages]
        phones = [asyncio.create_task(phone(talk, person)) for person in people if person.channel == "sms"]
        try:
            await asyncio.sleep(BEFORE_S)
            first_s = loop.time() - began_s
            await trouble()
            last_s = loop.time() - began_s
            await asyncio.sleep(AFTER_S)
            talk.over.set()
            async with asyncio.timeout(CALM_S):
                await asyncio.gather(*phones, *(page.is_done.wait() for page in pages))
            with suppress(TimeoutError):
                async with asyncio.timeout(CALM_S):
                    await until_settled(url)
            settled_s = loop.time() - began_s - last_s
            await asyncio.sleep(6.0)  # a quiet stream looks every five seconds
            left = await unsettled(url)
            for task in everybody:
                assert not task.done(), task.exception()
        finally:
            for task in (*everybody, *phones):
                task.cancel()
            await asyncio.gather(*everybody, *phones, return_exceptions=True)
    verdict = judge(people, await read_conversations(url), twilio.messages())
    return Account(
        verdict=verdict,
        people=people,
        seen=seen,
        trouble_s=(first_s, last_s),
        settled_s=settled_s,
        left=left,
        exits={member.name: member.exits for member in deployment.members},
        violations=twilio.violations,
    )
