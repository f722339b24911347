"""`make bench`: what a turn costs, beside a reference that is written by hand.

On real Postgres (fsync on) and real Redis, one server process, blocks of both servers in turn: on a machine that does
other things too, only the ratios of neighbouring blocks mean something. `--quick` takes a minute, `--json FILE` keeps
every figure.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.operations.pgbouncer import pooled
from tests.performance import lean, server
from tests.performance.load import CYCLE, Block, Load, load_process
from tests.performance.meter import PRELOADED, Meter
from tests.performance.server import UnderTest
from tests.servers import start_postgres, start_valkey

MODEL_MS = 300
GROWTH_PEOPLE = 32
MARKS = (10, 50, 100, 1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to measure: pairs of blocks, the seconds of one, and rounds over the marks of growth."""

    pairs: int
    block_s: float
    rounds: int
    marks: tuple[int, ...]


WHOLE = Plan(pairs=3, block_s=3.0, rounds=4, marks=MARKS)
QUICK = Plan(pairs=1, block_s=1.5, rounds=1, marks=MARKS[:3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One block, per turn; times in milliseconds, sizes in bytes."""

    turns_per_s: float
    server_ms: float
    postgres_ms: float
    redis_ms: float
    load_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    wal: float
    database: float


class Subject:
    """A server under test with its meter and load."""

    def __init__(self, under_test: UnderTest, meter: Meter, load: Load) -> None:
        self.name = under_test.name
        self.ready_s = under_test.ready_s
        self.turns_per_s = 300.0  # a first guess, for how many turns fill a block
        self._port = under_test.port
        self._meter = meter
        self._load = load
        self._blocks = 0

    def measure(self, people: int, turns: int, *, group: str = "", skipped: int = 0) -> Cost:
        """Let `people` take `turns` each; a `group` grows old together, else everybody is new."""
        before = self._meter.read()
        outcome = self._load.play(self._block(people, turns, group, skipped))
        used = self._meter.read().since(before)
        count, waits = len(outcome.waits_ms), outcome.waits_ms
        return Cost(
            turns_per_s=count / outcome.seconds,
            server_ms=used.server_s * 1000 / count,
            postgres_ms=used.postgres_s * 1000 / count,
            redis_ms=used.redis_s * 1000 / count,
            load_ms=outcome.cpu_s * 1000 / count,
            p50_ms=waits[count // 2],
            p95_ms=waits[count * 95 // 100],
            p99_ms=waits[count * 99 // 100],
            wal=used.wal / count,
            database=used.database / count,
        )

    def fill(self, people: int, seconds: float) -> Cost:
        """Measure a block of about this length."""
        cost = self.measure(people, max(len(CYCLE), round(self.turns_per_s * seconds / people)))
        self.turns_per_s = cost.turns_per_s
        return cost

    def statements(self, people: int) -> float:
        """Return the database's round trips per turn, the background's included."""
        turns = max(len(CYCLE), round(self.turns_per_s / people))
        with self._meter.counting() as counted:
            self._load.play(self._block(people, turns, "", 0))
        return counted[0] / (people * turns)

    def pass_by(self, people: int, turns: int, group: str, skipped: int) -> None:
        """Let a group grow older without measuring it."""
        if turns:
            self._load.play(self._block(people, turns, group, skipped))

    def _block(self, people: int, turns: int, group: str, skipped: int) -> Block:
        self._blocks += 1
        name = group or f"{self.name}-{self._blocks}"
        return Block(port=self._port, name=name, people=people, turns=turns, skipped=skipped, fresh=not group)


class Bench:
    """Opens what is needed, measures by the plan, and prints as it goes."""

    def __init__(self, plan: Plan, stack: ExitStack) -> None:
        self.plan = plan
        self.results: dict[str, object] = {}
        self.console = Console(width=150)
        self._stack = stack
        self._load = stack.enter_context(load_process())
        self._postgres = stack.enter_context(start_postgres(fsync=True, preload=PRELOADED))
        self._redis = stack.enter_context(start_valkey())

    def subjects(self, model_url: str = "") -> tuple[Subject, Subject]:
        """Start both servers: the reference, and botflow."""
        both = (
            self._stack.enter_context(server.reference(self._postgres, model_url=model_url)),
            self._stack.enter_context(server.botflow(self._postgres, self._redis, model_url=model_url)),
        )
        reference, botflow = (Subject(each, self._meter(each), self._load) for each in both)
        return reference, botflow

    def pooled(self) -> tuple[str, tuple[Subject, Subject]]:
        """Start botflow beside itself behind pgbouncer in session mode; return what the pooler is, and both."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # pgbouncer runs as nobody
        port = int(self._postgres.url.rpartition(":")[2].partition("/")[0])
        pooler = self._stack.enter_context(pooled(folder, port, "postgres", mode="session", ignores_options=True))
        both = (
            self._stack.enter_context(server.botflow(self._postgres, self._redis)),
            self._stack.enter_context(server.botflow(self._postgres, self._redis, pooler_port=pooler.port)),
        )
        direct, through = (Subject(each, self._meter(each), self._load) for each in both)
        return pooler.name, (direct, through)

    def compare(self, title: str, subjects: tuple[Subject, Subject], people: tuple[int, ...]) -> None:
        """Print what a turn costs both, for so many people at once."""
        table = costs_table(title)
        for count in people:
            for subject in subjects:
                subject.fill(count, self.plan.block_s / 3)  # warm, and how many turns fill a block
            pairs = [[subject.fill(count, self.plan.block_s) for subject in subjects] for _ in range(self.plan.pairs)]
            for subject, costs in zip(subjects, zip(*pairs, strict=True), strict=True):
                trips = subject.statements(count)
                add_costs(table, f"{count:>2}  {subject.name}", median(costs), trips)
                self.results[f"{title} / {count} / {subject.name}"] = [asdict(cost) for cost in costs]
            speed = spread([own.turns_per_s / reference.turns_per_s for reference, own in pairs])
            cpu = spread([own.server_ms / reference.server_ms for reference, own in pairs])
            table.add_row("    ratio", speed, cpu, end_section=True)
        self.console.print(table)

    def grow(self, subject: Subject) -> None:
        """Print what a turn costs a session that has had so many already; young and old ones are measured in turn."""
        costs: dict[int, list[Cost]] = {mark: [] for mark in self.plan.marks}
        width = len(CYCLE)  # a window holds every turn of the cycle as often
        oldest = max(self.plan.marks)
        reached = oldest - width * self.plan.rounds // 2
        subject.pass_by(GROWTH_PEOPLE, reached, "old", 0)
        for turn in range(self.plan.rounds):
            for mark in self.plan.marks:
                group, skipped = f"young-{turn}-{mark}", mark - width // 2
                if mark == oldest:
                    group, skipped = "old", reached + turn * width
                else:
                    subject.pass_by(GROWTH_PEOPLE, skipped, group, 0)
                costs[mark].append(subject.measure(GROWTH_PEOPLE, width, group=group, skipped=skipped))
        table = costs_table(
            f"The cost of one session's turn, by how many it has had ({GROWTH_PEOPLE} sessions at once)"
        )
        for mark, blocks in costs.items():
            add_costs(table, f"turn {mark}", median(blocks), None)
            self.results[f"growth / {mark}"] = [asdict(cost) for cost in blocks]
        young, old = costs[50], costs[oldest]
        ratios = [[measure(b) / measure(a) for a, b in zip(young, old, strict=True)] for measure in (_speed, _cpu)]
        table.add_row(f"ratio {oldest} to 50", *map(spread, ratios))
        self.console.print(table)

    def weigh(self, subject: Subject) -> None:
        packages, megabytes = lean.base_install()
        import_s = lean.import_s()
        with server.botflow(self._postgres, self._redis, again=True) as warm:
            ready_s = warm.ready_s
        self.console.print("[bold]Lean[/]")
        self.console.print(
            f"import botflow: {import_s * 1000:.0f} ms; base install: {packages} packages, {megabytes:.0f} MB"
        )
        self.console.print(
            f"from the command to ready: {ready_s:.2f} s, and {subject.ready_s:.2f} s with an empty database to migrate"
        )
        self.results["lean"] = {
            "import_s": import_s,
            "packages": packages,
            "megabytes": megabytes,
            "ready_s": ready_s,
            "first_ready_s": subject.ready_s,
        }

    def _meter(self, under_test: UnderTest) -> Meter:
        meter = Meter(
            server_pid=under_test.pid, postgres=self._postgres, redis=self._redis, database=under_test.database
        )
        self._stack.callback(meter.close)
        return meter


def _speed(cost: Cost) -> float:
    return cost.turns_per_s


def _cpu(cost: Cost) -> float:
    return cost.server_ms


def median(costs: list[Cost] | tuple[Cost, ...]) -> Cost:
    """Return the median of every figure by itself."""
    return Cost(**{name: statistics.median(asdict(cost)[name] for cost in costs) for name in asdict(costs[0])})


def spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]"


def costs_table(title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for heading in (
        "turns/s",
        "CPU ms",
        "PG ms",
        "Redis ms",
        "load ms",
        "p50 ms",
        "p95",
        "p99",
        "trips",
        "WAL B",
        "DB B",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def add_costs(table: Table, name: str, cost: Cost, trips: float | None) -> None:
    times = (f"{value:.3f}" for value in (cost.server_ms, cost.postgres_ms, cost.redis_ms, cost.load_ms))
    waits = (f"{value:.1f}" for value in (cost.p50_ms, cost.p95_ms, cost.p99_ms))
    counted = f"{trips:.2f}" if trips is not None else ""
    table.add_row(
        name, f"{cost.turns_per_s:,.0f}", *times, *waits, counted, f"{cost.wal:,.0f}", f"{cost.database:,.0f}"
    )


def timed(part: Callable[[], None], console: Console) -> None:
    began = time.monotonic()
    part()
    console.print(f"({time.monotonic() - began:.0f} s)\n", style="dim")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one pair of short blocks, no long session")
    parser.add_argument("--pgbouncer", action="store_true", help="compare with pgbouncer in session mode, nothing else")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every block's figures there")
    arguments = parser.parse_args()
    for name in ("BOTFLOW_TEST_DATABASE_URL", "BOTFLOW_TEST_REDIS_URL"):
        os.environ.pop(name, None)  # a server whose processes we cannot see cannot be measured
    with ExitStack() as stack:
        bench = Bench(QUICK if arguments.quick else WHOLE, stack)
        if arguments.pgbouncer:
            name, both = bench.pooled()
            timed(lambda: bench.compare(f"Directly, and through {name}", both, (1, 16, 64)), bench.console)
            return
        bench.console.print("[bold]One order conversation after the other[/], every reply checked; per turn, medians\n")
        both = bench.subjects()
        timed(lambda: bench.compare("People at once", both, (1, 16, 64)), bench.console)
        timed(lambda: bench.grow(both[1]), bench.console)
        model_url = stack.enter_context(server.model(MODEL_MS))
        slow = bench.subjects(model_url)
        timed(lambda: bench.compare(f"With a model that takes {MODEL_MS} ms", slow, (64,)), bench.console)
        timed(lambda: bench.weigh(both[1]), bench.console)
        if arguments.json:
            arguments.json.write_text(json.dumps(bench.results, indent=1))


if __name__ == "__main__":
    main()
