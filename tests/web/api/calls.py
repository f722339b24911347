"""Calls of the API by the tests, by the caller's own organization and by another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from sqlalchemy import Connection, insert, select

from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.service.api_keys import NewKey
from botflow.storage.engines.dialects import now
from botflow.storage.tables import organizations, sessions, workflow_versions, workflows
from tests.web.site import API_KEY, Site


async def call(
    site: Site, method: str, path: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    """Call an operation; `if_match="..."` becomes the header If-Match."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(
        method, f"/api/v1{path}", json=body, headers={"authorization": f"Bearer {key}", **named}
    )


async def answered(site: Site, method: str, path: str, body: Any = None, key: str = API_KEY) -> Mapping[str, Any]:
    """Call an operation that succeeds, and return its answer."""
    answer = await call(site, method, path, body, key)
    assert answer.is_success, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


async def other_organization(site: Site, slug: str = "other") -> str:
    """Make another organization with a workflow of this id and a session in it; return a key that may do all there."""

    def make(connection: Connection) -> int:
        made: int = connection.execute(
            insert(organizations).values(slug=slug, name=slug).returning(organizations.c.id)
        ).scalar_one()
        workflow = connection.execute(
            insert(workflows)
            .values(organization_id=made, slug=slug, name=slug, status="active", mode="persistent", created_at=now())
            .returning(workflows.c.id)
        ).scalar_one()
        documents = connection.execute(select(workflow_versions.c.documents).limit(1)).scalar_one()
        connection.execute(
            insert(workflow_versions).values(
                workflow_id=workflow, number=1, digest=slug, documents=documents, created_at=now()
            )
        )
        connection.execute(
            insert(sessions).values(
                workflow_id=workflow,
                version=1,
                last_seq=0,
                done_seq=0,
                created_at=now(),
                updated_at=now(),
                parked=False,
                channel="chat",
                external_id="theirs",
                state={},
            )
        )
        return made

    organization = await site.runtime.database.engine.write(make)
    principal = Principal(organization=organization, actor="test", scopes=frozenset(Scope))
    made = await Service(site.runtime, principal).keys.create_key(NewKey(name="theirs", scopes=list(Scope)))
    return made.key


async def session_of(site: Site, workflow: str, external_id: str) -> str:
    """Return the number of a person's session."""
    query = (
        select(sessions.c.id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(workflows.c.slug == workflow, sessions.c.external_id == external_id)
    )
    found = await site.runtime.database.engine.read(lambda connection: connection.execute(query).scalar_one())
    return str(found)
