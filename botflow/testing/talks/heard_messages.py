"""What a person hears, message by message, and what a test expects of it."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.errors import UsageError
from botflow.testing.hearing import Expected, complaint, differences, is_heard, unlike
from botflow.testing.talks.conversation import Conversation


class HeardMessages(Conversation):
    """The messages to one person, in their order."""

    def hears(
        self, *expected: Expected, buttons: Sequence[str] | None = None, media: Sequence[str] | None = None
    ) -> None:
        """Assert what the person hears next, message by message: a whole text, or a pattern that is found in it.

        It continues after the message that was heard last; `says`, `skip` and similar methods drop unheard ones.
        `buttons` (titles) and `media` (addresses) are those of the last of the expected messages.
        """
        __tracebackhide__ = True
        if not expected:
            raise UsageError("say what is heard", code="simulator.hears", hint="for silence there is hears_nothing()")
        said = self.conversation.said
        for wanted in expected:
            heard = said[self._heard] if self._heard < len(said) else None
            if heard is None or not is_heard(wanted, heard):
                raise AssertionError(complaint(unlike(wanted, heard), self._standing()))
            self._heard += 1
        if found := differences(said[self._heard - 1], buttons, media):
            raise AssertionError(complaint("\n".join(found), self._standing()))

    def hears_nothing(self) -> None:
        """Assert that all messages since the last act (says, skip, ...) have been heard."""
        __tracebackhide__ = True
        said = self.conversation.said
        if self._heard < len(said):
            what = f"expected:  nothing more\nbut heard: {said[self._heard].text!r}"
            raise AssertionError(complaint(what, self._standing()))
