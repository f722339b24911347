"""Parts: whole, in order, within Twilio's limits, and never torn inside a character."""

from __future__ import annotations

import unicodedata

from botflow_twilio.rendering.render import render
from botflow_twilio.rendering.split import LIMIT, split, units
from hypothesis import given
from hypothesis import strategies as st

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.engine.speech.buttons import QuickReply


def say(text: str, *options: str, media: int = 0, to: str = "") -> SendMessage:
    return SendMessage(
        text=text,
        quick_replies=tuple(QuickReply(title=option, payload=option.lower()) for option in options),
        media=tuple(Media(url=f"https://m.example.com/{index}") for index in range(media)),
        to=to,
    )


def letters(text: str) -> str:
    """Return the text without white space: what may be lost at a cut is nothing else."""
    return "".join(text.split())


def test_quick_replies_become_numbered_options() -> None:
    [part] = render([say("What would you like?", "Pizza", "Salad")], "sms")

    assert part.text == "What would you like?\n1. Pizza\n2. Salad"
    assert part.quick_replies == ()


def test_a_short_text_stays_exactly_as_it_is() -> None:
    assert render([say(" Hello,\n  Ada ")], "whatsapp") == [say(" Hello,\n  Ada ")]


def test_a_long_text_is_cut_between_sentences() -> None:
    sentence = "This is a sentence of forty characters. "

    parts = [part.text for part in render([say(sentence * 90)], "sms")]

    assert [len(part) for part in parts] == [1199, 1199, 1200]
    assert all(part.rstrip().endswith("characters.") for part in parts)


def test_a_paragraph_is_a_better_cut_than_a_sentence() -> None:
    text = "A sentence. " * 100 + "\n\n" + "Another one. " * 100

    assert split(text)[0] == ("A sentence. " * 100).strip()


def test_a_list_is_cut_between_its_lines() -> None:
    parts = split("\n".join(f"{number}. Pizza with ham" for number in range(1, 100)))

    assert len(parts) == 2
    assert all(part[0].isdigit() and part.endswith("ham") for part in parts)


def test_a_sentence_is_a_better_cut_than_a_line() -> None:
    wrapped = "\n".join(["some words of a", "sentence that ends. And", "then another one, of which"] * 40)

    assert split(wrapped)[0].endswith("ends.")


def test_the_last_part_is_no_single_word() -> None:
    parts = split("word " * 321)

    assert len(parts) == 2
    assert abs(len(parts[0]) - len(parts[1])) <= 80


def test_a_text_without_spaces_is_cut_at_whole_characters() -> None:
    family = "👨‍👩‍👧‍👦"  # one character of 11 units

    parts = split(family * 300)

    assert "".join(parts) == family * 300
    assert all(len(part) % len(family) == 0 for part in parts)


def test_flags_stay_whole() -> None:
    parts = split("x" + "🇩🇪🇫🇷" * 400)

    assert all(part.removeprefix("x").startswith(("🇩🇪", "🇫🇷")) for part in parts)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
    | st.sampled_from(" \n.!?。\u0301\u200d👍🏽🇩🇪"),
    max_size=400,
)


@given(pieces=st.lists(words, max_size=30), times=st.integers(1, 8))
def test_parts_are_the_whole_text_in_order_and_fit(pieces: list[str], times: int) -> None:
    text = " ".join(pieces) * times

    parts = split(text)

    assert letters("".join(parts)) == letters(text)
    assert all(units(part) <= LIMIT for part in parts)
    assert all(parts) or text.strip() == ""


@given(base=st.sampled_from(["e\u0301", "👍🏽", "가\u0301", "👩‍💻", "\r\nx"]), times=st.integers(1, 2000))
def test_no_part_begins_inside_a_character(base: str, times: int) -> None:
    for part in split(base * times)[1:]:
        assert unicodedata.combining(part[0]) == 0
        assert part[0] not in "\u200d\n🏽"


@given(texts=st.lists(words, max_size=40))
def test_everything_said_is_in_the_parts_in_order(texts: list[str]) -> None:
    parts = render([say(text) for text in texts], "sms")

    assert letters("".join(part.text for part in parts)) == letters("".join(texts))
    assert all(0 < units(part.text) <= LIMIT for part in parts)


def test_neighbours_merge_until_one_reply_holds_them() -> None:
    parts = render([say(f"line {number}") for number in range(35)], "sms")

    assert len(parts) <= 80
    assert "\n".join(part.text for part in parts) == "\n".join(f"line {number}" for number in range(35))


def test_ten_messages_stay_ten() -> None:
    assert len(render([say(f"line {number}") for number in range(10)], "sms")) == 10


def test_messages_to_others_and_media_are_never_merged() -> None:
    messages = [say("a"), say("b", to="+1"), say("c", media=1), *[say("d")] * 10]

    parts = render(messages, "sms")

    assert [(part.text, part.to, len(part.media)) for part in parts] == [
        ("a", "", 0),
        ("b", "+1", 0),
        ("c", "", 1),
        ("\n".join("d" * 10), "", 0),
    ]


def test_media_are_spread_over_messages_as_the_channel_allows() -> None:
    assert [len(part.media) for part in render([say("look", media=12)], "sms")] == [10, 2]
    assert [(part.text, len(part.media)) for part in render([say("look", media=2)], "whatsapp")] == [
        ("look", 1),
        ("", 1),
    ]


def test_what_says_nothing_has_no_part() -> None:
    assert render([say(""), say("  \n")], "sms") == []
    assert [part.text for part in render([say("", media=1)], "sms")] == [""]


def test_characters_that_xml_cannot_carry_are_left_out() -> None:
    assert [part.text for part in render([say("a\x00b\x1b\ud800c\ufffe")], "sms")] == ["abc"]
