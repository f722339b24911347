"""Which credentials of its organization a workflow uses for a channel or a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from botflow.storage.credentials import StoredCredential, stored_credential
from botflow.storage.tables import credentials, workflow_versions, workflows


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSets:
    """By module: the set, or None where the workflow names one that it cannot use. `names` are those it names."""

    names: Mapping[str, str]
    sets: Mapping[str, StoredCredential | None]


NO_SETS = ChosenSets(names={}, sets={})


def chosen_sets(connection: Connection, workflow: int | str) -> ChosenSets:
    """Return the sets of a workflow, by its row's id or its slug: those that its active version names, else the
    organization's defaults. Only active sets of the whole organization count."""
    of_workflow = workflows.c.slug if isinstance(workflow, str) else workflows.c.id
    columns = (workflows.c.organization_id, workflows.c.slug, workflows.c.active_version)
    found = connection.execute(select(*columns).where(of_workflow == workflow)).first()
    if found is None:
        return NO_SETS
    of_document = workflow_versions.c.documents[(found.slug, "credentials")]
    named = connection.execute(select(of_document).where(workflow_versions.c.id == found.active_version)).scalar()
    names: Mapping[str, str] = named or {}
    usable = _usable(connection, found.organization_id)
    sets: dict[str, StoredCredential | None] = {each.module: each for each in usable if each.is_default}
    for module, name in names.items():
        sets[module] = next((each for each in usable if (each.module, each.key.name) == (module, name)), None)
    return ChosenSets(names=names, sets=sets)


def _usable(connection: Connection, organization: int) -> list[StoredCredential]:
    """Return the newest default last: two changes at once may have left two of them."""
    of_all: tuple[Any, ...] = (credentials.c.organization_id == organization, credentials.c.user_name == "")
    statement = select(credentials).where(*of_all, credentials.c.is_active).order_by(credentials.c.id)
    return [stored_credential(row) for row in connection.execute(statement)]
