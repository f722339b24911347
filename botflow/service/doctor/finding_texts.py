"""What each finding says: why a session is stuck, what to do, and the remedies that exist for it."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.service.doctor.finding_models import FindingCode, Remedy

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

WHY: Mapping[FindingCode, str] = {
    "version.gone": "The version of the workflow that it is in is not stored any more.",
    "version.cannot_run": "The version that it is in does not compile here: {reason}.",
    "node.missing": "Its version of the workflow has no node {place!r}, where it is.",
    "node.takes_nothing": "Whatever the person writes, the next turn fails with {problem}.",
    "execution.gone": "The session goes on with an execution that has ended or is not stored.",
    "wait.missing": "Its execution is under way, but it waits for nothing, and nothing is queued.",
    "wait.no_way_out": "Nothing that can arrive ends its wait, and neither does a time limit.",
    "wait.no_run": "It waits for runs that have ended or are gone, and no time limit ends the wait.",
    "wait.no_delivery": "It waits for a delivery report, which its channel does not send here, without a time limit.",
    "timer.lost": "Its node waits for a time, but no moment is stored at which to wake it.",
    "timer.overdue": "It was to wake up at {moment} UTC, and has not.",
    "parent.gone": "The session that waits for this run is gone, so its end is of no use.",
    "workflow.out_of_service": "Its workflow is {status}: messages are refused.",
    "channel.not_configured": "The channel {channel!r} is not configured here: nothing comes or is sent.",
    "credential.missing": "Its version names the credential {name!r} ({path}), and may use none of that name.",
    "credential.inactive": "Its version names the credential {name!r} ({path}), which is not active.",
    "credential.unreadable": "The credential {name!r} ({path}) cannot be opened with this BOTFLOW_SECRET_KEY.",
    "handoff.forgotten": "A person has had the conversation for {days} days, and the bot is silent.",
    "inbound.no_process": "An inbound waits to be run, and no living process may run it.",
    "outbound.held": "A message to the person is held: {reason}.",
    "outbound.unconfirmed": "It is not known whether a message to the person was sent.",
}
DO: Mapping[FindingCode, str] = {
    "version.gone": "End it: the next message begins in the active version.",
    "version.cannot_run": "Install the packages, or name the files, that bring its node types; or end it.",
    "node.missing": "Let it go on at a node that exists, or end it.",
    "node.takes_nothing": "Publish a version that mends the node and move the session there; or let it go on at "
    "another node, or end it.",
    "execution.gone": "Rows were changed by hand or restored in part: restore the backup as a whole.",
    "wait.missing": "End it.",
    "wait.no_way_out": "Let it go on at another node, or end it.",
    "wait.no_run": "Let it go on at another node, or at its own so that the runs begin again; or end it.",
    "wait.no_delivery": "Let it go on at another node, or end it.",
    "timer.lost": "Let it go on at that node, so that its time begins again; or end it.",
    "timer.overdue": "Start a process that takes turns: botflow serve or botflow worker. It wakes up by itself then.",
    "parent.gone": "End it.",
    "workflow.out_of_service": "Put it back into service: botflow workflows activate {workflow}; or end it.",
    "channel.not_configured": "Set the channel's settings for the servers, see docs/settings.md; or end it.",
    "credential.missing": "Add it: botflow credentials add.",
    "credential.inactive": "Activate it: botflow credentials activate.",
    "credential.unreadable": "Add the former secret to BOTFLOW_SECRET_KEY after the present one; or store it again.",
    "handoff.forgotten": "Ask {person} whether it is done, and give it back.",
    "inbound.no_process": "Start a process that takes the queue {queue} and has the version's node types: "
    "botflow worker.",
    "outbound.held": "Read its decisions, mend the cause, and send it or give it up.",
    "outbound.unconfirmed": "Look for it at the provider. botflow does not send it twice.",
}
REMEDIES: Mapping[FindingCode, tuple[Remedy, ...]] = {
    "version.gone": (_END,),
    "version.cannot_run": (_END,),
    "node.missing": (_MOVE, _END),
    "node.takes_nothing": (_MOVE, _END),
    "wait.missing": (_END,),
    "wait.no_way_out": (_MOVE, _END),
    "wait.no_run": (_MOVE, _END),
    "wait.no_delivery": (_MOVE, _END),
    "timer.lost": (_MOVE, _END),
    "parent.gone": (_END,),
    "workflow.out_of_service": (_END,),
    "channel.not_configured": (_END,),
    "handoff.forgotten": (_RETURN,),
    "outbound.held": (_RELEASE, _DROP),
}
