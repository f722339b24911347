"""Accounts of a deployment in whose tests no workflow has one of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from botflow.clock import SystemClock
from botflow.interfaces import Model
from botflow.keyring import Keyring
from botflow.plugins import installed_plugins
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.accounts import Accounts
from botflow.runtime.sealing import Safe
from botflow.storage.database import Database
from botflow.storage.engines.engine import Engine


def accounts_of_settings(database: Database) -> Accounts:
    """Return accounts of workflows that may have sets of their own; the others have what this process's settings
    say."""
    plugins = installed_plugins()
    return Accounts(
        engine=database.engine,
        safe=Safe(Keyring("secret of the tests")),
        plugins=plugins,
        models=(),
        known_secrets=KnownSecrets(),
        clock=SystemClock(),
        networks=(),
        settings={plugin.name: plugin.fields_of(os.environ) for plugin in plugins},
    )


def deployment_accounts(models: Sequence[Model] = ()) -> Accounts:
    """Return accounts that know no plugin, and so read no database."""
    return Accounts(
        engine=cast(Engine, None),
        safe=Safe(Keyring("k" * 40)),
        plugins=(),
        models=models,
        known_secrets=KnownSecrets(),
        clock=SystemClock(),
        networks=(),
    )
