"""Calls of the API for tests, and a second organization that must not see the first one's things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from sqlalchemy import Connection, insert, select

from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.service.access.api_keys import NewKey
from botflow.storage.engines.dialects import now
from botflow.storage.tables import organizations, sessions, workflow_versions, workflows
from tests.web.site import API_KEY, Site

FOREIGN = 2


async def call(
    site: Site, method: str, path: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    """Call an address below /api/v1."""
    return await call_at(site, method, f"/api/v1{path}", body, key, **headers)


async def call_at(
    site: Site, method: str, address: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(method, address, json=body, headers={"authorization": f"Bearer {key}", **named})


async def foreign_service(site: Site) -> Service:
    """Make another organization, and return its service."""
    values = {"id": FOREIGN, "slug": "foreign", "name": "Foreign"}
    await site.runtime.database.engine.write(
        lambda connection: connection.execute(insert(organizations).values(**values)).rowcount
    )
    return Service(site.runtime, Principal(organization=FOREIGN, actor="eve", scopes=frozenset(Scope)))


async def key_of(service: Service) -> str:
    """Return an API key of the service's organization that may do everything there."""
    made = await service.keys.create_key(NewKey.model_validate({"name": "all", "role": "owner"}))
    return made.key


def hello(text: str = "Hello!", **more: Any) -> dict[str, Any]:
    """Return the document of a flow that says one thing."""
    nodes = [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "say"},
        {"id": "say", "type": "chatbot", "actionType": "say", "properties": {"text": text}},
    ]
    return {"botflow": 1, "id": "hello", "name": "Hello", "nodes": nodes, **more}


async def organization_key(site: Site, organization: str = "luigi", role: str = "owner") -> str:
    """Return a key of another organization, which is made if it does not exist."""
    made = await call(site, "POST", "/organizations", {"id": organization, "name": organization.title()})
    assert made.status_code in (201, 409), made.text
    key = await call(site, "POST", "/keys", {"name": role, "role": role}, botflow_organization=organization)
    assert key.status_code == 201, key.text
    return str(key.json()["key"])


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal; "" for what is none."""
    return answer.status_code, answer.json().get("code", "")


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
