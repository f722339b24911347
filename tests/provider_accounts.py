"""Accounts of a deployment in whose tests no workflow has one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from botflow.clock import SystemClock
from botflow.interfaces import Model
from botflow.keyring import Keyring
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.accounts import Accounts
from botflow.runtime.sealing import Safe
from botflow.storage.engines.engine import Engine


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
