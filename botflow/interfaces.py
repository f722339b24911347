"""What can be replaced: models, channels and the stores. Each is a Protocol of at most seven methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from botflow.engine.asks import Answer, AskModel, Line
from botflow.engine.effects import ReportEnd, SendMessage
from botflow.engine.inbound import Inbound
from botflow.flow.policy import Price
from botflow.records import (
    Artifact,
    Checkpoint,
    ExecutionRecord,
    HeldPart,
    JournalledAnswer,
    LifecycleChange,
    OutboundState,
    PublishedFlow,
    Queue,
    Receipt,
    Retry,
    RunStart,
    SessionKey,
    SessionSummary,
    Spent,
    StoredEffect,
    StoredInbound,
    StoredOutbound,
    StoredSession,
    TranscriptEntry,
    TurnCommit,
    TurnId,
    TurnLog,
)

OnDelta = Callable[[str], Awaitable[None]]
Rate = Callable[[str, str], float]  # of a channel and a sender: how many segments may leave in a second


class Model(Protocol):
    """An AI provider. Failures are ProviderErrors; the runtime turns them into Answers that carry a failure."""

    @property
    def name(self) -> str: ...

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        """Answer `ask` within `ask.timeout_s`. `on_delta` receives pieces of a reply's text as they come."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The most that a call can take: tokens of its prompt and of its answer. `price` is None when nobody knows it."""

    model: str
    prompt_tokens: int
    completion_tokens: int
    price: Price | None = None


@runtime_checkable
class Quotes(Protocol):
    """A model's second ability: say beforehand what a call can cost. `ask.max_tokens` bounds the answer."""

    def quote(self, ask: AskModel) -> Quote: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A provider's webhook: the public URL it was signed for, form fields in order, headers in lower case."""

    url: str
    form: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """A provider's news of one of our messages; `wire_id` is what we put into the callback URL.

    `has_left`: it is on its way to the person, not only accepted. `retry`: it did not arrive, and may be sent again.
    Where no `provider_id` says which sending it is about, `attempt` does: the part's attempts as its sender read them.
    """

    session: int
    wire_id: str
    state: OutboundState
    provider_id: str = ""
    error_code: str = ""
    reason: str = ""
    has_left: bool = True
    retry: Retry | None = None
    attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The outcome of a send: `sent` with the provider's id; `unknown`; or certainly not sent: `failed` (with `retry`, a
    later try may succeed), `suppressed` (they opted out), `held` (somebody must act first). `reason` is for people.

    Of a message that the provider has: `has_left`, it is on its way to the person, not only accepted."""

    state: OutboundState
    provider_id: str = ""
    error_code: str = ""
    reason: str = ""
    retry: Retry | None = None
    has_left: bool = False


class Channel(Protocol):
    """A messaging provider. `names` are the channels it carries, for example ("sms", "whatsapp").

    A part says where it goes: `message.to`, else the session's person; and where from: `message.sender`, which whoever
    commits the part fills with the address the person wrote to when the flow named none.
    """

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def reply_limit(self) -> int:
        """How many parts one reply may hand over; the sender sends what is beyond."""

    def verify(self, request: WebhookRequest) -> bool:
        """Say whether the provider signed `request`; False when no secret is configured."""

    def parse(self, request: WebhookRequest, received_at: datetime, seed: int) -> Inbound:
        """Normalise a verified webhook (opt-out words as `consent`); RejectedInbound when a field is missing."""

    def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
        """Return the parts as the provider takes them, whole and in order (split, numbered options)."""

    def reply(self, outbounds: Sequence[StoredOutbound], status_url: Callable[[StoredOutbound], str] | None) -> str:
        """Return the webhook's answer (TwiML) that hands these parts over."""

    async def send(self, outbound: StoredOutbound, status_url: str | None) -> Sent:
        """Send one part by the provider's REST API, within ten seconds. Never raises for a provider's refusal.

        A part whose `message.validity_s` is known is worth nothing once it is that old: tell the provider, too.
        """

    async def close(self) -> None: ...


