"""Collects the commands, and turns an error into one line and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from copy import copy
from typing import NoReturn

import typer
from typer.main import get_command_name, get_group

from botflow.cli.commands import (
    campaigns,
    chat,
    check,
    contact_fields,  # noqa: F401 -- it adds its commands to `contacts`
    contacts,
    credentials,
    db,
    doctor,
    erase,
    execution_endings,  # noqa: F401 -- it adds its commands to `executions`
    execution_show,  # noqa: F401 -- it adds its command to `executions`
    executions,
    export,
    feedback,
    fork,  # noqa: F401 -- it adds its command to `executions`
    graph,
    handoffs,
    inbounds,
    keys,
    nodes,
    organizations,
    outbounds,
    results,
    retention,
    schedules,
    secrets,
    serve,
    session_handoff,  # noqa: F401 -- it adds its commands to `sessions`
    sessions,
    translations,
    users,
    version,
    webhooks,
    worker,
    workflow_canary,  # noqa: F401 -- it adds its command to `workflows`
    workflow_drafts,
    workflow_plan,  # noqa: F401 -- it adds its command to `workflows`
    workflow_variants,  # noqa: F401 -- it adds its command to `workflows`
    workflows,
)
from botflow.cli.launch import collect_garbage_seldom, known_secrets
from botflow.cli.output.paragraphs import fill_paragraphs
from botflow.cli.output.printing import print_error
from botflow.errors import BotflowError, FlowError

app = typer.Typer(
    name="botflow",
    help="Conversations with phone users and web visitors, as graphs.",
    epilog="Begin with: botflow chat examples/03_support_router.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
serve.add_to(app)
worker.add_to(app)
chat.add_to(app)
sessions.add_to(app)
handoffs.add_to(app)
executions.add_to(app)
results.add_to(app)
export.add_to(app)
feedback.add_to(app)
inbounds.add_to(app)
outbounds.add_to(app)
schedules.add_to(app)
campaigns.add_to(app)
contacts.add_to(app)
webhooks.add_to(app)
workflows.add_to(app)
workflow_drafts.add_to(workflows.workflows)
check.add_to(app)
translations.add_to(app)
graph.add_to(app)
nodes.add_to(app)
doctor.add_to(app)
erase.add_to(app)
db.add_to(app)
retention.add_to(app)
organizations.add_to(app)
users.add_to(app)
keys.add_to(app)
credentials.add_to(app)
secrets.add_to(app)
version.add_to(app)
fill_paragraphs(app)


def main() -> NoReturn:
    """Run the command that the arguments name, and exit: 0 good, 1 the flow is wrong, 2 the call is wrong."""
    collect_garbage_seldom()
    try:
        get_group(_with_the_command_of(sys.argv[1:]))(prog_name="botflow")
    except BotflowError as problem:
        print_error(problem, known_secrets(os.environ))
        sys.exit(1 if isinstance(problem, FlowError) else 2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


def _with_the_command_of(arguments: Sequence[str]) -> typer.Typer:
    """Return the application with only the command or group that the arguments begin with; all of them for a list of
    the commands, and for a name that none has. To make a hundred commands takes longer than many of them run."""
    first = arguments[0] if arguments else ""
    chosen = copy(app)
    chosen.registered_commands = [
        command
        for command in app.registered_commands
        if first == (command.name or get_command_name(getattr(command.callback, "__name__", "")))
    ]
    chosen.registered_groups = [group for group in app.registered_groups if first == group.name]
    return chosen if chosen.registered_commands or chosen.registered_groups else app
