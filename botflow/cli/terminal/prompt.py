"""Two kinds of terminal: a prompt that stays in place while messages arrive, and lines from a pipe."""

from __future__ import annotations

import asyncio
import sys
from typing import Protocol

import typer

from botflow.cli.output.visible import visible

PROMPT = "> "


class Terminal(Protocol):
    """Input and output of one person."""

    async def read(self) -> str | None:
        """Return the next line, or None when the person is gone."""

    def say(self, text: str) -> None:
        """Show a whole message, above the prompt if there is one."""

    def note(self, text: str) -> None:
        """Show a note of botflow's own, distinct from the flow's messages."""

    def stream(self, piece: str) -> None:
        """Show a piece of a message that is still being written; an empty one ends its line."""


class PromptTerminal:
    """A prompt with history and editing. Only one of prompt and stream is on the screen at a time."""

    def __init__(self) -> None:
        from prompt_toolkit import PromptSession

        self._prompt: PromptSession[str] = PromptSession()

    async def read(self) -> str | None:
        from prompt_toolkit.patch_stdout import patch_stdout

        with patch_stdout(raw=True):  # other output appears above the prompt
            try:
                return str(await self._prompt.prompt_async(PROMPT))
            except (EOFError, KeyboardInterrupt):
                return None

    def say(self, text: str) -> None:
        typer.secho(visible(text), fg="cyan")

    def note(self, text: str) -> None:
        typer.secho(visible(text), dim=True)

    def stream(self, piece: str) -> None:
        typer.secho(visible(piece), fg="cyan", nl=not piece)
        sys.stdout.flush()


class PipedTerminal:
    """Lines from stdin, echoed behind the prompt, so that the output reads as the whole conversation."""

    async def read(self) -> str | None:
        line: str = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return None
        text = line.rstrip("\r\n")
        print(f"{PROMPT}{visible(text)}", flush=True)
        return text

    def say(self, text: str) -> None:
        print(visible(text), flush=True)

    def note(self, text: str) -> None:
        print(visible(text), flush=True)

    def stream(self, piece: str) -> None:
        print(visible(piece), end="" if piece else "\n", flush=True)
