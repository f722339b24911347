"""Whether the conversations of a soak hold what they must: each one against its model, its person and its provider."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from botflow.web.auth.callers import Visitor
from tests.faults.flows.soak import OTHER_NUMBER
from tests.faults.soak.conversation_model import Heard, Message, conversation
from tests.faults.soak.database_state import Conversation, Part
from tests.faults.soak.people import Person
from tests.stand_ins.twilio import TwilioMessage

ONE_COMMIT = timedelta(seconds=0.1)  # SQLite's rows of one commit get their times one after the other


@dataclass(slots=True)
class Verdict:
    """Counts of what was, and of what must not be (`wrong`); `findings` say where."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def blame(self, what: str, where: str, times: int = 1) -> None:
        self.wrong[what] += times
        self.findings.append(f"{what}: {where}")


def judge(
    people: Sequence[Person], conversations: Sequence[Conversation], accepted: Sequence[TwilioMessage]
) -> Verdict:
    """Judge every conversation; `accepted` is what Twilio took from us, in order."""
    verdict = Verdict()
    by_name: dict[str, Conversation] = {talk.external_id: talk for talk in conversations}
    by_name |= {f"session {Visitor('soak', talk.external_id).session_name}": talk for talk in conversations}
    reached: dict[str, list[TwilioMessage]] = defaultdict(list)
    for message in accepted:
        reached[message.to].append(message)
    for person in people:
        talk = by_name.get(person.external_id)
        if talk is None:
            if any(said.acknowledged for said in person.said):
                verdict.blame("lost", f"the whole conversation of {person.external_id}")
            continue
        _judge_inbounds(verdict, person, talk)
        _judge_turns(verdict, talk)
        if person.channel == "sms":
            _judge_phone(verdict, person, talk, reached[person.external_id])
        else:
            _judge_page(verdict, person, talk)
    _judge_others(verdict, conversations, reached[OTHER_NUMBER])
    return verdict


def _judge_inbounds(verdict: Verdict, person: Person, talk: Conversation) -> None:
    """Every acknowledged message is one turn; those that were not may be one, or none. Nobody else said anything."""
    found = Counter(turn.text for turn in talk.turns if turn.kind == "message")
    position = {turn.text: turn.version or 0 for turn in talk.turns if turn.kind == "message"}
    before = 0
    for said in person.said:
        where = f"{person.external_id} {said.text!r}"
        verdict.counts["acknowledged" if said.acknowledged else "given up by the provider"] += 1
        times = found.pop(said.text, 0)
        if times > 1:
            verdict.blame("doubled inbound", where, times - 1)
        if said.acknowledged and not times:
            verdict.blame("lost", where)
        if said.acknowledged and times:
            if position[said.text] <= before:
                verdict.blame("out of order", where)
            before = position[said.text]
    for text in found:
        verdict.blame("never said", f"{person.external_id} {text!r}")


def _judge_turns(verdict: Verdict, talk: Conversation) -> None:
    """Replay the inbounds in the order of their turns by the model, and compare what was said."""
    done = [turn for turn in talk.turns if turn.version is not None]
    for turn in talk.turns:
        if turn.state not in ("done", "stale"):
            verdict.blame(f"inbound is {turn.state}", f"{talk.external_id} {turn.kind} {turn.text!r}")
    if [turn.version for turn in done] != list(range(1, talk.version + 1)):
        verdict.blame("versions", f"{talk.external_id} {[turn.version for turn in done]} of {talk.version}")
    if talk.done_seq != talk.last_seq:
        verdict.blame("queue not empty", talk.external_id)
    heard = [Heard(turn.kind, turn.text, int(turn.token or 0)) for turn in done]
    model, expected = conversation(heard)
    for turn, messages in zip(done, expected, strict=True):
        if [Message(part.text, part.to) for part in sorted(turn.parts, key=_by_receiver)] != sorted(
            messages, key=lambda message: bool(message.to)
        ):
            said = [part.text for part in turn.parts]
            verdict.blame("wrong reply", f"{talk.external_id} v{turn.version} {turn.kind} {turn.text!r}: {said}")
    verdict.counts["turns"] += len(done)
    verdict.counts["waits with little time"] += model.armed
    verdict.counts["ended by the person"] += model.in_time
    verdict.counts["due"] += model.armed - model.in_time
    verdict.counts["fired"] += model.too_late
    verdict.counts["stale timeouts"] += model.stale
    if model.armed != model.in_time + model.too_late:
        verdict.blame("a wait that never ended", talk.external_id)
    _judge_times(verdict, talk)


def _by_receiver(part: Part) -> bool:
    return bool(part.to)


def _judge_times(verdict: Verdict, talk: Conversation) -> None:
    """No timeout came before its time, which the turn that began to wait says."""
    began = {turn.version: turn for turn in talk.turns}
    for turn in talk.turns:
        if turn.kind != "timeout":
            continue
        first = began.get(int(turn.token))
        if first is None or first.at is None:
            verdict.blame("timeout without a wait", f"{talk.external_id} v{turn.version}")
            continue
        allowed = timedelta(seconds=int(first.text.partition(" ")[0].removeprefix("hurry")))
        if turn.received_at < first.at + allowed - ONE_COMMIT:
            verdict.blame("fired early", f"{talk.external_id} v{turn.version}")


