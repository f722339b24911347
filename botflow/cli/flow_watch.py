"""Serves flow files again after they were saved, while a developer's server or terminal conversation runs.

The files' times are looked at four times a second, which takes microseconds: no package that watches files is needed.
Files are read once they were left alone for one look, so that no half of one is read. With a mistake in any of them,
what was served before stays served. Conversations under way keep their version in any case.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from botflow.cli.output.flow_warnings import warning_lines
from botflow.cli.output.printing import error_lines
from botflow.errors import BotflowError
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.flow_files import FlowFiles, listed, read_flow_files
from botflow.runtime.served_flows import Flows
from botflow.runtime.template_files import template_files
from botflow.runtime.translation_files import translations_of

LOOK_EVERY_S = 0.25
Seen = dict[Path, tuple[int, int, int]]  # by file: when it was last written, its size, its place on the disk


class FlowWatch:
    """Looks after the files of one process. `files` are those that it serves, and `before` is what `seen` said before
    they were read; `tell` prints a line, in which the secrets of `known_secrets` are masked."""

    def __init__(
        self,
        paths: Sequence[Path],
        files: FlowFiles,
        before: Seen,
        flows: Flows,
        known_secrets: KnownSecrets,
        tell: Callable[[str], None],
    ) -> None:
        self._paths = tuple(paths)
        self._files = files
        self._served = before
        self._flows = flows
        self._known_secrets = known_secrets
        self._tell = tell
        self._digests = {name: files.compiled(name).digest for name in files.sources}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look while the block runs."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _look(self) -> None:
        served = before = self._served
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = seen(self._paths)
            if now == before and now != served:
                changed = {path for path in now.keys() | served.keys() if now.get(path) != served.get(path)}
                served = now
                self._tell_gone(changed - now.keys())
                if present := [path for path in self._paths if path.exists()]:
                    await self._reload(present, changed & now.keys())
            before = now

    async def _reload(self, paths: Sequence[Path], changed: Iterable[Path]) -> None:
        """Read all files, and serve the flows that differ; a mistake is told, and changes nothing."""
        try:
            # In a thread: a large flow takes a while, and a Python file may do anything.
            files = replace(await asyncio.to_thread(read_flow_files, paths), plugins=self._files.plugins)
            bundles = await asyncio.to_thread(lambda: [files.bundle(name) for name in files.sources])
            different = [(flow, bundle) for flow, bundle in bundles if flow.digest != self._digests.get(flow.id)]
            await self._flows.publish(different, restores=True)  # a saved file is an act, also one that undoes
        except BotflowError as problem:
            for line in error_lines(problem, self._known_secrets):
                self._tell(line)
            self._tell("The version before is still served.")
            return
        self._files = files
        for path in sorted(changed):
            if path.suffix == ".py":
                self._tell(f"{path}: its plugin and the modules that it imports are those of the start")
        for flow, _ in different:
            is_new = flow.id not in self._digests
            how = "is served now" if is_new else "is served in its new version; conversations under way keep theirs"
            self._tell(f"{files.sources[flow.id].name}: {flow.id} {how}")
            self._digests[flow.id] = flow.digest
        if different:
            served = [flow.id for flow, _ in different]
            for line in warning_lines(files, self._paths, self._known_secrets, served):
                self._tell(line)

    def _tell_gone(self, gone: Iterable[Path]) -> None:
        """Tell that a workflow outlives its file, as it does when a server starts without the file."""
        names = {str(path) for path in gone}
        for workflow, source in self._files.sources.items():
            if source.name in names:
                out = f"botflow workflows deactivate {workflow}"
                self._tell(f"{source.name} is gone; {workflow} is still served. Take it out of service with: {out}")


def seen(paths: Iterable[Path]) -> Seen:
    """Return the state of every flow file, of its translations and of the templates beside it.

    One that cannot be looked at is not there.
    """
    found: Seen = {}
    for path in paths:
        with suppress(OSError):
            for file in _files_of(path):
                state = file.stat()
                found[file] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found


def _files_of(path: Path) -> Iterator[Path]:
    """Yield a flow file, or all in a folder, with their translations and the templates beside them."""
    for flow in listed(path) if path.is_dir() else (path,):
        yield flow
        yield from (translation for _, translation in translations_of(flow))
    yield from template_files(path)
