"""The numbers that a label says: "3rd May", "1-2 people", "6+", "1 pm", "12:30", "Two", "under 18".

A label *means* a number by which alone a person may name it: its only number, each one of its range, its day, its full
hour. It *touches* every number that it says in any way. Nothing is chosen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from botflow.nodes.answers.choosing.choice_words import choice_words
from botflow.nodes.answers.lexicons import LEXICONS, lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words
from botflow.nodes.answers.tokens import plain, unaccented

MOST = 10**9
_TOKEN = re.compile(
    r"(?P<several>[0-9]+(?:[.,:/h][0-9]+)+\.?)|(?P<digits>[0-9]+)|(?P<word>[^\W\d_]+)|(?P<sign>[-+<>≤≥$€£¥₹%])"
)
_TIME = re.compile(r"([01]?[0-9]|2[0-4])[:.h]([0-5][0-9])")
_DATE = re.compile(r"([0-3]?[0-9])(?:/|\.)[01]?[0-9](?:[./](?:[0-9]{2}|[0-9]{4}))?\.?")
_SHORT = 9  # digits
_ENDS = words("st nd rd th er ere re e eme ieme o a ra ro do da to ta")  # of ordinals, glued to digits
_HOURS = words("am pm h uhr oclock heures")
_TO = words("- to through until till bis a al hasta à au")
_OR = words("or oder o u ou and und y e et")
_MORE = words("more over up above older upwards mehr daruber alter mas mayores plus")
_LESS = words("less fewer under below younger weniger darunter junger jünger menos moins")
_BELOW = words("under below less fewer before < unter weniger vor menos moins antes avant")
_UP_TO = words("up max maximum most ≤ bis hasta jusqu jusqu'a maximal hochstens maximo")
_ABOVE = words("over above more after > uber mehr nach mas plus despues apres")
_FROM = words("least min minimum from ≥ ab mindestens desde partir des minimo minimum")
_BETWEEN = words("between zwischen entre")
_LINKS = words("than to als zu que de a d y")  # between a bound and its number: "more than 2"
_PARTIES = {"zweit": 2, "dritt": 3, "viert": 4, "funft": 5, "sechst": 6}  # "zu zweit"
_CURRENCIES = words("$ € £ ¥ ₹")
_MEASURES = words("% cm ml cl min")  # behind a number
_COUNTED_HOURS = 12


@dataclass(slots=True)
class LabelNumbers:
    """What numbers one label says. `is_aside`: they are prices or measures beside other words, "Basic 10 €"; `rest`
    are these words. `has_day`: it says an ordinal or a day. `articles` are numbers that may be an article: "un café".
    """

    meant: list[range] = field(default_factory=list)
    touched: list[range] = field(default_factory=list)
    has_day: bool = False
    is_aside: bool = False
    rest: tuple[str, ...] = ()
    articles: list[int] = field(default_factory=list)

    def means(self, number: int) -> bool:
        return any(number in each for each in self.meant)

    def touches(self, number: int) -> bool:
        return self.means(number) or any(number in each for each in self.touched)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number at the tokens from `at` up to `end`; `kind` is "plain", "day", "hour", "part" or "code"."""

    value: int
    at: int
    end: int
    kind: str = "plain"
    more: tuple[int, ...] = ()  # other numbers in the same word: the minutes


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str
    is_glued: bool


def numbers_of(label: str, language: str) -> LabelNumbers:
    """Return the numbers that `label` says in digits, or in words of `language`. Takes linear time."""
    tokens = _tokens(label)
    numbers = list(_numbers(tokens, language))
    found = LabelNumbers()
    found.articles = [each.value for each in numbers if each.kind == "article"]
    numbers = [each for each in numbers if each.kind != "article"]
    claims = list(_claims(tokens, numbers))
    found.touched = [
        *(reach for reach, _ in claims),
        *(_exactly(each) for one in numbers for each in (one.value, *one.more, *_twins(one))),
    ]
    found.has_day = any(each.kind == "day" for each in numbers)
    days = [each for each in numbers if each.kind == "day"]
    if len(claims) == 1 and claims[0][1].kind not in ("part", "code"):
        reach, first = claims[0]
        found.meant = [reach, *map(_exactly, _twins(first))]
    elif len(days) == 1:
        found.meant = [_exactly(days[0].value)]
    taken = {at for each in numbers for at in range(each.at, each.end)}
    found.rest = tuple(
        token.text
        for at, token in enumerate(tokens)
        if at not in taken and token.kind == "word" and token.text not in _MEASURES and not _is_currency(token.text)
    )
    found.is_aside = bool(found.rest) and all(_is_measured(tokens, each) for each in numbers)
    return found


def _tokens(label: str) -> list[_Token]:
    text = "".join(map(unaccented, plain(label)))
    found, end = list[_Token](), -1
    for match in _TOKEN.finditer(text):
        found.append(_Token(match[0], match.lastgroup or "", match.start() == end))
        end = match.end()
    return found


def _numbers(tokens: Sequence[_Token], language: str) -> Iterator[_Number]:
    at = 0
    while at < len(tokens):
        number = _number_at(tokens, at, language)
        if number is not None:
            yield number
        at = number.end if number is not None else at + 1


def _number_at(tokens: Sequence[_Token], at: int, language: str) -> _Number | None:
    token = tokens[at]
    if token.kind == "several":
        return _in_parts(tokens, at)
    if token.kind == "digits":
        return _in_digits(tokens, at) if len(token.text) <= _SHORT else None
    return _in_words(tokens, at, language) if token.kind == "word" else None


