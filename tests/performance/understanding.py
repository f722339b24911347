"""What the built-in model understands, with the extra `understanding` and without it; its times, memory and size.

    .venv/bin/python -m tests.performance.understanding [FILE.json]

FILE.json holds another bot: {"routes": [{"id", "description", "examples"}], "tests": [{"text", "route"}]}, and perhaps
the same below a language's name; `route` is null for a message that is not for the bot. Without it: the shop of
tests/runtime/offline_model, whose utterances no router was tuned on.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import orjson

from botflow.engine.asks import Choice
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.embeddings import Embeddings, load_embeddings
from botflow.runtime.offline_model.routing.router import Router
from botflow.runtime.offline_model.routing.router_cache import RouterCache
from botflow.runtime.offline_model.routing.trained_router import TrainedRouter
from tests.runtime.offline_model.utterances import Bot, bots, outcome_of, shop

ROUTES, EXAMPLES = 15, 10
ROUNDS = 20
BEAT_S = 0.001
OUT_OF_SCOPE = (None, "", "none", "oos", "out_of_scope", "abstain", "fallback")
BROUGHT = (
    "numpy",
    "threadpoolctl",
    "tokenizers",
    "wordllama",
    "safetensors",
    "toml",
    "huggingface-hub",
    "hf-xet",
    "fsspec",
)
ALSO_BROUGHT = ("filelock", "tqdm", "pyyaml")


def main(file: Path | None) -> None:
    for bot in [shop()] if file is None else read(file):
        show(bot)
    vectors = load_embeddings()
    assert vectors is not None, 'install it first: pip install "botflow[understanding]"'
    show_times(vectors)
    in_a_process_of_its_own("show_memory")
    in_a_process_of_its_own("show_pauses")
    show_size()


def read(file: Path) -> list[Bot]:
    content = orjson.loads(file.read_bytes())
    named = {"en": content} | {name: part for name, part in content.items() if isinstance(part, dict)}
    return [bot_of(language, part) for language, part in named.items()]


def bot_of(language: str, part: dict[str, Any]) -> Bot:
    choices = tuple(
        Choice(handle=route["id"], description=route.get("description", ""), examples=tuple(route["examples"]))
        for route in part["routes"]
    )
    said = [(test["text"], None if test["route"] in OUT_OF_SCOPE else test["route"]) for test in part["tests"]]
    assert {route for _, route in said} <= {None, *(choice.handle for choice in choices)}
    return Bot(language, language, choices, tuple(said))


def show(bot: Bot) -> None:
    vectors = load_embeddings()
    assert vectors is not None
    print(f"{bot.name}: {len(bot.choices)} routes, {sum(len(one.examples) for one in bot.choices)} examples")
    print("  with the extra ", outcome_of(bot, TrainedRouter(bot.choices, Words(bot.language), vectors)))
    print("  without it     ", outcome_of(bot, Router(bot.choices, Words(bot.language))))


def large() -> tuple[tuple[Choice, ...], list[str]]:
    """Return 15 routes of 10 examples, and messages for them."""
    bot = max(bots(), key=lambda bot: len(bot.choices))
    spare: dict[str, list[str]] = {}
    for text, route in bot.utterances:
        spare.setdefault(route or "", []).append(text)
    choices = tuple(
        Choice(
            handle=one.handle,
            description=one.description,
            examples=(*one.examples, *spare[one.handle])[:EXAMPLES],
        )
        for one in bot.choices[:ROUTES]
    )
    return choices, [text for text, _ in bot.utterances]


def show_times(vectors: Embeddings) -> None:
    choices, texts = large()
    words = Words("en")
    training = [timed(lambda: TrainedRouter(choices, words, vectors)) for _ in range(ROUNDS)]
    router = TrainedRouter(choices, words, vectors)
    texts = [f"{text} right now" for text in texts]  # so that none is an example
    choosing = [timed(lambda text=text: router.choose(text)) for _ in range(ROUNDS) for text in texts]  # type: ignore[misc]
    hostile = [timed(lambda: router.choose("ab " * 200_000)) for _ in range(ROUNDS)]
    examples = sum(len(one.examples) for one in choices)
    print(f"training {len(choices)} routes with {examples} examples: {spread(training)}")
    print(f"choosing a route: {spread(choosing)}; of 600,000 characters: {spread(hostile)}")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def spread(times_ms: list[float]) -> str:
    return f"median {statistics.median(times_ms):.2f} ms, p99 {statistics.quantiles(times_ms, n=100)[98]:.2f} ms"


def in_a_process_of_its_own(name: str) -> None:
    subprocess.run([sys.executable, "-c", f"from tests.performance.understanding import {name}; {name}()"], check=True)


def show_memory() -> None:
    choices, texts = large()
    Router(choices, Words("en"))
    before = resident_mb()
    vectors = load_embeddings()
    assert vectors is not None
    router = TrainedRouter(choices, Words("en"), vectors)
    for text in texts:
        router.choose(text)
    print(f"memory: {resident_mb() - before:.1f} MB more than without the extra, one set of routes learnt")


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000


def show_pauses() -> None:
    asyncio.run(_show_pauses())


async def _show_pauses() -> None:
    """Show how long the event loop stands still at most while the first routes of a process are learnt in a thread."""
    choices, _ = large()
    began = time.perf_counter()
    learning = asyncio.create_task(RouterCache().get(choices, "en"))
    longest = 0.0
    while not learning.done():
        beat = time.perf_counter()
        await asyncio.sleep(BEAT_S)
        longest = max(longest, time.perf_counter() - beat - BEAT_S)
    took = time.perf_counter() - began
    print(f"the first routes of a process: {took * 1000:.0f} ms, in a thread")
    print(f"the event loop paused for at most {longest * 1000:.0f} ms meanwhile")


def show_size() -> None:
    sizes = {name: sum(file.size or 0 for file in distribution(name).files or ()) for name in (*BROUGHT, *ALSO_BROUGHT)}
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:4]
    print(
        f"install size: {sum(sizes.values()) / 1e6:.0f} MB in {len(sizes)} packages "
        f"({', '.join(f'{name} {size / 1e6:.0f}' for name, size in largest)})"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
