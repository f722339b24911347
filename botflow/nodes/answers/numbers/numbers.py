"""Numbers as people write them: digits with their language's separators, words, multipliers ("2.5 million")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from botflow.engine.inbound import Inbound
from botflow.languages import base_language, country_in
from botflow.nodes.answers.accounting import (
    Grammar,
    Harmless,
    Match,
    Said,
    longest,
    only_value,
    question_stems,
    stem,
    units_of,
)
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import LEXICONS, lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon, Phrases, singles
from botflow.nodes.answers.numbers.beside_numbers import BesideNumber, harmless_currencies, harmless_signs
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.tokens import Token, plain, tokenize

LARGEST = 2**53  # beyond it JavaScript, and with it a chat page, cannot tell integers apart
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}")
# Latin America writes a decimal point; Spain and the rest of the language's countries a comma.
_POINT_REGIONS = frozenset({"MX", "US", "PR", "GT", "HN", "NI", "SV", "DO", "PA", "PE"})
_COMMA_LANGUAGES = frozenset({"de", "es", "fr"})
_BEFORE_HOURS = frozenset(("las", "den", "dem"))
_FAR_APART = 100  # times


def read_integer(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one whole number within the bounds. "+1" is asked again, because to a party it is one person
    more, and so is "- 5", because the dash may begin a list."""
    if plain(inbound.text).lstrip().startswith(("+", "- ")):
        return Refused("not_a_number")
    number = find_number(inbound.text, language, region, expectation.question)
    if number is None:
        return Refused("not_a_number")
    if not isinstance(number, int) and not number.is_integer():
        return Refused("not_whole")
    return _bounded(int(number), expectation)


