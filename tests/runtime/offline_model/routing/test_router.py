"""Both offline routers, the trained one and the one that goes by words; and the latter on utterances that it was not
tuned on. Prints what it understood."""

from __future__ import annotations

from collections import Counter

import pytest

from botflow.engine.asks import AskModel, Choice
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.offline_model.routing import router_cache
from tests.runtime.offline_model.utterances import bots, load, shop

FLOORS = {"trained": (0.73, 0.045), "by words": (0.80, 0.15)}  # right at least, wrong at most: wrong is worse than none


SHOP = shop().choices


async def route(text: str, among: tuple[Choice, ...] = SHOP, language: str = "en") -> str | None:
    answer = await LexicalModel().answer(AskModel(purpose="route", text=text, choices=among, language=language))
    assert answer.failure is None
    assert answer.value is None or isinstance(answer.value, str)
    return answer.value


@pytest.fixture(params=["trained", "by words"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "by words":  # as without the extra `understanding`
        monkeypatch.setattr(router_cache, "load_embeddings", lambda: None)
    return str(request.param)


async def test_most_of_what_people_write_finds_its_route(kind: str) -> None:
    floor, ceiling = FLOORS[kind]
    model = LexicalModel()
    seen: Counter[tuple[str, str]] = Counter()
    for meant, texts in load("utterances.yaml").items():
        for text in texts:
            answer = await model.answer(AskModel(purpose="route", text=text, choices=SHOP))
            seen[meant, answer.value or "abstain"] += 1
    total = seen.total()
    right = sum(count for (meant, chosen), count in seen.items() if meant == chosen)
    wrong = sum(count for (meant, chosen), count in seen.items() if chosen not in (meant, "abstain"))
    show(seen)
    print(f"{total} utterances: {right / total:.1%} right, {wrong / total:.1%} sent a wrong way")
    assert total >= 200
    assert len({meant for meant, _ in seen} - {"abstain"}) == 10
    assert right / total >= floor
    assert wrong / total <= ceiling


def show(seen: Counter[tuple[str, str]]) -> None:
    for meant in dict.fromkeys(meant for meant, _ in seen):
        row = Counter({chosen: count for (label, chosen), count in seen.items() if label == meant})
        others = ", ".join(f"{chosen} {count}" for chosen, count in row.most_common() if chosen != meant)
        print(f"{meant:9} {row[meant]:2} of {row.total():2}   {others}")


async def test_the_test_set_shares_no_utterance_with_what_was_tuned_on() -> None:
    test = {text.casefold() for text, _ in shop().utterances}
    used = {text.casefold() for bot in bots() if bot.name == "shop" for text, _ in bot.utterances}
    written = {example.casefold() for choice in SHOP for example in choice.examples}
    assert not test & (used | written)


@pytest.mark.parametrize("text", ["", "   ", "👍", "?!", "\u200b", "a" * 20_000, "where " * 5_000])
async def test_nonsense_of_any_length_is_abstained(text: str) -> None:
    assert await route(text) is None


async def test_a_route_without_description_and_examples_is_found_by_its_name() -> None:
    among = (Choice(handle="opening_hours"), Choice(handle="order_status"))
    assert await route("tell me your opening hours", among) == "opening_hours"


async def test_a_flow_without_choices_abstains() -> None:
    assert await route("hello", ()) is None


@pytest.mark.parametrize(
    ("language", "text", "handle"),
    [("de", "Wo bleibt mein Paket?", "paket"), ("es", "¿Dónde está mi paquete?", "paket"), ("xx", "paket!", "paket")],
)
async def test_other_languages_are_read_with_their_own_words(language: str, text: str, handle: str) -> None:
    among = (Choice(handle="paket", examples=("mein paket", "mi paquete")), Choice(handle="geld", examples=("dinero",)))
    assert await route(text, among, language) == handle


async def test_the_same_message_always_takes_the_same_route() -> None:
    assert {await route("swap my order") for _ in range(5)} == {await route("swap my order")}


@pytest.mark.parametrize(
    ("example", "text"),
    [
        ("hello", "Hello!"),
        ("hi", "hi"),
        ("thanks", "THANKS."),
        ("I don't", "i dont"),
        ("¿Qué tal?", "que tal"),
        ("what is it", "What is it?"),
        ("👍", "👍"),
        ("?", "?"),
        ("1 2 3", "1, 2, 3"),
    ],
)
async def test_an_authors_example_means_its_route(example: str, text: str) -> None:
    greeting = Choice(handle="greeting", description="says something polite", examples=(example,))
    assert await route(text, (*SHOP, greeting)) == "greeting"


async def test_every_example_of_the_shop_means_its_own_route() -> None:
    for choice in SHOP:
        for example in choice.examples:
            assert await route(f" {example.upper()}!! ", SHOP) == choice.handle


async def test_an_example_of_two_routes_is_decided_by_the_other_words() -> None:
    two = [Choice(handle=handle, description="", examples=("hello",)) for handle in ("a", "b")]
    assert await route("hello", tuple(two)) is None


async def test_a_message_about_the_question_is_its_answer() -> None:
    person = Choice(handle="agent", description="wants to talk to a person about a delivery")
    for question, meant in (("", "agent"), ("Shall the delivery come by van or by bike?", None)):
        ask = AskModel(purpose="route", text="delivery by bike", choices=(person,), question=question)
        assert (await LexicalModel().answer(ask)).value == meant
