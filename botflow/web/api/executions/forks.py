"""Forks of executions over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from botflow.engine.limits import LARGEST_INPUT
from botflow.records.access import Scope
from botflow.records.forks import Played
from botflow.service.executions.execution import Execution
from botflow.service.executions.forks import NewQuestions
from botflow.service.models import Body
from botflow.web.api.executions.execution_changes import VersionNumber
from botflow.web.api.executions.executions import ONE, TAG
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import LARGEST_NUMBER

LARGEST_FORK = LARGEST_INPUT + 64 * 1024
MOST_NODES = 1_000
MOST_MESSAGES = 200
LONGEST_TEXT = 10_000  # characters
_LONGEST_NAME = 200
_NAME = Field(max_length=_LONGEST_NAME)


class ForkMessage(Body):
    """What a fork of a conversation hears: a text, or the payload of a quick reply. With neither, the timer of its wait
    goes off."""

    example = '{"text": "Large, please"}'

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    payload: Annotated[str, Field(max_length=_LONGEST_NAME)] = ""


class Fork(Body):
    """Where a fork begins, and what is other in it. `variables` are set in the graph of the step; `version` is another
    version of the workflow. At the nodes `askAgain` models and actions are asked anew; `newQuestions` says whether a
    question that the original was not asked stops the fork. A fork of a conversation hears `messages`, or without them
    what its original heard after the step. The same `key` again is the same fork."""

    example = '{"step": 3, "variables": {"size": "large"}, "askAgain": ["quote"]}'

    step: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
    variables: dict[Annotated[str, _NAME], Any] = Field(default_factory=dict)
    version: VersionNumber | None = None
    ask_again: Annotated[list[Annotated[str, _NAME]], Field(max_length=MOST_NODES)] = Field(default_factory=list)
    new_questions: NewQuestions = "stop"
    messages: Annotated[list[ForkMessage], Field(max_length=MOST_MESSAGES)] | None = None
    key: str = ""


async def fork_execution(call: Call) -> Execution:
    """Begin a new execution before a step of one, with other variables; the original stays as it is. What models and
    actions answered the original, they answer the fork. It sends no message and emits no event, and no person can write
    to it: a fork of a conversation hears what was said after the step, or the messages that are given."""
    fork: Fork = call.body
    messages = [Played(text=each.text, payload=each.payload) for each in fork.messages or ()]
    return await call.service.forks.fork_execution(
        call.path["execution"],
        fork.step,
        fork.variables,
        version=fork.version,
        ask_again=fork.ask_again,
        new_questions=fork.new_questions,
        messages=messages if fork.messages is not None else None,
        key=fork.key,
    )


OPERATIONS = (
    Operation(
        method="POST",
        path=f"{ONE}/fork",
        handler=fork_execution,
        scope=Scope.EXECUTIONS_WRITE,
        tag=TAG,
        body=Fork,
        largest_body=LARGEST_FORK,
        answer=Execution,
        status=HTTPStatus.ACCEPTED,
    ),
)
