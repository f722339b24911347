"""Which credentials documents name: their nodes, their webhook triggers, and the document for a channel or a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from botflow.flow.document import Document, nowhere, shape
from botflow.flow.problems import FlowProblems, Problem, Report
from botflow.interfaces.chat_users import CHAT_USERS
from botflow.nodes.triggers.runs import EventTrigger, ManualTrigger, WebhookTrigger
from botflow.runtime.vault import FROM_ENVIRONMENT, OF_THEIR_OWN, ONLY_HOME
from botflow.storage.organizations import is_home
from botflow.storage.service.credentials import active_sets
from botflow.storage.service.workflows.drafts import get_draft
from botflow.storage.service.workflows.versions import get_active_version

# Only these start runs for a user, whose own credentials then count.
_FOR_USERS = (ManualTrigger.name, EventTrigger.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A place that names a credential. `module` is "" where any will do; `by_users`: a run's user may have it."""

    workflow: str
    name: str
    path: str
    node: str = ""
    module: str = ""
    by_users: bool = False


def uses_in(documents: Mapping[str, Any]) -> Iterator[Use]:
    """Yield every use in these documents, a workflow's and its subflows'. What is no document is passed over."""
    shaped = [document for plain in documents.values() if (document := shape(plain, Report("", nowhere))) is not None]
    has_users = any(node.type_name in _FOR_USERS for document in shaped for node in document.nodes)
    for document in shaped:
        yield from _uses(document, has_users)


def _uses(document: Document, has_users: bool) -> Iterator[Use]:
    for module, name in document.credentials.items():
        yield Use(workflow=document.id, name=name, path=f"credentials.{module}", module=module)
    for number, name in enumerate(document.chat.identity.credentials if document.chat.identity is not None else ()):
        path = f"chat.identity.credentials[{number}]"
        yield Use(workflow=document.id, name=name, path=path, module=CHAT_USERS.id)
    for number, node in enumerate(document.nodes):
        at = f"nodes[{number}]"
        if node.credential:
            yield Use(
                workflow=document.id, name=node.credential, path=f"{at}.credential", node=node.id, by_users=has_users
            )
        if node.type_name == WebhookTrigger.name:
            for name in _secrets(node.properties):
                if name.startswith(FROM_ENVIRONMENT):
                    continue
                yield Use(workflow=document.id, name=name, path=f"{at}.properties.secret", node=node.id)


def _secrets(properties: Mapping[str, Any]) -> list[str]:
    """Return the credentials or variables with a webhook's secrets; the properties may be wrong."""
    former = properties.get("formerSecrets", properties.get("former_secrets"))
    written = [properties.get("secret"), *(former if isinstance(former, list | tuple) else ())]
    return [name for name in written if isinstance(name, str) and name]


def workflows_that_name(documents: Iterable[tuple[str, Mapping[str, Any]]], name: str) -> list[str]:
    """Return the workflows in whose documents a credential of this name occurs, sorted."""
    return sorted({slug for slug, bundle in documents if any(use.name == name for use in uses_in(bundle))})


def refused_credentials(connection: Connection, organization: int, documents: Mapping[str, Any]) -> list[Problem]:
    """Return an error for each use whose credential does not exist, is not active, or belongs to others; also for a
    variable of the server, unless it is the home organization.

    Rows that are found stay locked until the transaction ends, so that none is deleted before a version that names it
    is there.
    """
    uses = list(uses_in(documents))
    found = active_sets(connection, organization, sorted({use.name for use in uses})) if uses else []
    missing = [_problem(use) for use in uses if not any(_serves(use, *row) for row in found)]
    return missing if is_home(connection, organization) else missing + _variables_in(documents)


def _serves(use: Use, name: str, module: str, user: str) -> bool:
    return name == use.name and use.module in ("", module) and (not user or use.by_users)


def _problem(use: Use) -> Problem:
    of_module = f" of the module {use.module}" if use.module else ""
    who = f"the node {use.node!r}" if use.node else "the workflow"
    return Problem(
        code="credential.unknown",
        severity="error",
        message=f"{who} names the credential {use.name!r}{of_module}, and the organization has no active one",
        file=use.workflow,
        hint="add it, or activate it",
        node=use.node,
        path=use.path,
    )


def check_credentials_of_active(connection: Connection, organization: int, slug: str) -> None:
    """As `check_credentials`, for the active version of a workflow that is put into service; it may have none. The
    workflow is locked before the credentials, as by a publication."""
    get_draft(connection, organization, slug, lock=True)
    found = get_active_version(connection, organization, slug)
    if found is not None:
        check_credentials(connection, organization, found[1])


def check_credentials(connection: Connection, organization: int, documents: Mapping[str, Any]) -> None:
    """FlowProblems `credential.unknown` for credentials that are not there, not active, or not the organization's;
    `credential.environment` for variables of the server, unless it is the home organization."""
    if problems := refused_credentials(connection, organization, documents):
        raise FlowProblems(problems)


def _variables_in(documents: Mapping[str, Any]) -> list[Problem]:
    """Return an error for each webhook whose secret is a variable of the server: all of them are the deployment's."""
    return [
        Problem(
            code="credential.environment",
            severity="error",
            message=f"the node {node.id!r} names {name!r}: {ONLY_HOME}",
            file=document.id,
            hint=OF_THEIR_OWN,
            node=node.id,
            path=f"nodes[{number}].properties.secret",
        )
        for plain in documents.values()
        if (document := shape(plain, Report("", nowhere))) is not None
        for number, node in enumerate(document.nodes)
        if node.type_name == WebhookTrigger.name
        for name in _secrets(node.properties)
        if name.startswith(FROM_ENVIRONMENT)
    ]