@runtime_checkable
class Reconciles(Protocol):
    """A channel's second ability: ask the provider whether a message with an unknown outcome was accepted."""

    async def find(self, outbound: StoredOutbound) -> list[Sent]:
        """Return every message of the provider's that may be this part, the oldest first, none when it has none;
        ProviderError when it cannot tell. The same words may be said twice: whose is whose, the caller knows."""


@runtime_checkable
class Meters(Protocol):
    """A channel's second ability: what a part costs, and how fast a sender may send."""

    def segments(self, message: SendMessage, channel: str) -> int:
        """Return how many segments a rendered part has."""

    def per_second(self, channel: str, sender: str) -> float:
        """Return how many segments may leave `sender` in a second."""


@runtime_checkable
class Reports(Protocol):
    """A channel's second ability: delivery callbacks. The query parameter `o` of a callback's URL says which part it
    is about: `<session>.<version>.<index>`; the web layer signs and checks it."""

    def parse_status(self, request: WebhookRequest) -> DeliveryStatus:
        """Normalise a verified callback; RejectedInbound when it names no outbound of ours."""


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


class OutboxStore(Protocol):
    """Messages on their way out to a provider; chat's are only read."""

    async def hand_over(self, turn: TurnId, limit: int) -> tuple[StoredOutbound, ...]:
        """Claim a finished turn's ready parts, the first `limit` of them, for the waiting web request while reply_by
        has not passed; returns all parts that are handed and unconfirmed (so a repeat gets the same ones)."""

    async def extend_reply(self, turn: TurnId, seconds: float) -> None:
        """Let a newly waiting request answer until now() + seconds."""

    async def claim_sends(self, limit: int, rate: Rate) -> list[StoredOutbound]:
        """Take ready parts that are due (reply_by has passed, and what `release` said) as `sending`; attempts + 1.

        At most one part per session, its earliest: none while an earlier one is `sending`, `unknown`, `ready` but not
        due, or `handed` without confirmation for less than 90 s; where the workflow says so, none while the former is
        accepted but has not left for less than 90 s. No more of one sender than its `rate` lets go, over all
        processes. None of a paused session.
        """

    async def release(self, outbound: StoredOutbound, after_s: float) -> bool:
        """Give back a part that was certainly not sent: `sending`, `handed` or `unknown` is `ready` again, due after
        `after_s`; `suppressed` when its session has been parked meanwhile. False when it has moved on since it was
        read (its state or attempts differ)."""

    async def slow_down(self, channel: str, sender: str, seconds: float) -> None:
        """Let nothing leave `sender` for so long."""

    async def report(self, news: DeliveryStatus) -> bool:
        """Move a part's state forward only, terminal states stay; False when there is no such part.

        What may be sent again is `ready` again, at most `retry.times`, and what the provider says of the former sending
        counts only if it arrived after all. Whoever waits for the delivery is told in the same transaction.
        """

    async def unresolved(self, older_than_s: float, limit: int) -> list[StoredOutbound]:
        """Return parts that are handed, sending or unknown without news for this long, in (session, version, index)
        order, and count the look: attempts + 1, and this is news for the next call."""

    async def known(self, session: int, provider_ids: Sequence[str]) -> set[str]:
        """Return those of the provider's ids that parts have, whosever they are, and those of the session's former
        sendings."""


class HeldStore(Protocol):
    """What operators do about parts that nobody sends by itself. Each decision leaves evidence."""

    async def held(self, limit: int, after: tuple[int, int, int] | None = None) -> list[HeldPart]:
        """Return held parts in the order of (session, version, index), those behind `after` only."""

    async def release_held(self, part: tuple[int, int, int]) -> bool:
        """Let the sender try again, as if for the first time; False when the part is not held."""

    async def drop_held(self, part: tuple[int, int, int]) -> bool:
        """Give the part up: `failed`; False when it is not held."""


