"""The lines of `botflow serve` when it is ready: addresses, workflows, database and model. Never a password."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit, urlunsplit

import typer

from botflow.interfaces import Announces, Channel, Describes, Model
from botflow.plugins import Plugin, installed_plugins
from botflow.runtime.app import Runtime
from botflow.storage.workflow_versions import OlderInUse


def print_banner(
    runtime: Runtime,
    address: str,
    *,
    dev: bool,
    worker: bool,
    redis_answers: bool,
    older: OlderInUse | None = None,
    warnings: str = "",
) -> None:
    """Print the start-up lines on stdout. `warnings` says how many the checker has about the flow files."""
    settings = runtime.settings
    typer.echo(typer.style(f"botflow is ready at {address}", fg="green", bold=True))
    base = (settings.botflow_public_url or (address if dev else "")).rstrip("/")
    slugs, named = [live.slug for live in runtime.flows.all()], runtime.flows.named()
    rows = [
        ("workflows", ", ".join(named or slugs) or "none yet: botflow serve FLOW..."),
        ("also", also_served([slug for slug in slugs if slug not in named]) if named else ""),
        ("warnings", warnings),
        ("inactive", ", ".join(runtime.flows.out_of_service())),
        ("versions", older_versions(older) if older else ""),
        ("chat page", f"{address}/" if dev else ""),
        ("database", database_name(settings.botflow_database_url)),
        ("redis", redis_name(settings.botflow_redis_url, answers=redis_answers)),
        ("AI model", model_name(runtime.models, installed_plugins())),
        ("worker", "in this process" if worker else other_worker(settings.botflow_database_url)),
        *shortcomings(runtime.channels.values()),
        *(("webhook", url) for url in webhooks(runtime.channels.values(), base, slugs)),
    ]
    for name, value in rows:
        if value:
            typer.echo(f"  {typer.style(f'{name:<10}', dim=True)} {value}")


def also_served(slugs: Sequence[str]) -> str:
    """Return the workflows that were served before, and so are served still."""
    return f"{', '.join(slugs)} (served before; botflow workflows deactivate takes one out)" if slugs else ""


def older_versions(older: OlderInUse) -> str:
    """Return what goes on in versions that were served before."""
    if not older.sessions:
        return ""
    who = "1 conversation or run goes" if older.sessions == 1 else f"{older.sessions:,} conversations or runs go"
    return f"{who} on in {older.versions} older version{'s' if older.versions > 1 else ''}, to their end"


def redis_name(url: str | None, *, answers: bool) -> str:
    if url is None:
        return ""
    return database_name(url) if answers else f"{database_name(url)} does not answer; everything works, more slowly"


def other_worker(url: str) -> str:
    """Return where a worker runs if not in this process: on SQLite nowhere, since one process owns the database."""
    if url.startswith("sqlite"):
        return "none, and on SQLite there can be no other process: leave out --no-worker"
    return "elsewhere: botflow worker"


def database_name(url: str) -> str:
    """Return the URL without a password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user = f"{parts.username}:***@" if parts.username else "***@"
    return urlunsplit(parts._replace(netloc=user + parts.netloc.rpartition("@")[2]))


def model_name(models: Sequence[Model], plugins: Iterable[Plugin]) -> str:
    """Return the default model, which is the first; the last is the built-in one."""
    model = models[0]
    if len(models) == 1:
        hints = [plugin.hint for plugin in plugins if plugin.model is not None and plugin.hint]
        return f"built in and offline ({'; '.join(hints) or 'an integration brings a language model'})"
    return model.description if isinstance(model, Describes) else model.name


def shortcomings(channels: Iterable[Channel]) -> list[tuple[str, str]]:
    """Return what does not work with half of a provider's settings, by provider."""
    providers = {channel.name: channel for channel in channels}.values()
    found = [(each.name, each.shortcoming) for each in providers if isinstance(each, Announces)]
    return [(name, words) for name, words in found if words]


def webhooks(channels: Iterable[Channel], base: str, slugs: Sequence[str]) -> list[str]:
    """Return the webhook addresses for the console of each configured provider, for each workflow."""
    lines: list[str] = []
    for channel in {channel.name: channel for channel in channels}.values():
        if not (isinstance(channel, Announces) and channel.can_verify):
            continue
        if not base:
            lines.append(f"refused until BOTFLOW_PUBLIC_URL says where {channel.name} reaches this server")
        else:
            lines += [channel.webhook_entry(f"{base}/{channel.name}/{slug}") for slug in slugs]
    return lines
