"""Who works on the command line: an operator of the whole deployment, in the organization that a command names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, TypeVar

import typer

from botflow.cli.archive import checked_url

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.models import Body

    FilledBody = TypeVar("FilledBody", bound=Body)

ORGANIZATION_HELP = "The organization, if it is not the deployment's own."
OfOrganization = Annotated[str, typer.Option("--organization", help=ORGANIZATION_HELP, show_default=False)]
Given = ParamSpec("Given")
Result = TypeVar("Result")


def as_operator(
    organization: str,
    work: Callable[Concatenate[Connection, Principal, Given], Result],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Result:
    """Run `work` in one transaction on the database that the settings name; UsageError when that does not fit."""
    from botflow.storage.one_off import run_once_sync

    def as_them(connection: Connection) -> Result:
        return work(connection, _operator(connection, organization), *args, **kwargs)

    return run_once_sync(checked_url(), as_them)


def filled(model: type[FilledBody], **fields: Any) -> FilledBody:
    """Return a body with these fields; UsageError `call.invalid` says which of them is wrong."""
    from pydantic import ValidationError

    from botflow.errors import UsageError

    try:
        return model.model_validate(fields)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        said = first["msg"]
        raise UsageError(f"{name}: {said[:1].lower()}{said[1:]}", code="call.invalid") from None


def _operator(connection: Connection, organization: str) -> Principal:
    """Return the operator, as the audit log names them; UsageError `organization.unknown`."""
    import getpass

    from botflow.errors import UsageError
    from botflow.records.access import Principal, Scope
    from botflow.storage.organizations import find_organization, home_organization

    found = find_organization(connection, organization) if organization else None
    if organization and found is None:
        raise UsageError(
            f"there is no organization {organization!r}",
            code="organization.unknown",
            hint="list them: botflow organizations",
        )
    home = found.id if found is not None else home_organization(connection)
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        name = "unknown"
    return Principal(organization=home, actor=f"command line:{name}", scopes=frozenset(Scope))
