"""`botflow.asgi`: flows and settings in, an ASGI application out. The way into other people's applications."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from botflow.flow.building.flow import Flow
from botflow.plugins import Plugin
from botflow.runtime.flow_files import read_flow_files
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings
from botflow.storage.engines.shared import settings_of
from botflow.web.application import Application
from botflow.web.auth.deployment_keys import deployment_keys
from botflow.web.embedding.host_logging import log_through_logging

FlowSource = str | Path | Flow


def asgi(
    flows: FlowSource | Sequence[FlowSource] = (),
    settings: Settings | None = None,
    *,
    plugins: Sequence[Plugin] = (),
    environment: Mapping[str, str] | None = None,
    engine: AsyncEngine | None = None,
    worker: bool = True,
    migrate: bool = True,
    dev: bool = False,
) -> Application:
    """Return botflow as an ASGI application, for a server or to be mounted under a path.

    `flows` are files (.yaml, .json, .py) and `botflow.Flow`s; those served before are served anyway. `settings` take
    the place of botflow's own variables (BOTFLOW_*) in `environment`, which is this process's environment unless given;
    providers' settings are always read from `environment`. `engine` is an AsyncEngine of
    SQLAlchemy's on Postgres, with psycopg, whose pool is used too and never disposed of. `worker`, `migrate` and `dev`
    are the options of `botflow serve` of these names.

    Mistakes are raised at once: FlowProblems, and UsageError for settings and the engine. Nothing is opened before the
    application's lifespan.
    """
    variables = os.environ if environment is None else environment
    chosen = Settings.from_environment(variables) if settings is None else settings
    if engine is not None:
        chosen = settings_of(engine, chosen)
    files = read_flow_files([flows] if isinstance(flows, str | Path | Flow) else flows, plugins)
    options = RuntimeOptions(
        settings=chosen,
        keyring=deployment_keys(chosen, dev=dev),
        flows=[files.bundle(workflow) for workflow in files.sources],
        worker=WorkerOptions() if worker else None,
        migrate=migrate,
        plugins=files.plugins,
        environment=variables,
        engine=engine,
        restores=dev,
    )
    log_through_logging()
    return Application(options, dev=dev)
