"""What is wrong with one session: a list of checks on what was read of it. They read and change nothing.

A session that cannot go on for one reason is not reported for what follows from it: without its version, nothing is
said about its node.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botflow.engine.inbound import CHAT, RUN
from botflow.engine.moves.dry_run import Trial, why_no_message_fits
from botflow.engine.moves.move import Version, place_of
from botflow.engine.session import Wait
from botflow.errors import FlowError
from botflow.records.doctor import Examined
from botflow.records.leases import Worker
from botflow.records.queues import EXECUTIONS, TURNS
from botflow.records.runs import ENDED
from botflow.service.credentials.credential_uses import Use
from botflow.service.doctor.finding_models import Finding, FindingCode
from botflow.service.doctor.finding_texts import DO, REMEDIES, WHY

HANDED_OFF_FOR = timedelta(days=3)
OLD_MESSAGE = timedelta(hours=1)
LATE = timedelta(minutes=2)  # for what a process takes within seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a session needs of the deployment: `channels` are those that are configured, None if that is not known;
    `workers` what each living process takes; `credentials` what is wrong with a use of one, for this session."""

    channels: Collection[str] | None
    workers: Sequence[Worker]
    credentials: Mapping[Use, FindingCode]


def findings_of(each: Examined, version: Version | FlowError | None, around: Surroundings) -> list[Finding]:
    """Return what is wrong with a session, in the order in which to mend it. `version` is the one that it is in, why it
    is not to be had, or None when no execution is under way."""
    return [
        *_of_place(each, version),
        *_of_wait(each, version, around),
        *_of_surroundings(each, around),
        *_of_messages(each, around),
    ]


def _of_place(each: Examined, version: Version | FlowError | None) -> Iterator[Finding]:
    if not each.is_active:
        return
    if each.execution_status in ("", *ENDED):
        yield _finding(each, "execution.gone")
    if isinstance(version, FlowError):
        is_gone = version.code == "version.unknown"
        yield _finding(each, "version.gone" if is_gone else "version.cannot_run", reason=version.message)
    elif version is not None and (place := _missing_place(each, version)):
        yield _finding(each, "node.missing", place=place)
    if not each.has_parent:
        yield _finding(each, "parent.gone")


def _missing_place(each: Examined, version: Version) -> str:
    """Return the first node where the session is and that its version does not have, "" if it has all."""
    gone = [frame for frame in each.stored.session.frames if version.node(frame.flow, frame.node) is None]
    return (f"{gone[0].flow}/{gone[0].node}" if gone[0].flow else gone[0].node) if gone else ""


def _of_wait(each: Examined, version: Version | FlowError | None, around: Surroundings) -> Iterator[Finding]:
    session, wait = each.stored.session, each.stored.session.wait
    if not each.rests or not isinstance(version, Version) or _missing_place(each, version):
        return
    if wait is None or not session.frames:
        yield _finding(each, "wait.missing")
        return
    if session.persona is not None:
        return  # a fork of a conversation has no person and no timers
    if wait.alarms or wait.until:
        yield from _of_timer(each)
    elif (name := _never_comes(each, wait, around)) is not None:
        yield _finding(each, name)
    if problem := _trial(each, version):
        yield _finding(each, "node.takes_nothing", problem=problem)


def _of_timer(each: Examined) -> Iterator[Finding]:
    if each.wakes_at is None:
        yield _finding(each, "timer.lost")
    elif each.wakes_at < each.now - LATE:
        yield _finding(each, "timer.overdue", moment=f"{each.wakes_at:%Y-%m-%d %H:%M}")


def _never_comes(each: Examined, wait: Wait, around: Surroundings) -> FindingCode | None:
    """Return why nothing ends a wait without a time limit; None if something can."""
    channel = each.stored.key.channel
    if "message" in wait.accepts and channel != RUN:
        return None
    if "child_done" in wait.accepts:
        return None if wait.group in each.waited_for else "wait.no_run"
    if "delivery" in wait.accepts:
        reports = channel not in (CHAT, RUN) and (around.channels is None or channel in around.channels)
        return None if reports else "wait.no_delivery"
    return "wait.no_way_out"


def _trial(each: Examined, version: Version) -> str:
    """Return why no message is taken, as far as the next turn can be tried without the session's large values."""
    session, key = each.stored.session, each.stored.key
    if session.missing() or session.closing is not None or session.cancel or key.channel == RUN:
        return ""
    return why_no_message_fits(session, version, Trial(key.channel, key.external_id, each.now))


def _of_surroundings(each: Examined, around: Surroundings) -> Iterator[Finding]:
    channel, handoff, since = each.stored.key.channel, each.stored.session.handoff, each.handed_off_at
    if handoff is not None and since is not None and each.now - since >= HANDED_OFF_FOR:
        yield _finding(each, "handoff.forgotten", person=handoff.person, days=(each.now - since).days)
    if not each.is_active:
        return
    if each.workflow_status not in ("active", "draft"):
        yield _finding(each, "workflow.out_of_service", status=each.workflow_status, workflow=each.workflow)
    if around.channels is not None and channel not in (CHAT, RUN, *around.channels):
        yield _finding(each, "channel.not_configured", channel, channel=channel)
    for use, name in around.credentials.items():
        yield _finding(each, name, use.name, name=use.name, path=use.path)


def _of_messages(each: Examined, around: Surroundings) -> Iterator[Finding]:
    queue = EXECUTIONS if each.stored.key.channel == RUN else TURNS
    for inbound in each.queued:
        is_taken = any(
            queue in worker.queues and inbound.flow_version not in worker.cannot_run for worker in around.workers
        )
        if not is_taken and inbound.received_at < each.now - LATE:
            yield _finding(each, "inbound.no_process", f"{each.stored.id}.{inbound.seq}", queue=queue)
    for message in each.outbounds:
        if message.since < each.now - OLD_MESSAGE:
            name: FindingCode = "outbound.held" if message.state == "held" else "outbound.unconfirmed"
            yield _finding(each, name, message.id, reason=message.error_code or "it is not stored why")


def _finding(each: Examined, name: FindingCode, subject: str | None = None, /, **values: Any) -> Finding:
    session = each.stored.session
    return Finding(
        code=name,
        session=str(each.stored.id),
        workflow=each.workflow,
        channel=each.stored.key.channel,
        node=place_of(session) if session.frames else None,
        subject=subject,
        why=WHY[name].format(**values),
        do=DO[name].format(**values),
        remedies=[known for known in REMEDIES.get(name, ()) if known.remedy != "move" or each.rests],
    )
