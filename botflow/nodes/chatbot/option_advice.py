"""Advice about options that people who type cannot choose, or not in the words that come to mind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from botflow.engine.text_folding import Words, read_words
from botflow.flow.node_spec import Advice, Surroundings
from botflow.flow.templates.template import is_template
from botflow.nodes.answers.choosing.numbered_options import numbered_options
from botflow.nodes.answers.choosing.option_names import names_of
from botflow.nodes.answers.expectation import Option
from botflow.nodes.chatbot.option import OptionProperties


def advice_on_options(options: Sequence[OptionProperties], name: str, around: Surroundings) -> Iterator[Advice]:
    """Yield a warning for each option whose words are those of another option or of an interrupt.

    `name` is the property of the options. Templates are not compared.
    """
    seen: dict[str | tuple[str, ...], tuple[int, str]] = {}  # position and word, by what is compared
    keywords = {read_words(word).bare: interrupt for interrupt, word in around.keywords()}
    for position, option in enumerate(options):
        for written in (option.label or option.id, *option.match):
            if is_template(written):
                continue
            said = read_words(written)
            if (interrupt := keywords.get(said.bare)) is not None:
                yield Advice(
                    (name, position),
                    f"a person who types {written!r} is led to the interrupt {interrupt!r}, not to this option",
                    "give one of them another word",
                    code="option.keyword",
                )
            if (advice := _alike(seen, said, position, written, name)) is not None:
                yield advice
            seen.setdefault(said.bare, (position, written))
            seen.setdefault(said.words, (position, written))
    if all(option.is_fixed for option in options):
        yield from _numbers(tuple(option.option(None) for option in options), name, around.language)


def _alike(
    seen: dict[str | tuple[str, ...], tuple[int, str]], said: Words, position: int, written: str, name: str
) -> Advice | None:
    """Return advice when an earlier option has the same word, or one that only accents or signs tell apart."""
    first, other = seen.get(said.bare, (position, ""))
    if first != position:
        return Advice(
            (name, position),
            f"{written!r} and {other!r} cannot be told apart: a person who types one is asked again",
            "give one of them another word",
            code="option.same_word",
        )
    first, other = seen.get(said.words, (position, "")) if said.words else (position, "")
    if first != position:
        return Advice(
            (name, position),
            f"{written!r} is like {other!r}: who leaves out accents or signs is asked again",
            "give one of them another word in match",
            code="option.alike",
        )
    return None


def _numbers(options: tuple[Option, ...], name: str, language: str) -> Iterator[Advice]:
    """Yield advice about labels with a number that is another option's position."""
    names, numbers = names_of(options), numbered_options(options, language)
    for number in range(1, len(options) + 1):
        if names.whole(read_words(str(number))) is not None:
            continue
        for position in sorted({*numbers.sayers_of(number)} - {number - 1}):
            label = options[position].label
            yield Advice(
                (name, position),
                f"a person who types {number} is asked again: it may be {label!r} or the option number {number}",
                f"put it at place {number}, or add {str(number)!r} to its match",
                code="option.number",
            )
