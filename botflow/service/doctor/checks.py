"""What is wrong with one session: a list of checks on what was read of it. They read and change nothing.

A session that cannot go on for one reason is not reported for what follows from it: without its version, nothing is
said about its node.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from botflow.engine.inbound import CHAT, RUN
from botflow.engine.moves.dry_run import Trial, why_no_message_fits
from botflow.engine.moves.move import Version, place_of
from botflow.errors import FlowError
from botflow.records.doctor import Examined
from botflow.records.leases import Worker
from botflow.records.queues import EXECUTIONS, TURNS
from botflow.records.runs import ENDED
from botflow.service.credentials.credential_uses import Use
from botflow.service.doctor.finding_models import Finding, FindingCode, Remedy

HANDED_OVER_FOR = timedelta(days=3)
OLD_MESSAGE = timedelta(hours=1)
LATE = timedelta(minutes=2)  # for what a process takes within seconds

_END = Remedy(
    remedy="end",
    does="ends the execution now, without its `finally`, and cancels the runs that it waits for; "
    "the person's next message begins a new conversation",
)
_MOVE = Remedy(
    remedy="move",
    does="lets the execution go on at the node that you name, with its variables, as if it had just come there: "
    "subflows and loops that it is in are left, and a node that says something says it",
    needs=["node"],
)
_RETURN = Remedy(
    remedy="return",
    does="gives the conversation back to the flow at the node where it waits; messages that came meanwhile are "
    "answered only with `replay`",
)
_RELEASE = Remedy(remedy="release", does="sends the message after all, as if for the first time", needs=["subject"])
_DROP = Remedy(remedy="drop", does="gives the message up: it has failed, and is not sent", needs=["subject"])


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
        what = f"has ended as {each.execution_status}" if each.execution_status else "is not stored any more"
        yield _finding(
            *(each, "execution.gone", f"Its execution {what}, and the session still goes on with it."),
            "Rows were changed by hand or restored in part: restore the backup, or erase this person's data here.",
        )
    if isinstance(version, FlowError):
        yield _unusable(each, version)
    elif version is not None and (place := _missing_place(each, version)):
        yield _finding(
            *(each, "node.gone", f"Its version of the workflow has no node {place!r}, where it is."),
            "Let it go on at a node that exists, or end it.",
            remedies=[_MOVE, _END] if each.rests else [_END],
        )
    if not each.has_parent:
        yield _finding(
            *(each, "parent.gone", "The session that waits for this run is gone, so its end is of no use."),
            "End it.",
            remedies=[_END],
        )


def _unusable(each: Examined, failure: FlowError) -> Finding:
    if failure.code == "version.unknown":
        return _finding(
            *(each, "version.gone", "The version of the workflow that it is in is not stored any more."),
            "End it: the next message begins in the active version.",
            remedies=[_END],
        )
    return _finding(
        *(each, "version.cannot_run", f"The version that it is in does not compile here: {failure.message}."),
        "Install the packages, or name the files, that bring its node types.",
        remedies=[_END],
    )


def _missing_place(each: Examined, version: Version) -> str:
    frames = each.stored.session.frames
    gone = [frame for frame in frames if version.node(frame.flow, frame.node) is None]
    return (f"{gone[0].flow}/{gone[0].node}" if gone[0].flow else gone[0].node) if gone else ""


def _of_wait(each: Examined, version: Version | FlowError | None, around: Surroundings) -> Iterator[Finding]:
    session, wait = each.stored.session, each.stored.session.wait
    if not each.rests or not isinstance(version, Version) or _missing_place(each, version):
        return
    if wait is None or not session.frames:
        yield _finding(
            *(each, "wait.missing", "Its execution is under way, but it waits for nothing, and nothing is queued."),
            "End it.",
            remedies=[_END],
        )
        return
    is_timed = bool(wait.alarms or wait.until)
    if is_timed and each.wakes_at is None:
        yield _finding(
            *(each, "timer.lost", "Its node waits for a time, but no moment is stored at which to wake it."),
            "Let it go on at that node, so that its time begins again; or end it.",
            remedies=[_MOVE, _END],
        )
    elif is_timed and each.wakes_at is not None and each.wakes_at < each.now - LATE:
        yield _finding(
            *(each, "timer.overdue", f"It was to wake up at {each.wakes_at:%Y-%m-%d %H:%M} UTC, and has not."),
            "Start a process that takes turns: botflow serve or botflow worker. It wakes up by itself then.",
        )
    if not is_timed and (code := _never_comes(each, around)) is not None:
        yield _finding(*(each, code, _NEVER[code]), "Let it go on at another node, or end it.", remedies=[_MOVE, _END])
    if problem := _trial(each, version):
        yield _finding(
            *(each, "node.takes_nothing", f"Whatever the person writes, the next turn fails with {problem}."),
            "Publish a version that mends the node and move the session there; or let it go on elsewhere, or end it.",
            remedies=[_MOVE, _END],
        )


_NEVER: Mapping[FindingCode, str] = {
    "wait.no_run": "It waits for runs that have ended or are gone, and no time limit ends the wait.",
    "wait.no_delivery": "It waits for a delivery report, which its channel does not send here.",
    "wait.no_way_out": "Nothing that can arrive ends its wait, and neither does a time limit.",
}


def _never_comes(each: Examined, around: Surroundings) -> FindingCode | None:
    """Return why nothing ends a wait without a time limit; None if something can."""
    wait, channel = each.stored.session.wait, each.stored.key.channel
    assert wait is not None, "the caller has looked"
    if "message" in wait.accepts and channel != RUN:
        return None
    if "child_done" in wait.accepts:
        return None if wait.group in each.waited_for else "wait.no_run"
    if "delivery" in wait.accepts:
        reports = channel not in (CHAT, RUN) and (around.channels is None or channel in around.channels)
        return None if reports else "wait.no_delivery"
    return "wait.no_way_out"


def _trial(each: Examined, version: Version) -> str:
    session, key = each.stored.session, each.stored.key
    if session.missing() or session.closing is not None or session.cancel or key.channel == RUN:
        return ""  # large values are not read here, and an execution that ends takes no message
    return why_no_message_fits(session, version, Trial(key.channel, key.external_id, each.now))


def _of_surroundings(each: Examined, around: Surroundings) -> Iterator[Finding]:
    channel, handover = each.stored.key.channel, each.stored.session.handover
    if each.is_active and each.workflow_status not in ("active", "draft"):
        yield _finding(
            *(each, "workflow.out_of_service", f"Its workflow is {each.workflow_status}: messages are refused."),
            f"Put it back into service: botflow workflows activate {each.workflow}; or end the conversation.",
            remedies=[_END],
        )
    if each.is_active and around.channels is not None and channel not in (CHAT, RUN, *around.channels):
        yield _finding(
            *(
                each,
                "channel.not_configured",
                f"No process here has the channel {channel!r}: nothing comes or is sent.",
            ),
            "Set the channel's settings for the servers, as docs/settings.md names them; or end the conversation.",
            subject=channel,
            remedies=[_END],
        )
    for use, code in around.credentials.items() if each.is_active else ():
        yield _finding(*(each, code, _CREDENTIAL[code].format(use=use)), _MEND_CREDENTIAL[code], subject=use.name)
    if handover is not None and each.handed_over_at is not None:
        days = (each.now - each.handed_over_at).days
        if each.now - each.handed_over_at >= HANDED_OVER_FOR:
            yield _finding(
                *(
                    each,
                    "handover.forgotten",
                    f"A person has had the conversation for {days} days, and the bot is silent.",
                ),
                f"Ask {handover.person} whether it is done, and give it back.",
                remedies=[_RETURN],
            )


_CREDENTIAL: Mapping[FindingCode, str] = {
    "credential.missing": "Its version names the credential {use.name!r} ({use.path}), and may use none of that name.",
    "credential.inactive": "Its version names the credential {use.name!r} ({use.path}), which is not active.",
    "credential.unreadable": "The credential {use.name!r} ({use.path}) cannot be opened with this BOTFLOW_SECRET_KEY.",
}
_MEND_CREDENTIAL: Mapping[FindingCode, str] = {
    "credential.missing": "Add it: botflow credentials add.",
    "credential.inactive": "Activate it: botflow credentials activate.",
    "credential.unreadable": "Add the former secret to BOTFLOW_SECRET_KEY after the present one; or store it again.",
}


def _of_messages(each: Examined, around: Surroundings) -> Iterator[Finding]:
    queue = EXECUTIONS if each.stored.key.channel == RUN else TURNS
    for inbound in each.queued:
        is_taken = any(
            queue in worker.queues and inbound.flow_version not in worker.cannot_run for worker in around.workers
        )
        if not is_taken and inbound.received_at < each.now - LATE:
            yield _finding(
                *(
                    each,
                    "inbound.no_process",
                    f"What came in as {inbound.seq} waits, and no living process may run it.",
                ),
                f"Start a process that takes the queue {queue} and has this version's node types: botflow worker.",
                subject=f"{each.stored.id}.{inbound.seq}",
            )
    for message in each.outbounds:
        if message.since >= each.now - OLD_MESSAGE:
            continue
        if message.state == "held":
            yield _finding(
                *(
                    each,
                    "outbound.held",
                    f"A message to the person is held: {message.error_code or 'no code is stored'}.",
                ),
                "Read its decisions, mend the cause, and send it or give it up.",
                subject=message.id,
                remedies=[_RELEASE, _DROP],
            )
        else:
            yield _finding(
                *(each, "outbound.unknown", "It is not known whether a message to the person was sent."),
                "Look for it at the provider. botflow does not send it twice.",
                subject=message.id,
            )


def _finding(
    each: Examined,
    code: FindingCode,
    why: str,
    do: str,
    *,
    subject: str | None = None,
    remedies: Sequence[Remedy] = (),
) -> Finding:
    session = each.stored.session
    return Finding(
        code=code,
        session=str(each.stored.id),
        workflow=each.workflow,
        channel=each.stored.key.channel,
        node=place_of(session) if session.frames else None,
        subject=subject,
        why=why,
        do=do,
        remedies=list(remedies),
    )