def _in_parts(tokens: Sequence[_Token], at: int) -> _Number | None:
    """Read "12:30", "2.3.", "1.50" and "1,500": only a full hour and a day name the label."""
    text = tokens[at].text
    parts = tuple(int(each[:_SHORT]) for each in re.findall("[0-9]+", text))
    if (time := _TIME.fullmatch(text)) and not _is_measured(tokens, _Number(0, at, at + 1)):
        hour, minute = int(time[1]), int(time[2])
        return _Number(hour, at, at + 1, "part" if minute else "hour", (minute,) if minute else ())
    if _DATE.fullmatch(text) and 1 <= parts[0] <= 31:
        return _Number(parts[0], at, at + 1, "day", parts[1:])
    joined = int(re.sub("[^0-9]", "", text)[:_SHORT])
    return _Number(parts[0], at, at + 1, "part", (*parts[1:], joined))


def _in_digits(tokens: Sequence[_Token], at: int) -> _Number:
    value, end = int(tokens[at].text), at + 1
    is_code = tokens[at].is_glued and tokens[at - 1].kind == "word"
    suffix = tokens[end] if end < len(tokens) and tokens[end].kind == "word" else None
    if suffix is not None and suffix.text in _HOURS and value <= 24:
        pm = suffix.text == "pm" and value < _COUNTED_HOURS
        return _Number(value + _COUNTED_HOURS * pm, at, end + 1, "hour", (value,) if pm else ())
    if suffix is not None and suffix.is_glued and suffix.text in _ENDS:
        return _Number(value, at, end + 1, "day")
    if is_code or (suffix is not None and suffix.is_glued and len(suffix.text) == 1):
        return _Number(value, at, end, "code")
    return _Number(value, at, end, "day" if _is_dated(tokens, at) else "plain")


def _in_words(tokens: Sequence[_Token], at: int, language: str) -> _Number | None:
    word, lexicon = tokens[at].text, lexicon_of(language)
    if (place := choice_words(language).ordinals.get(word)) is not None:
        return _Number(place, at, at + 1, "day")
    if (value := _number_words(language).get(word)) is None:
        return None
    if word in lexicon.numbers.weak or word == "one":
        return _Number(value, at, at + 1, "article")
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    unit = _number_words(language).get(after, 0)
    if value >= 20 and value % 10 == 0 and 0 < unit < 10 and after not in lexicon.numbers.weak:
        return _Number(value + unit, at, at + 2)
    return _Number(value, at, at + 1)


@lru_cache(maxsize=8)
def _number_words(language: str) -> Mapping[str, int]:
    pieces = lexicon_of(language).numbers.pieces
    small = {word: piece.value for word, piece in pieces.items() if piece.kind in ("unit", "teen", "tens", "hundred")}
    return small | (_PARTIES if language.startswith("de") else {})


def _is_dated(tokens: Sequence[_Token], at: int) -> bool:
    """Say whether a weekday or a month stands beside the number, perhaps with an "of" between them."""
    before = tokens[at - 1].text if at else ""
    after = [each.text for each in tokens[at + 1 : at + 3]]
    if len(after) == 2 and after[0] in ("of", "de"):
        after.pop(0)
    calendars = [lexicon.calendar for lexicon in LEXICONS.values()]
    return any(
        before in each.weekdays or before in each.months or (bool(after) and after[0] in each.months)
        for each in calendars
    )


def _claims(tokens: Sequence[_Token], numbers: Sequence[_Number]) -> Iterator[tuple[range, _Number]]:
    """Yield what each number or pair of numbers reaches, with the first number."""
    place = 0
    while place < len(numbers):
        first, second = numbers[place], numbers[place + 1] if place + 1 < len(numbers) else None
        between = {each.text for each in tokens[first.end : second.at]} if second else set[str]()
        is_pair = second is not None and len(between) > 0 and between <= _TO | _OR and second.at - first.end == 1
        if second is not None and is_pair:
            yield range(first.value, max(first.value, second.value) + 1), second
            place += 2
            continue
        yield _bounded(tokens, first), first
        place += 1


def _bounded(tokens: Sequence[_Token], number: _Number) -> range:
    """Return what one number reaches: "under 18", "6 or more", "6+", "up to 2"; itself without a bound."""
    value = number.value
    before = [each.text for each in tokens[max(0, number.at - 3) : number.at]]
    while before and before[-1] in _LINKS:
        before.pop()
    after = [each.text for each in tokens[number.end : number.end + 3] if each.text not in _OR]
    last, following = before[-1] if before else "", after[0] if after else ""
    follows_or = number.end < len(tokens) and tokens[number.end].text in _OR
    if following == "+" or (follows_or and following in _MORE) or last in _FROM:
        return range(value, MOST)
    if (follows_or and following in _LESS) or last in _UP_TO:
        return range(value + 1)
    if last in _BELOW:
        return range(value)
    return range(value + 1, MOST) if last in _ABOVE else _exactly(value)


def _twins(number: _Number) -> tuple[int, ...]:
    """Return the other names of a full hour: 14 o'clock is 2."""
    if number.kind != "hour":
        return ()
    twin = number.value - _COUNTED_HOURS if number.value > _COUNTED_HOURS else 0
    return (twin,) if twin else ()


def _is_measured(tokens: Sequence[_Token], number: _Number) -> bool:
    """Say whether a currency or a small measure stands beside the number."""
    before, after = tokens[number.at - 1 : number.at], tokens[number.end : number.end + 1]
    return any(_is_currency(each.text) for each in (*before, *after)) or any(each.text in _MEASURES for each in after)


def _is_currency(word: str) -> bool:
    return word in _CURRENCIES or any(word in lexicon.currencies for lexicon in LEXICONS.values())


def _exactly(value: int) -> range:
    return range(value, value + 1)
