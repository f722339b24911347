"""The part of `botflow.Flow` that says and asks; see `flow.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from botflow.flow.building.step import Files, Option, Step, Text, Time, named_items


class ConversationSteps(Protocol):
    """Steps that talk to the person."""

    def node(self, type: str, /, *, id: str | None = None, label: str = "", **properties: Any) -> Step: ...

    def _free_id(self, stem: str) -> str: ...

    def say(
        self,
        text: Text,
        *,
        media: Files | None = None,
        quick_replies: Sequence[str | Mapping[str, str]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Say something, then leave by `next`. A quick reply with a `url` opens a link."""
        return self.node("chatbot.say", id=id, text=text, media=media, quick_replies=quick_replies, pace=pace)

    def ask(
        self,
        text: Text,
        *,
        variable: str | None = None,
        skip_if_known: bool | None = None,
        expect: str | None = None,
        min: float | str | None = None,
        max: float | str | None = None,
        pattern: str | None = None,
        choices: Sequence[Option] | None = None,
        choices_from: Mapping[str, Any] | None = None,
        media: Files | None = None,
        accept: Sequence[str] | None = None,
        many: bool | None = None,
        invalid_text: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Ask a question and wait; handles `answered`, `invalid`, `timeout`."""
        return self.node(
            "chatbot.ask",
            id=id or self._free_id(f"ask_{variable}".replace(".", "_") if variable else "ask"),
            text=text,
            variable=variable,
            skip_if_known=skip_if_known,
            expect=expect,
            min=min,
            max=max,
            pattern=pattern,
            choices=choices,
            choices_from=choices_from,
            media=media,
            accept=accept,
            many=many,
            invalid_text=invalid_text,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )

    def menu(
        self,
        text: Text,
        options: Mapping[str, Option] | Sequence[Mapping[str, Any]] = (),
        *,
        options_from: Mapping[str, Any] | None = None,
        media: Files | None = None,
        variable: str | None = None,
        invalid_text: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Offer options; each id is a handle, beside `other` and `timeout`. With `options_from` the handle is `chosen`.

        `options` are labels by id, `{"pizza": "Pizza"}`, or objects: `{"pizza": {"label": "Pizza", "match": ["pie"]}}`.
        """
        return self.node(
            "chatbot.menu",
            id=id,
            text=text,
            options=named_items(options, key="id", word="label") or None,
            options_from=options_from,
            media=media,
            variable=variable,
            invalid_text=invalid_text,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )

    def form(
        self,
        fields: Sequence[Mapping[str, Any]],
        *,
        text: Text | None = None,
        media: Files | None = None,
        words: Sequence[str] | None = None,
        reads_message: Literal["unless_answer", "always", "never"] | None = None,
        confirm: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Ask several questions, of which one message may answer many; handles `done`, `invalid`, `timeout`.

        `fields` are objects: `{"name": "people", "text": "For how many?", "expect": "integer", "words": ["for"]}`.
        """
        return self.node(
            "chatbot.form",
            id=id,
            text=text,
            media=media,
            fields=list(fields),
            words=words,
            reads_message=reads_message,
            confirm=confirm,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )
