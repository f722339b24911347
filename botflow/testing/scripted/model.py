"""A model whose answers a test writes down: in order, or by what the person said."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence

from botflow.engine.asks import Answer, AskFailure, AskModel
from botflow.errors import did_you_mean
from botflow.interfaces import Model, OnDelta
from botflow.testing.scripted.outcomes import UnscriptedAsk, answer_of, play, run_to_end

Said = str | re.Pattern[str]


class ScriptedModel:
    """A Model that answers from a script, for the Simulator or, in a Plugin, for a whole server.

    An answer depends on the Ask's purpose: for a route a handle or None (no handle fits), for a reply its text, for an
    extraction an object of fields. It may also be a failure or a function of the AskModel; see `outcomes`.
    An Ask without a scripted answer goes to `otherwise`; without `otherwise` it fails the test, because an incomplete
    script hides mistakes. An answer that its Ask cannot have, such as an unknown handle, fails the test as well; give a
    whole Answer to test how the flow handles such an answer.
    """

    name = "scripted"

    def __init__(
        self, answers: Sequence[object] | Mapping[Said, object] = (), *, otherwise: Model | None = None
    ) -> None:
        """A sequence answers in order, each once; a mapping by what was said, again and again."""
        self.asked: list[AskModel] = []
        self._next: deque[object] = deque()
        self._by_text: list[tuple[Said, object]] = []
        self._otherwise = otherwise
        if isinstance(answers, Mapping):
            self._by_text += answers.items()
        else:
            self._next += answers

    def add(self, *answers: object, when: Said | None = None) -> None:
        """Add answers in order, or with `when` one for every message that is this text, or contains this pattern."""
        if when is None:
            self._next += answers
        else:
            self._by_text += [(when, answer) for answer in answers]

    def reply_to(self, ask: AskModel) -> Answer:
        """Return the script's answer at once; UnscriptedAsk when there is none."""
        self.asked.append(ask)
        found, scripted = self._find(ask)
        if not found:
            if self._otherwise is None:
                raise UnscriptedAsk(f"no scripted answer is left for a model's {_shown(ask)}")
            return run_to_end(self._otherwise.answer(ask))
        return answer_of("model", ask.timeout_s, lambda: _fitting(play(scripted, ask), ask, self.name))

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        """Answer as a Model does; a reply's text is streamed in one piece."""
        answer = self.reply_to(ask)
        if on_delta is not None and ask.purpose == "reply" and isinstance(answer.value, str) and answer.value:
            await on_delta(answer.value)
        return answer

    async def close(self) -> None:
        """Nothing is open."""

    def _find(self, ask: AskModel) -> tuple[bool, object]:
        for said, answer in self._by_text:
            if _is_said(said, ask.text):
                return True, answer
        return (True, self._next.popleft()) if self._next else (False, None)


def _is_said(said: Said, text: str) -> bool:
    if isinstance(said, str):
        return said.strip().casefold() == text.strip().casefold()
    return said.search(text) is not None


def _fitting(made: object, ask: AskModel, model: str) -> Answer:
    """Return a scripted value as an Answer; AssertionError when this Ask cannot have such an answer."""
    match made:
        case Answer():
            return made
        case AskFailure():
            return Answer(failure=made)
    handles = [choice.handle for choice in ask.choices]
    fields = [field.name for field in ask.fields]
    match ask.purpose, made:
        case "route", None | str() if made is None or made in handles:
            pass
        case "reply", str():
            pass
        case "extract", Mapping() if set(made) <= set(fields):
            pass
        case _:
            hint = did_you_mean(made, handles) if isinstance(made, str) and ask.purpose == "route" else ""
            raise AssertionError(
                f"the script answers {made!r}, which is no answer to a model's {_shown(ask)}"
                + (f"; {hint}" if hint else "")
            )
    return Answer(value=dict(made) if isinstance(made, Mapping) else made, usage={"model": model})


def _shown(ask: AskModel) -> str:
    match ask.purpose:
        case "route":
            wanted = f"route to one of {', '.join(choice.handle for choice in ask.choices)}"
        case "extract":
            wanted = f"extract of {', '.join(field.name for field in ask.fields)}"
        case "reply":
            wanted = "reply"
    return f"{wanted}, where the person said {ask.text!r}"
