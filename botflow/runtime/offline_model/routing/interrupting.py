"""Choosing an interrupt for a message at an open question: an answer is never taken for one.

The higher the chance that the message is the answer, the clearer it must be one of the interrupt's own texts:

- a question that takes any text: only by these texts (`own_texts.py`);
- a question that does not take the message: also as a route is chosen, if the message shares a word with one of these
  texts (two, if it has a number, a day, a yes or a no), denies as much as that one does, and is not more about the
  question.
"""

from __future__ import annotations

from functools import cache

from botflow.engine.asks import AskModel, Choice
from botflow.nodes.answers.choosing.yes_no_words import meanings
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.tokens import LONGEST, tokenize
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.router import Router
from botflow.runtime.offline_model.routing.router_cache import Chooses


def choose_interrupt(ask: AskModel, router: Chooses, words: Words) -> Decision:
    """Return the interrupt that the message of `ask` means; the runner-up of an abstention is the nearest one."""
    decision = router.choose(ask.text)
    if (own := router.own_texts.find(ask.text)) is not None:
        return Decision(chosen=own, confidence=1.0, runner_up="")
    if decision.chosen is None or (ask.accepts != "any text" and _may_digress(ask, decision.chosen, router, words)):
        return decision
    return Decision(chosen=None, confidence=decision.confidence, runner_up=decision.chosen)


def _may_digress(ask: AskModel, chosen: str, router: Chooses, words: Words) -> bool:
    """Say whether a message that the question does not take may mean an interrupt which it does not spell out."""
    fewest = 2 if _may_hold_answer(ask.text, words.language) else 1
    return router.own_texts.is_near(ask.text, chosen, fewest=fewest) and not _is_an_answer(ask, chosen, words)


def _may_hold_answer(text: str, language: str) -> bool:
    """Say whether the text has a number or a word of the calendar, or begins with a yes or a no."""
    tokens = [token.text for token in tokenize(text[:LONGEST]) if token.kind != "mark"]
    begins = meanings(language).get(tokens[0]) if tokens else None
    values = _words_of_values(language)
    return begins in ("assent", "yes", "no") or any(token.isdecimal() or token in values for token in tokens)


@cache
def _words_of_values(language: str) -> frozenset[str]:
    lexicon = lexicon_of(language)
    numbers = {word for word, piece in lexicon.numbers.pieces.items() if piece.kind != "and"} - lexicon.numbers.weak
    calendar = lexicon.calendar
    days = {phrase[0] for phrase in calendar.days if len(phrase) == 1}
    return frozenset(numbers | calendar.weekdays.keys() | calendar.months.keys() | days)


def _is_an_answer(ask: AskModel, chosen: str, words: Words) -> bool:
    """Say whether the message is more about the question that the person was asked than about the chosen route."""
    route = next(choice for choice in ask.choices if choice.handle == chosen)
    return Router((route, Choice(handle="", description=ask.question)), words).choose(ask.text).chosen == ""
