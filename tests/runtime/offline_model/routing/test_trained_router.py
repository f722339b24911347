"""The router that the extra `understanding` brings: what it understands, and what must hold for every set of routes."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog

from botflow.engine.asks import AskModel, Choice
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing import embeddings, router_cache, trained_router
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.embeddings import Embeddings, load_embeddings
from botflow.runtime.offline_model.routing.router import Router
from botflow.runtime.offline_model.routing.router_cache import RouterCache, learn
from botflow.runtime.offline_model.routing.trained_router import TrainedRouter
from tests.runtime.offline_model.utterances import Bot, Outcome, bots, outcome_of, shop

PARCEL = Choice(handle="parcel", description="where the parcel is", examples=("where is my parcel", "is it sent"))
MONEY = Choice(handle="refund", description="money back", examples=("I want my money back", "refund please"))
TWO = (PARCEL, MONEY)


def loaded() -> Embeddings:
    found = load_embeddings()
    assert found is not None, "the extra `understanding` is not installed"
    return found


def trained(choices: Sequence[Choice], language: str = "en") -> TrainedRouter:
    return TrainedRouter(choices, Words(language), loaded())


def decided_by_both(bot: Bot) -> tuple[Outcome, Outcome]:
    """Return what the trained router and the word router make of a bot's utterances."""
    with_extra = outcome_of(bot, trained(bot.choices, bot.language))
    return with_extra, outcome_of(bot, Router(bot.choices, Words(bot.language)))


def test_fewer_are_sent_a_wrong_way_and_more_strangers_are_left_alone_than_by_words() -> None:
    pairs = [decided_by_both(bot) for bot in (*bots(), shop())]
    new, old = (sum(outcomes, Outcome()) for outcomes in zip(*pairs, strict=True))
    print(f"trained: {new}\nby words: {old}")
    assert new.wrong / new.meant <= 0.05
    assert new.wrong <= old.wrong / 2
    assert new.left_alone / new.strange >= 0.88
    assert new.left_alone > old.left_alone
    assert new.forced > old.forced


def test_the_words_of_a_message_need_not_be_the_authors_words() -> None:
    router = trained(TWO)
    assert router.choose("has the package been shipped yet?").chosen == "parcel"
    assert router.choose("please reimburse me").chosen == "refund"


def test_a_decision_says_how_sure_it_is_and_what_came_next() -> None:
    clear = trained(TWO).choose("when will the parcel arrive")
    assert (clear.chosen, clear.runner_up) == ("parcel", "refund")
    assert 0.5 < clear.confidence < 1
    unclear = trained(TWO).choose("who won the match last night")
    assert unclear.chosen is None
    assert unclear.runner_up in ("parcel", "refund")
    assert 0.5 <= unclear.confidence < clear.confidence


@pytest.mark.parametrize("text", ["where is my parcel", "WHERE IS MY PARCEL?!", "  where  is my   párcel. "])
def test_an_example_means_its_route_for_certain(text: str) -> None:
    assert trained(TWO).choose(text) == Decision(chosen="parcel", confidence=1.0, runner_up="")


@pytest.mark.parametrize("bot", [*bots(), shop()], ids=lambda bot: bot.name)
def test_every_example_means_its_route_however_it_is_written(bot: Bot) -> None:
    router = trained(bot.choices, bot.language)
    for choice in bot.choices:
        for example in choice.examples:
            for text in (example, example.upper(), f"{example} !!", example.replace("'", "’"), f" {example}\n"):
                assert router.choose(text).chosen == choice.handle, text


def test_examples_that_differ_by_a_sign_or_an_accent_keep_their_routes() -> None:
    pairs = (("C", "C++"), ("papa", "papá"), ("<18", ">18"))
    for one, other in pairs:
        router = trained((Choice(handle="one", examples=(one,)), Choice(handle="other", examples=(other,))))
        assert (router.choose(one).chosen, router.choose(other).chosen) == ("one", "other")
        by_words = Router(
            (Choice(handle="one", examples=(one,)), Choice(handle="other", examples=(other,))), Words("en")
        )
        assert (by_words.choose(one).chosen, by_words.choose(other).chosen) == ("one", "other")


def test_learning_twice_gives_the_same_router() -> None:
    bot = shop()
    first, second = trained(bot.choices), trained(bot.choices)
    for text, _ in bot.utterances:
        assert first.choose(text) == second.choose(text)


