"""What `botflow serve` says when it is ready: where to go, what is served, and on what it stands. Never a password."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import typer

from botflow.runtime.app import Runtime
from botflow.settings import Settings

# Twilio tries again, twice, when we cannot be reached, take too long or fail; what it repeats is one turn all the same.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
CONNECTION_OVERRIDES = "#rc=2&rp=ct,rt,5xx"


def print_banner(runtime: Runtime, address: str, *, dev: bool, worker: bool) -> None:
    """Print the start-up lines on stdout."""
    settings = runtime.settings
    typer.echo(typer.style(f"botflow is ready at {address}", fg="green", bold=True))
    slugs = [live.slug for live in runtime.flows.all()]
    rows = [
        ("workflows", ", ".join(slugs) or "none yet: botflow serve FLOW..."),
        ("chat page", f"{address}/" if dev else ""),
        ("database", database_name(settings.botflow_database_url)),
        ("redis", database_name(settings.botflow_redis_url or "")),
        ("AI model", model_name(settings)),
        ("worker", "in this process" if worker else other_worker(settings.botflow_database_url)),
        *(("webhook", url) for url in webhooks(settings, address if dev else "", slugs)),
    ]
    for name, value in rows:
        if value:
            typer.echo(f"  {typer.style(f'{name:<10}', dim=True)} {value}")


def other_worker(url: str) -> str:
    """Return where the work is done when not here: on SQLite nowhere, since one process has the whole database."""
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


def model_name(settings: Settings) -> str:
    if settings.openai_api_key is None:
        return "built in and offline (set OPENAI_API_KEY for a language model)"
    return f"OpenAI {settings.openai_model or ''}".strip()


def webhooks(settings: Settings, address: str, slugs: list[str]) -> list[str]:
    """Return what to enter at Twilio for each workflow, when Twilio is configured."""
    if settings.twilio_auth_token is None:
        return []
    base = (settings.botflow_public_url or address).rstrip("/")
    if not base:
        return ["refused until BOTFLOW_PUBLIC_URL says where Twilio reaches this server"]
    return [f"{base}/twilio/{slug}{CONNECTION_OVERRIDES}" for slug in slugs]
