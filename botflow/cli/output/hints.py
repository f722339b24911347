"""What to do next, for people at a terminal, where a refusal's own hint names a call of the API."""

from __future__ import annotations

from botflow.errors import BotflowError

API = "/api/v1"
_HINTS = """
campaign.unknown        list them: botflow campaigns
contact.unknown         find it: botflow contacts --name NAME
credential.unknown      list them: botflow credentials list
event.unknown           list them: botflow webhooks deliveries WEBHOOK
execution.unknown       list them: botflow executions
handoff.over            list those that wait: botflow handoffs --state waiting
handoff.unknown         list them: botflow handoffs
key.unknown             list them: botflow keys
outbound.not_held       list those that are held: botflow outbounds --status held
outbound.unknown        list a session's: botflow outbounds --session SESSION
schedule.unknown        list them: botflow schedules
session.not_handed_off  hand it off first: botflow sessions hand-off SESSION PERSON
session.unknown         list them: botflow sessions
user.unknown            list them: botflow users
version.unknown         list them: botflow workflows versions WORKFLOW
webhook.unknown         list them: botflow webhooks
workflow.not_published  publish its draft: botflow workflows publish WORKFLOW
workflow.unknown        list them: botflow workflows
"""
ON_THE_COMMAND_LINE = dict(line.split(maxsplit=1) for line in _HINTS.strip().splitlines())


def hint_of(problem: BotflowError) -> str:
    """Return the hint, with the command in the place of a call of the API."""
    hint = problem.hint
    return ON_THE_COMMAND_LINE.get(problem.code, hint) if API in hint else hint
