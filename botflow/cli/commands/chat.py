"""`botflow chat`: talk to a flow in the terminal, over the same runtime that serves phones."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from botflow.cli.launch import FlowPaths

if TYPE_CHECKING:
    from botflow.cli.flow_watch import Seen
    from botflow.runtime.flow_files import FlowFiles
    from botflow.runtime.options import RuntimeOptions
    from botflow.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow chat examples/03_support_router.yaml")(chat)


def chat(flows: FlowPaths) -> None:
    """Talk to a flow here and now; further files are the subflows it runs.

    The conversation lives in a temporary database, and no text message leaves this machine. Lines may also be piped in.
    A flow file that is saved meanwhile is taken up by the next conversation. Commands: /file PATH, /place LAT LON,
    /vars, /trace, /return NOTE, /help, /quit.
    """
    import secrets

    from botflow.cli.flow_watch import seen
    from botflow.cli.launch import run_until_stopped, runtime_options
    from botflow.cli.output.logging import configure_logs
    from botflow.keyring import Keyring
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.runtime.flow_files import read_flow_files
    from botflow.runtime.process.worker import WorkerOptions
    from botflow.settings import Settings

    known = KnownSecrets()
    configure_logs(known, level="error")
    before = seen(flows)
    files = read_flow_files(flows)
    with tempfile.TemporaryDirectory(prefix="botflow-chat-") as folder:
        settings = _rehearsal(Settings.from_environment(), Path(folder))
        options = runtime_options(
            settings,
            files,
            keyring=Keyring(secrets.token_urlsafe(48)),
            worker=WorkerOptions(),
            migrate=True,
            sends=False,
            known_secrets=known,
            role="chat",
        )
        run_until_stopped(_talk(options, flows, files, before))


async def _talk(options: RuntimeOptions, paths: Sequence[Path], files: FlowFiles, before: Seen) -> None:
    from botflow.cli.flow_watch import FlowWatch
    from botflow.cli.output.flow_warnings import warning_lines
    from botflow.cli.output.printing import is_terminal
    from botflow.cli.terminal.chat_session import TerminalConversation
    from botflow.cli.terminal.prompt import PipedTerminal, PromptTerminal
    from botflow.runtime.app import open_runtime

    for line in warning_lines(files, paths, options.known_secrets):
        typer.echo(line, err=True)
    terminal = PromptTerminal() if is_terminal() else PipedTerminal()
    async with open_runtime(options) as runtime:
        live = runtime.flows.get(options.flows[0][0].id)
        if is_terminal():
            terminal.note(f"{live.flow.name}. /help lists commands, /quit leaves.")
        if silence := runtime.flows.silence(live.flow):
            terminal.note(silence)
        async with FlowWatch(paths, files, before, runtime.flows, options.known_secrets, typer.echo).running():
            await TerminalConversation(runtime, live.slug, terminal).run()


def _rehearsal(settings: Settings, folder: Path) -> Settings:
    """Return `settings` with a database of its own."""
    return settings.model_copy(
        update={"botflow_database_url": f"sqlite:///{folder}/chat.db", "botflow_redis_url": None}
    )
