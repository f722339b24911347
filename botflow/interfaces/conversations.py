"""The stores of conversations: sessions, their inbounds and turns, timers, transcripts, versions of workflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from botflow.engine.asks import Line
from botflow.engine.inbound import Inbound
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey, SessionSummary, StoredSession
from botflow.records.turns import JournalledAnswer, Queue, Receipt, StoredInbound, TranscriptEntry, TurnCommit, TurnId
from botflow.records.workflows import PublishedFlow


class SessionStore(Protocol):
    """The fast path: load a session, commit turns, look up what became of an inbound."""

    async def load(self, key: SessionKey) -> StoredSession:
        """Return the session; one with id 0 and version 0 when there is no row."""

    async def load_by_id(self, session: int) -> StoredSession | None: ...

    async def commit_turns(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        """Commit turns of distinct sessions in one statement; None for each that lost, was locked or is a duplicate,
        or that would hand parts over while the sender has earlier ones to send.

        Writes inbound (state done), session WHERE version = read AND last_seq = read AND nothing queued, turn,
        outbounds, execution, wake_at = now() + timeout. A session with id 0 is created unless it exists by now.
        """

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        """Return the receipt of the inbound with this key in this session."""

    async def set_parked(self, session: int, parked: bool) -> None:
        """Park (opt-out) or unpark a session; bumps its version, suppresses outbounds not yet sent, clears wake_at."""


class AttemptStore(Protocol):
    """Attempts at queued inbounds, and their journal."""

    async def begin(
        self, session: int, owner: str, *, suspects: bool = True
    ) -> tuple[StoredSession, StoredInbound] | None:
        """Take the session's lowest new inbound (a message received before a timeout's due time goes first) unless a
        living owner has it: commit attempt + 1, owner and renewed_at. None when there is nothing to take.

        An inbound that has already been begun three times comes back with attempt 4: bury it. Without `suspects`,
        one whose attempts died with two other owners is left where it is.
        """

    async def has_suspects(self, session: int) -> bool:
        """Say whether an inbound of the session is new and has been begun twice."""

    async def renew(self, turn: TurnId, attempt: int) -> bool:
        """Say that the attempt lives; False when it is no longer this one's to run."""

    async def let_go(self, turn: TurnId, attempt: int) -> bool:
        """Give up an attempt that its own process stops: anybody may begin the inbound at once, and the attempt does
        not count. What it journalled stays. False when it is no longer this one's to run."""

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]: ...

    async def add_answer(self, turn: TurnId, attempt: int, answer: JournalledAnswer) -> bool:
        """Journal an answer only while the inbound is new and the attempt its own."""

    async def finish(self, turn: TurnId, attempt: int, commit: TurnCommit, state: str = "done") -> Queue | None:
        """Commit a queued turn WHERE state = 'new' AND attempt = own AND session version = read; moves done_seq on.

        None when a fence refused it; else whether more is queued, which only the holder of the session's row can tell.

        With state "dead" (the fourth attempt) or "stale" the same: the commit then holds an apology or nothing.
        """


class InboxStore(AttemptStore, Protocol):
    """The queued path: durable inbounds, and the attempts at them."""

    async def enqueue(self, key: SessionKey, inbound: Inbound, flow_version: int, reply_within_s: float) -> Receipt:
        """Store an inbound as new and defer `advance(session)`, in one transaction that locks the session's row.

        A duplicate changes nothing but reply_by, and returns the receipt that exists.
        """

    async def receipt(self, turn: TurnId) -> Receipt: ...


class TimerStore(Protocol):
    """What the tick looks for; every call is bounded and skips rows that others hold."""

    async def fire_due_waits(self, limit: int) -> list[int]:
        """Turn due waits into timeout inbounds with their token (new, seq, advance deferred); clear wake_at."""

    async def waiting_timeouts(self, limit: int) -> int:
        """Count timeouts that were fired a moment ago and still wait for their turn, up to `limit`."""

    async def defer_orphans(self, limit: int) -> list[int]:
        """Defer `advance` again, under another lock name, for sessions whose new inbounds have no living owner
        (renewed_at older than 10 s, or never begun and older than 10 s)."""


class TranscriptStore(Protocol):
    """Reading conversations."""

    async def messages_after(self, session: int, after: tuple[int, int], limit: int) -> list[StoredOutbound]:
        """Return outbounds to the session's person after (version, index), oldest first."""

    async def transcript(self, session: int, limit: int, before_seq: int | None = None) -> list[TranscriptEntry]:
        """Return the newest `limit` entries in conversation order."""

    async def lines(self, session: int, before_seq: int, limit: int) -> list[Line]:
        """Return the last lines before an inbound, as a model sees them, oldest first."""

    async def sessions(self, workflow: str | None, limit: int) -> list[SessionSummary]: ...

    async def traces(self, session: int, limit: int) -> list[tuple[int, list[object]]]:
        """Return (seq, trace) of the newest turns, oldest first."""


class FlowStore(Protocol):
    """Published versions of workflows."""

    async def publish(self, slug: str, name: str, digest: str, documents: dict[str, object]) -> PublishedFlow:
        """Store the bundle as the workflow's active version; the same digest again is the same version."""

    async def active(self) -> list[PublishedFlow]: ...

    async def version(self, version: int) -> PublishedFlow | None: ...


class SharedCounter(Protocol):
    """Counts across processes, for rate limits."""

    async def count(self, key: str, window_s: int) -> int | None:
        """Return how often `key` was counted in its window, this time included; None when nobody can say quickly."""
