"""Drafts, attempts and stored messages, as a client that can only add sees them."""

from __future__ import annotations

from typing import Any, Literal

from botflow_protocols.growing_messages import Added, Completed, Dropped, GrowingMessages
from botflow_protocols.growing_text import GrowingText

from botflow.web.chat.turn_stream import Happening


def happening(kind: Literal["message", "preview", "delta"], text: str, attempt: int = 1, id: str = "1.0") -> Happening:
    body: dict[str, Any] = {"id": id, "text": text, "quickReplies": [], "attempt": attempt}
    return Happening(kind, body)


def written(*happenings: Happening) -> str:
    text = GrowingText(lambda body: str(body["text"]))
    return "".join([*map(text.take, happenings), text.rest()])


def test_drafts_that_are_confirmed_are_shown_once() -> None:
    draft = (happening("preview", "Wait."), happening("delta", "It "), happening("delta", "is"))
    stored = (happening("message", "Wait."), happening("message", "It is five.", id="1.1"))

    assert written(*draft, *stored) == "Wait.\n\nIt is five."
    assert written(*stored) == "Wait.\n\nIt is five."


def test_a_retried_attempt_continues_where_it_says_the_same_and_follows_where_not() -> None:
    same = (happening("delta", "It is"), happening("delta", "It ", attempt=2), happening("delta", "is five", attempt=2))
    other = (happening("delta", "It is"), happening("delta", "Now five", attempt=2))

    assert written(*same, happening("message", "It is five")) == "It is five"
    assert written(*other, happening("message", "Now five")) == "It is\n\nNow five"
    assert written(happening("delta", "It is five"), happening("message", "It is")) == "It is five\n\nIt is"


def test_a_wrong_draft_is_dropped_by_name() -> None:
    messages = GrowingMessages(lambda body: str(body["text"]))
    stored = happening("message", "Sorry.")

    assert messages.take(happening("preview", "Wait.")) == [Added(1, "Wait."), Completed(1, messages._previews["1.0"])]
    assert messages.take(happening("delta", "It")) == [Added(2, "It")]
    assert messages.take(stored) == []
    assert messages.finish() == [
        Dropped(1, "Wait."),
        Dropped(2, "It"),
        Added(3, "Sorry."),
        Completed(3, stored.body),
    ]
