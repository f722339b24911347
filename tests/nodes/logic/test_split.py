"""logic.split: shares, the same variant each time, and how few people move when weights change."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from botflow import Flow
from botflow.nodes.logic.split import SplitProperties, Variant, drawn
from tests.engine.conversation import Talk, node, say

PEOPLE = [f"+1555{number:07d}" for number in range(20_000)]


def variants(**weights: float) -> tuple[Variant, ...]:
    return tuple(Variant(id=id, weight=weight) for id, weight in weights.items())


def draw(experiment: str = "offer", **weights: float) -> dict[str, str]:
    return {person: drawn(experiment, person, variants(**weights)) for person in PEOPLE}


def offer(*nodes: dict[str, Any], **properties: Any) -> Talk:
    listed = [{"id": "plain", "weight": 70}, {"id": "discount", "weight": 30}]
    split = node(
        "offer", "logic.split", variants=listed, on={"plain": "said", "discount": "said"}, variable="v", **properties
    )
    return Talk(split, say("said", "{{ v }} {{ $offer.variant }} {{ $offer.experiment }}"), *nodes)


def test_the_shares_follow_the_weights() -> None:
    shares = Counter(draw(plain=70, discount=30).values())

    assert shares["plain"] / len(PEOPLE) == pytest.approx(0.7, abs=0.015)


def test_a_changed_weight_moves_only_those_who_make_up_the_difference() -> None:
    before, after = draw(plain=70, discount=30), draw(plain=50, discount=50)
    moved = [(before[person], after[person]) for person in PEOPLE if before[person] != after[person]]

    assert set(moved) == {("plain", "discount")}
    assert len(moved) / len(PEOPLE) == pytest.approx(0.2, abs=0.015)


def test_a_new_variant_takes_its_share_from_the_others_and_a_removed_one_moves_only_its_own_people() -> None:
    two, three = draw(a=1, b=1), draw(c=1, b=1, a=1)

    assert {(two[person], three[person]) for person in PEOPLE if two[person] != three[person]} == {
        ("a", "c"),
        ("b", "c"),
    }


def test_weights_are_compared_with_each_other_and_a_variant_of_weight_0_gets_nobody() -> None:
    assert draw(a=7, b=3, c=0) == draw(a=70, b=30)


def test_another_experiment_draws_everybody_again() -> None:
    first, second = draw("first", a=1, b=1), draw("second", a=1, b=1)

    assert sum(first[person] == second[person] for person in PEOPLE) / len(PEOPLE) == pytest.approx(0.5, abs=0.02)


def test_the_draw_is_the_same_on_every_machine() -> None:
    people = [f"+1555000000{number}" for number in range(10)]

    found = "".join(drawn("offer", person, variants(a=1, b=1)) for person in people)

    assert found == "babaabbbaa"


def test_a_person_has_the_same_variant_in_each_conversation_and_it_is_recorded() -> None:
    talk = offer()
    assert talk.send("hi", sender=PEOPLE[0]) == ["plain plain offer"]
    assert ["decided", "offer", "plain", {"experiment": "offer"}] in talk.trace
    assert talk.send("hi again", sender=PEOPLE[0]) == ["plain plain offer"]
    assert talk.send("hi", sender=PEOPLE[3]) == ["discount discount offer"]


def test_an_experiment_has_its_own_name() -> None:
    assert offer(experiment="spring").says("hi")[0].endswith(" spring")


@pytest.mark.parametrize(
    ("listed", "place"),
    [
        ([{"id": "a"}], "variants"),
        ([{"id": "a"}, {"id": "a"}], "variants"),
        ([{"id": "a", "weight": 0}, {"id": "b", "weight": 0}], "variants"),
        ([{"id": "a", "weight": -1}, {"id": "b"}], "variants"),
    ],
)
def test_variants_that_cannot_be_drawn_are_refused(listed: list[dict[str, Any]], place: str) -> None:
    with pytest.raises(ValidationError, match=place):
        SplitProperties.model_validate({"variants": listed})


def test_a_split_in_python() -> None:
    flow = Flow("shop")
    split = flow.split({"plain": 70, "discount": 30}, experiment="spring", variable="offer")
    flow.message_received() >> split
    split["plain"] >> flow.say("Hello!")

    assert flow.document()["nodes"][0]["properties"] == {
        "variants": [{"id": "plain", "weight": 70}, {"id": "discount", "weight": 30}],
        "experiment": "spring",
        "variable": "offer",
    }