def test_many_threads_may_choose_at_once() -> None:
    bot, router = shop(), trained(shop().choices)
    texts = [text for text, _ in bot.utterances]
    alone = [router.choose(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for together in pool.map(lambda _: [router.choose(text) for text in texts], range(8)):
            assert together == alone


@pytest.mark.parametrize("text", ["", " ", "👍", "?!", "\u200b", "\x00", "ё" * 100_000, "a " * 100_000])
def test_any_text_gets_a_decision(text: str) -> None:
    trained(TWO).choose(text)


def test_of_too_many_texts_each_route_keeps_its_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trained_router, "MOST_TEXTS", 6)
    many = tuple(Choice(handle=one.handle, description=one.description, examples=one.examples * 50) for one in TWO)
    router = trained(many)
    assert router.choose("when will the parcel arrive").chosen == "parcel"
    assert router.choose("please reimburse me").chosen == "refund"


def test_texts_of_the_author_may_be_empty_or_without_letters() -> None:
    router = trained((Choice(handle="👍", examples=("👍",)), Choice(handle="_", examples=(" ", "?"))))
    assert router.choose("👍").chosen == "👍"


def test_a_single_route_is_decided_by_words_and_so_are_all_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(learn(TWO, Words("en")), TrainedRouter)
    assert isinstance(learn((PARCEL,), Words("en")), Router)
    monkeypatch.setattr(router_cache, "load_embeddings", lambda: None)
    assert isinstance(learn(TWO, Words("en")), Router)


@pytest.fixture
def forgotten() -> Iterator[None]:
    """The files are looked for anew, now and after the test."""
    load_embeddings.cache_clear()
    yield
    load_embeddings.cache_clear()


@pytest.mark.parametrize("missing", ["numpy", "threadpoolctl", "tokenizers", "wordllama"])
@pytest.mark.usefixtures("forgotten")
def test_without_one_of_its_packages_there_are_no_vectors(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else found(name))
    assert load_embeddings() is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00{}", b"\x03\x00\x00\x00\x00\x00\x00\x00{}}"]
)
@pytest.mark.usefixtures("forgotten")
def test_a_damaged_file_of_vectors_is_told_once(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "weights" / "l2_supercat_256.safetensors"
    damaged.parent.mkdir()
    damaged.write_bytes(content)
    monkeypatch.setattr(embeddings, "_folder", lambda: tmp_path)
    with structlog.testing.capture_logs() as lines:
        assert [load_embeddings(), load_embeddings()] == [None, None]
    assert [line["event"] for line in lines] == ["understanding_unavailable"]


async def test_a_set_of_routes_is_learnt_once_also_by_messages_that_arrive_together() -> None:
    cache = RouterCache()
    together = await asyncio.gather(*(cache.get(TWO, "en") for _ in range(5)))
    assert len(set(map(id, together))) == 1
    same = tuple(Choice(handle=one.handle, description=one.description, examples=one.examples) for one in TWO)
    assert await cache.get(same, "en") is together[0]
    assert await cache.get(same, "de") is not together[0]


async def test_of_too_many_routers_the_longest_unused_one_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router_cache, "MOST_ROUTERS", 2)
    cache = RouterCache()
    first, second = await cache.get(TWO, "en"), await cache.get(TWO, "de")
    assert await cache.get(TWO, "en") is first
    await cache.get(TWO, "es")
    assert await cache.get(TWO, "en") is first
    assert await cache.get(TWO, "de") is not second


async def test_the_event_loop_goes_on_while_routes_are_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    went_on = asyncio.Event()

    def slowly(choices: tuple[Choice, ...], words: Words) -> Router:
        asyncio.run_coroutine_threadsafe(went_on.wait(), loop).result(timeout=20)
        return Router(choices, words)

    monkeypatch.setattr(router_cache, "learn", slowly)
    asked = asyncio.create_task(RouterCache().get(TWO, "en"))
    await asyncio.sleep(0)
    went_on.set()
    assert isinstance(await asked, Router)


async def test_the_models_answer_carries_the_confidence_and_the_runner_up() -> None:
    answer = await LexicalModel().answer(AskModel(purpose="route", text="when will the parcel arrive", choices=TWO))
    assert answer.value == "parcel"
    assert answer.usage["model"] == "lexical"
    assert answer.usage["runnerUp"] == "refund"
    assert 0.5 < answer.usage["confidence"] < 1
