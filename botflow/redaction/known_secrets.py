"""The secrets that a process knows: those of its settings, and those of the credentials that it has opened.

Answers are masked by the settings' secrets and those of the credential at hand; the log by all of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from botflow.redaction.redactor import Redactor

MOST_OPENED = 4_000  # secrets of credentials that are remembered, the latest; each needs a few kilobytes
MOST_REDACTORS = 64


class KnownSecrets:
    """Makes redactors. Any thread may mask a text; one thread, that of the event loop, makes secrets known."""

    def __init__(self, settings: Iterable[str] = ()) -> None:
        self._settings: frozenset[str] = frozenset(settings)
        self._opened: set[str] = set()
        self._groups: tuple[_Group, ...] = (_Group(self._settings),)
        self._redactors: OrderedDict[frozenset[str], Redactor] = OrderedDict()

    def add_settings(self, secrets: Iterable[str]) -> None:
        """Add secrets that belong to the deployment: they are masked everywhere."""
        self._settings |= frozenset(secrets)
        self._groups = (_Group(self._settings), *self._groups[1:])
        self._redactors.clear()

    def redactor(self, credential: Iterable[str] = ()) -> Redactor:
        """Return a redactor for the deployment's secrets and those of a credential, which becomes known."""
        secrets = frozenset(credential)
        found = self._redactors.get(secrets)
        if found is None:
            self.opened(secrets)
            found = self._redactors[secrets] = Redactor(self._settings | secrets)
            if len(self._redactors) > MOST_REDACTORS:
                self._redactors.popitem(last=False)
        self._redactors.move_to_end(secrets)
        return found

    def opened(self, secrets: Iterable[str]) -> None:
        """Remember the secrets of a credential, for the log."""
        new = frozenset(secrets) - self._opened
        if not new:
            return
        settings, *groups = self._groups
        # The sizes of the groups fall by half at least: each secret is put into few automata in its life, and a text
        # passes few of them.
        groups.append(_Group(new))
        while len(groups) > 1 and len(groups[-2].secrets) < 2 * len(groups[-1].secrets):
            groups[-2:] = [_Group(groups[-2].secrets | groups[-1].secrets)]
        if sum(len(group.secrets) for group in groups) > MOST_OPENED and len(groups) > 1:
            self._opened -= groups.pop(0).secrets
        self._opened |= new
        self._groups = (settings, *groups)

    def text(self, text: str) -> str:
        """Return `text` with every known secret masked."""
        for group in self._groups:
            text = group.redactor().text(text)
        return text


class _Group:
    """Secrets with one automaton, which is built when a text first needs it."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self.secrets = secrets
        self._redactor: Redactor | None = None

    def redactor(self) -> Redactor:
        if self._redactor is None:
            self._redactor = Redactor(self.secrets)
        return self._redactor