def read_number(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one number within the bounds; the decimal separator is the language's."""
    number = find_number(inbound.text, language, region, expectation.question)
    return Refused("not_a_number") if number is None else _bounded(number, expectation)


def find_number(text: str, language: str, region: str | None, question: str = "") -> Number | None:
    """Return the one number in `text`; None when there is none, or several, or a word that may change it."""
    text = text.strip()
    if _PLAIN.fullmatch(text) and text.isascii():
        return int(text)
    lexicon = lexicon_of(language)
    tokens = tokenize(text, elides=lexicon.elides)
    units = units_of(question, lexicon)
    grammar = NumberGrammar(lexicon, has_decimal_comma(language, region), units)
    known = (lexicon.counted, singles(harmless_currencies(question, lexicon)))
    harmless = Harmless(lexicon, known, question=question, marks=harmless_signs(question, lexicon))
    found = _only_number(tokens, grammar, harmless)
    if found is None and any(token.text in lexicon.holders for token in tokens):
        found = _only_number(tokens, _without_articles(grammar, lexicon), _past_holders(harmless, lexicon))
    if found is None and base_language(language) not in LEXICONS:
        return _spelled(text, base_language(language))
    return found


def spoken_number(text: str, language: str) -> Number | None:
    """Return the number that the whole of `text` spells in words, or None."""
    lexicon = lexicon_of(language)
    tokens = tokenize(text.strip(" \t\r\n.,;:!\"'()"), elides=lexicon.elides)
    if not tokens or any(token.kind == "digits" for token in tokens):
        return None
    found = NumberGrammar(lexicon)(tokens, 0)
    if found is not None and found.end == len(tokens):
        return found.value
    return None if base_language(language) in LEXICONS else _spelled(text, base_language(language))


def number_grammar(language: str, region: str | None) -> Grammar[Number]:
    """Return what reads the number that begins at a token of a longer text."""
    return NumberGrammar(lexicon_of(language), has_decimal_comma(language, region))


def has_decimal_comma(language: str, region: str | None) -> bool:
    """Say whether "2,500" has a fraction where the person lives."""
    country = region or country_in(language)
    if base_language(language) == "es" and country.upper() in _POINT_REGIONS:
        return False
    if base_language(language) in LEXICONS:
        return base_language(language) in _COMMA_LANGUAGES and country.upper() != "CH"
    return _decimal_sign(base_language(language), country.upper()) == ","


@lru_cache(maxsize=64)
def _decimal_sign(language: str, country: str) -> str:
    """Return the decimal separator of a language without a lexicon, as Unicode's locale data has it."""
    from babel import Locale, UnknownLocaleError

    for tag in (f"{language}_{country}", language):
        try:
            return str(Locale.parse(tag).number_symbols["latn"]["decimal"])
        except (ValueError, KeyError, UnknownLocaleError):
            continue
    return "."


def _only_number(tokens: Sequence[Token], grammar: Grammar[Number], harmless: Harmless) -> Number | None:
    beside = BesideNumber(harmless)

    def read(tokens: Sequence[Token], at: int) -> Match[Number] | None:
        match = grammar(tokens, at)
        if match is None or _is_pronoun(tokens, at, match, harmless) or _is_year(tokens, at, match.end):
            return None
        return None if _is_day_or_hour(tokens, at, match.end, harmless.lexicon) else match

    def skip(tokens: Sequence[Token], at: int) -> int:
        return 0 if _is_past(tokens[at], harmless) else beside(tokens, at)

    return only_value(tokens, read, skip, harmless.lexicon, _amended, adds_up=True)


def _is_pronoun(tokens: Sequence[Token], at: int, match: Match[Number], harmless: Harmless) -> bool:
    """Say whether a lone word for one may mean a thing that was named: "the good one", "quiero una"."""
    if match.value != 1 or match.end != at + 1 or tokens[at].kind != "word" or not at:
        return False
    former, lexicon = tokens[at - 1], harmless.lexicon
    if former.kind != "word" or former.text in lexicon.numbers.before_one:
        return False
    if match.end < len(tokens):
        noun = tokens[match.end].text
        asked = question_stems(harmless.question, lexicon.language) if harmless.question else frozenset()
        if longest(tokens, match.end, lexicon.counted) or noun in lexicon.holders or stem(noun) in asked:
            return False
    return True


def _is_day_or_hour(tokens: Sequence[Token], at: int, end: int, lexicon: Lexicon) -> bool:
    """Say whether it may be a day or an hour: "para las 8", "pour le 8", "für den 8."; "the 4 of us" is a count."""
    leads = lexicon.calendar.before_day | _BEFORE_HOURS
    is_led = at > 0 and tokens[at].kind == "digits" and tokens[at - 1].text in leads
    return is_led and not longest(tokens, end, lexicon.counted)


def _is_year(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Say whether an apostrophe stands for the century: '90."""
    has_mark = at > 0 and tokens[at].kind == "digits" and tokens[at].glued and tokens[at - 1].text == "'"
    return has_mark and not (end < len(tokens) and tokens[end].text == "'")


def _is_past(token: Token, harmless: Harmless) -> bool:
    """Say whether "was" stands beside the answer to a question for what is; "wären" is no past."""
    past = harmless.lexicon.past
    if not harmless.question or token.text not in past or token.raw.casefold() in ("wären", "wär"):
        return False
    asked = tokenize(harmless.question, elides=harmless.lexicon.elides)
    return not any(word.text in past for word in asked)


def _amended(former: Said[Number], second: Said[Number]) -> Number | None:
    """Return what "6, no wait, 7" means. "3 million, no, 4" may mean another million: it is asked again."""
    largest, smallest = max(abs(former.value), abs(second.value)), min(abs(former.value), abs(second.value))
    return second.value if largest < _FAR_APART * max(smallest, 1) else None


def _without_articles(grammar: Grammar[Number], lexicon: Lexicon) -> Grammar[Number]:
    """Read "a table for 4" without its article; "una persona" stays one."""

    def read(tokens: Sequence[Token], at: int) -> Match[Number] | None:
        match = grammar(tokens, at)
        is_article = match is not None and match.weak and match.end < len(tokens)
        return None if match is None or (is_article and tokens[match.end].text in lexicon.holders) else match

    return read


def _past_holders(harmless: Harmless, lexicon: Lexicon) -> Harmless:
    articles, holders, holding = lexicon.calendar.one, lexicon.holders, lexicon.holding
    known = (*product(articles, holders), *product(holders, holding), *product(articles, holders, holding))
    held = Phrases(dict.fromkeys(known))
    return Harmless(lexicon, (*harmless.more, held), question=harmless.question, marks=harmless.marks)


def _spelled(text: str, tongue: str) -> int | None:
    """Read number words of a language without a lexicon: the whole text, or nothing."""
    try:
        from text_to_num import text2num
    except ImportError:
        return None
    words = text.casefold().strip(" \t\r\n.,;:!\"'()")
    try:
        return int(text2num(words, tongue)) if words else None
    except (ValueError, OverflowError):  # not a number, or an unknown language
        return None


def _bounded(number: Number, expectation: Expectation) -> Reading:
    """Check the number against the bounds, and against the range that every JSON parser can read."""
    least = max(-LARGEST, float(expectation.least)) if expectation.least is not None else -LARGEST
    most = min(LARGEST, float(expectation.most)) if expectation.most is not None else LARGEST
    if number < least:
        return Refused("too_small")
    return Refused("too_large") if number > most else Accepted(number)