class FlowStore(Protocol):
    """Published versions of workflows."""

    async def publish(self, slug: str, name: str, digest: str, documents: dict[str, object]) -> PublishedFlow:
        """Store the bundle as the workflow's active version; the same digest again is the same version."""

    async def active(self) -> list[PublishedFlow]: ...

    async def version(self, version: int) -> PublishedFlow | None: ...


class TimerStore(Protocol):
    """What the tick looks for; every call is bounded and skips rows that others hold."""

    async def fire_due_waits(self, limit: int) -> list[int]:
        """Turn due waits into timeout inbounds with their token (new, seq, advance deferred); clear wake_at."""

    async def waiting_timeouts(self, limit: int) -> int:
        """Count timeouts that were fired a moment ago and still wait for their turn, up to `limit`."""

    async def defer_orphans(self, limit: int) -> list[int]:
        """Defer `advance` again, under another lock name, for sessions whose new inbounds have no living owner
        (renewed_at older than 10 s, or never begun and older than 10 s)."""


class EffectStore(Protocol):
    """What follows a commit besides messages, until it is carried out."""

    async def claim(self, limit: int, session: int | None = None) -> list[StoredEffect]:
        """Take due effects, of one session or of all; attempts + 1. Nobody else gets them while the lease lasts."""

    async def start(self, effect: StoredEffect, starts: Sequence[RunStart]) -> bool:
        """Start these runs and be done with the effect; False when it has been carried out before."""

    async def report(self, effect: StoredEffect, end: ReportEnd) -> bool:
        """Tell the parent how the run ended, and be done with the effect; False as above."""

    async def cancel(self, effect: StoredEffect, group: str | None) -> bool:
        """Cancel the session's children of this group, None for all, and be done with the effect; False as above."""


class ExecutionStore(Protocol):
    """Reading executions. A run's are all of its session's turns; a conversation's those between its start and end."""

    async def read(self, execution: str) -> ExecutionRecord | None: ...

    async def page(
        self,
        limit: int,
        *,
        workflow: str | None = None,
        status: str | None = None,
        session: int | None = None,
        parent: int | None = None,
        before: str | None = None,
    ) -> list[ExecutionRecord]:
        """Return the newest first; `before` is the id of the last one of the page before."""

    async def spent(self, execution: ExecutionRecord) -> Spent: ...

    async def turns(self, execution: ExecutionRecord, limit: int, after: int = 0) -> list[TurnLog]:
        """Return its turns behind the version `after`, in the order of their commits."""

    async def under_way(self, execution: ExecutionRecord) -> TurnLog | None:
        """Return the turn that is running or queued, with the answers it has so far."""

    async def set_progress(self, execution: str, progress: dict[str, Any]) -> None: ...


class LifecycleStore(Protocol):
    """Changing an execution from outside; each says what became of it, or why it was left alone."""

    async def pause(self, execution: str) -> LifecycleChange: ...

    async def resume(self, execution: str) -> LifecycleChange: ...

    async def cancel(self, execution: str) -> LifecycleChange: ...

    async def retry(self, execution: str, checkpoint: int | None, *, from_start: bool = False) -> LifecycleChange:
        """Run it again from a checkpoint, the last one if none is named, or from its start with the same input."""

    async def checkpoints(self, session: int) -> list[Checkpoint]: ...


class ArtifactStore(Protocol):
    """Large results of executions, by key."""

    async def save(self, execution: str, key: str, content: bytes, content_type: str, kind: str = "artifact") -> None:
        """Keep `content`; what was kept under this key is replaced."""

    async def load(self, execution: str, key: str) -> tuple[Artifact, bytes] | None: ...

    async def has(self, execution: str, key: str) -> bool: ...

    async def all_of(self, execution: str) -> list[Artifact]: ...

    async def delete(self, execution: str, key: str) -> bool: ...


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


class SharedCounter(Protocol):
    """Counts across processes, for rate limits."""

    async def count(self, key: str, window_s: int) -> int | None:
        """Return how often `key` was counted in its window, this time included; None when nobody can say quickly."""
