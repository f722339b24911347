"""Credentials: several named sets of fields for each module, of the organization or of one of its users.

What goes in never comes out: sensitive fields are shown masked. See `credential_changes` for the changes themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from botflow.interfaces.credential_modules import LONGEST_VALUE, CredentialModule, FieldType
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.credentials.credential_changes import Credential, CredentialChanges, unknown_credential
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown, Wrong
from botflow.storage.service import credentials

_SORT = "name"
LONGEST_USER = 200


def _user(text: str) -> str:
    if not text.isprintable():
        raise Wrong("*.invalid", "has control characters", "send it as you know it elsewhere: an id, a name")
    return text


Given = Annotated[str, Field(max_length=LONGEST_VALUE)] | bool | int | float


class NewCredential(Body):
    """A set to store. Without a `user` the whole organization may use it; `isDefault`: workflows that name no set of
    the module use it."""

    example = '{"module": "webhook", "name": "Shop", "fields": {"secret": "..."}}'

    module: Annotated[str, Field(max_length=64)]
    name: Annotated[str, Field(max_length=100)]
    fields: dict[str, Given] = Field(repr=False)
    user: Annotated[str, Field(min_length=1, max_length=LONGEST_USER), AfterValidator(_user)] | None = None
    is_default: bool = False


class CredentialChange(Body):
    """Fields to replace; null removes one, and those that are left out stay."""

    example = '{"fields": {"secret": "..."}}'

    fields: dict[str, Given | None] = Field(default_factory=dict, repr=False)
    is_default: bool | None = None


class FieldRules(Shown):
    """What a value must be: `pattern` is a regular expression for all of it."""

    required: bool
    pattern: str | None
    max_length: int
    options: list[str] | None


class ModuleField(Shown):
    """A field of a module. A sensitive one is never shown again."""

    id: str
    name: str
    description: str
    type: FieldType
    validation: FieldRules
    sensitive: bool
    required: bool
    default: str | int | float | bool | None


class Module(Shown):
    """A module, and the fields that its sets have."""

    id: str
    name: str
    fields: list[ModuleField]


class Credentials:
    """The credentials of the caller's organization.

    With a `user`, a list has what this user may use: the user's own sets and the organization's; without one, all.
    """

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._changes = CredentialChanges(
            safe=runtime.vault.safe,
            modules=runtime.credential_modules,
            networks=runtime.accounts.networks,
            caller=caller,
        )
        self._caller = caller

    async def get_credential_modules(self) -> Page[Module]:
        """Return the modules that plugins declare, all on one page."""
        modules = sorted(self._changes.modules.values(), key=lambda module: module.id)
        return Page(items=[_shown_module(module) for module in modules])

    async def get_credentials_by_module(
        self, module: str | None = None, *, user: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Credential]:
        """Return a page of sets by name, inactive ones too; without a module, of all modules."""
        return await self._page(module, user, cursor, limit, only_active=False)

    async def get_active_credentials(
        self, module: str | None = None, *, user: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Credential]:
        """Return a page of the active sets by name."""
        return await self._page(module, user, cursor, limit, only_active=True)

    async def get_credential_by_name(self, module: str, name: str, *, user: str | None = None) -> Credential:
        """Return the user's own set of this name, else the organization's; RejectedInbound `credential.unknown`."""
        found = await self._engine.read(
            credentials.find_credential, self._caller.organization, module, name, user or ""
        )
        if found is None:
            raise unknown_credential(name)
        return self._changes.shown(found)

    async def get_credential(self, id: str) -> Credential:
        """RejectedInbound `credential.unknown` (404)."""
        found = None
        if id.isprintable():
            found = await self._engine.read(credentials.get_credential, self._caller.organization, id)
        if found is None:
            raise unknown_credential(id)
        return self._changes.shown(found)

    async def create_credential(self, new: NewCredential) -> Credential:
        """Store a set; RejectedInbound `credential.exists` (409), and 422 for a wrong name, module or field."""

        return await self._engine.write(
            lambda connection: self._changes.create(
                connection, new.module, new.name, new.fields, user=new.user or "", is_default=new.is_default
            )
        )

    async def update_credential(
        self,
        id: str,
        credentials: Mapping[str, Given | None],
        *,
        is_default: bool | None = None,
        if_revision: int | None = None,
    ) -> Credential:
        """Replace these fields; None removes one. RejectedInbound `credential.changed` (412)."""
        return await self._engine.write(
            lambda connection: self._changes.update(
                connection, id, credentials, is_default=is_default, if_revision=if_revision
            )
        )

    async def activate_credential(self, id: str, *, if_revision: int | None = None) -> Credential:
        return await self._set_active(id, True, if_revision)

    async def deactivate_credential(self, id: str, *, if_revision: int | None = None) -> Credential:
        """Take a set out of use. What needs it fails, within seconds also in processes that have it open."""
        return await self._set_active(id, False, if_revision)

    async def delete_credential(self, id: str, *, if_revision: int | None = None) -> None:
        """RejectedInbound `credential.in_use` (409) while a workflow's active version or draft names it."""
        await self._engine.write(lambda connection: self._changes.delete(connection, id, if_revision=if_revision))

    async def _set_active(self, id: str, is_active: bool, if_revision: int | None) -> Credential:
        return await self._engine.write(
            lambda connection: self._changes.set_active(connection, id, is_active, if_revision=if_revision)
        )

    async def _page(
        self, module: str | None, user: str | None, cursor: str | None, limit: int, *, only_active: bool
    ) -> Page[Credential]:
        after = read_cursor(cursor, _SORT, (str, str))
        found = await self._engine.read(
            lambda connection: credentials.list_credentials(
                *(connection, self._caller.organization, after, limit),
                module=module,
                user=user,
                only_active=only_active,
            )
        )
        return page_of(found, limit, _SORT, lambda each: (each.key.name, each.key.user_name), self._changes.shown)


def _shown_module(module: CredentialModule) -> Module:
    fields = [
        ModuleField(
            id=field.id,
            name=field.name,
            description=field.description,
            type=field.type,
            validation=FieldRules(
                required=field.required,
                pattern=field.pattern or None,
                max_length=field.longest,
                options=list(field.options) or None,
            ),
            sensitive=field.sensitive,
            required=field.required,
            default=field.default,
        )
        for field in module.fields
    ]
    return Module(id=module.id, name=module.name, fields=fields)