def _judge_phone(verdict: Verdict, person: Person, talk: Conversation, reached: Sequence[TwilioMessage]) -> None:
    """What Twilio accepted for this phone is what the turns said: all of it, once, in order."""
    own = [part for part in talk.parts if not part.to]
    _judge_ends(verdict, talk, own)
    got, want = Counter(message.body for message in reached), Counter(part.text for part in own)
    verdict.counts["replies to phones"] += len(own)
    verdict.counts["of them over REST"] += sum(message.direction == "outbound-api" for message in reached)
    for text, times in (want - got).items():
        verdict.blame("reply missing", f"{person.external_id} {text!r}", times)
    for text, times in (got - want).items():
        verdict.blame("reply doubled", f"{person.external_id} {text!r} {_history(own, reached, text)}", times)
    if got == want and [message.body for message in reached] != [part.text for part in own]:
        _judge_order(verdict, person, talk, own, reached)


def _judge_order(
    verdict: Verdict, person: Person, talk: Conversation, own: Sequence[Part], reached: Sequence[TwilioMessage]
) -> None:
    """A reply may come late, behind newer ones, when its webhook was given up: then it is found missing only later."""
    given_up = {said.text for said in person.said if not said.acknowledged}
    late = {turn.seq for turn in talk.turns if turn.text in given_up}
    excused = Counter(part.text for part in own if part.seq in late)
    in_time = [part.text for part in own if part.seq not in late]
    remaining = []
    for message in reached:
        if excused[message.body]:
            excused[message.body] -= 1
        else:
            remaining.append(message.body)
    if sorted(remaining) == sorted(in_time) and _is_late_only(remaining, in_time):
        verdict.counts["replies behind newer ones, their webhook given up"] += len(late)
        return
    order = " | ".join(f"{message.body} ({message.direction[9:]})" for message in reached)
    verdict.blame("replies out of order", f"{person.external_id}: {order}")


def _is_late_only(remaining: Sequence[str], in_time: Sequence[str]) -> bool:
    """Compare what is told apart by its words; equal questions cannot be."""
    told_apart = [text for text, times in Counter(in_time).items() if times == 1]
    return [text for text in remaining if text in told_apart] == [text for text in in_time if text in told_apart]


def _judge_ends(verdict: Verdict, talk: Conversation, parts: Sequence[Part]) -> None:
    for part in parts:
        if part.state not in ("sent", "delivered", "read"):
            verdict.blame(f"reply {part.state}", f"{talk.external_id} {part.wire_id} {part.error_code}")


def _history(own: Sequence[Part], reached: Sequence[TwilioMessage], text: str) -> str:
    rows = [f"{part.wire_id} {part.state} {part.sid[-6:]} x{part.attempts}" for part in own if part.text == text]
    came = [
        f"{message.sid[-6:]} {message.direction} {message.at:%H:%M:%S}" for message in reached if message.body == text
    ]
    return f"rows {rows[-4:]} came {came[-5:]}"


def _judge_page(verdict: Verdict, person: Person, talk: Conversation) -> None:
    """Every answer was what the turn said, and the stream brought every message, once and in order."""
    by_text = {turn.text: turn for turn in talk.turns if turn.kind == "message"}
    for said in person.said:
        turn = by_text.get(said.text)
        told = tuple((part.wire_id, part.text) for part in turn.parts if not part.to) if turn else ()
        verdict.counts["replies to pages"] += len(told)
        if told != said.reply:
            verdict.blame("answer differs", f"{person.external_id} {said.text!r}: {said.reply}, stored {told}")
    if person.streamed is not None:
        own = [part.wire_id for part in talk.parts if not part.to]
        verdict.counts["messages over streams"] += len(person.streamed)
        if person.streamed != own:
            verdict.blame("stream differs", f"{person.external_id}: {_difference(person.streamed, own)}")


def _difference(got: Sequence[str], want: Sequence[str]) -> str:
    missing, doubled = Counter(want) - Counter(got), Counter(got) - Counter(want)
    return f"missing {list(missing)}, doubled {list(doubled)}, {len(got)} of {len(want)}"


def _judge_others(verdict: Verdict, conversations: Sequence[Conversation], reached: Sequence[TwilioMessage]) -> None:
    """What was said to another number came there once, and in each conversation's order."""
    for talk in conversations:
        _judge_ends(verdict, talk, [part for part in talk.parts if part.to])
    want = Counter(part.text for talk in conversations for part in talk.parts if part.to)
    got = Counter(message.body for message in reached)
    verdict.counts["messages to another number"] += want.total()
    for text, times in (want - got).items():
        verdict.blame("message to another number missing", text, times)
    for text, times in (got - want).items():
        verdict.blame("message to another number doubled", text, times)


def table(rows: Mapping[str, object]) -> str:
    """Return a table of two columns."""
    width = max(len(name) for name in rows)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows.items())
