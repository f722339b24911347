"""What comboboxes of a node's form offer: lists of the organization, and those that plugins look up elsewhere."""

from __future__ import annotations

from asyncio import timeout, to_thread
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import structlog

from botflow.errors import BotflowError, RejectedInbound, UsageError, did_you_mean
from botflow.interfaces.field_options import FieldOption, OptionsRequest
from botflow.records.access import Principal, Scope
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.app import Runtime
from botflow.service.credentials.credentials import Credentials
from botflow.service.models import Page, Shown
from botflow.service.workflows.workflows import Workflows
from botflow.storage.organizations import is_home

MOST = 100  # options of an answer
LONGEST = 200  # characters of a value, and of a label
LONGEST_S = 10.0  # that a plugin may take
WORKFLOWS, TIME_ZONES, MODELS, CREDENTIALS = "workflows", "time_zones", "models", "credentials:"
_log = structlog.get_logger("botflow.field_options")


class ShownOption(Shown):
    """A value to choose, and what people read instead of it."""

    value: str
    label: str


class FieldOptions:
    """The options of comboboxes, by the `source` in the `x-field` of a property."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._caller = caller

    async def get_field_options(
        self, source: str, *, properties: Mapping[str, Any] | None = None, search: str = "", credential: str = ""
    ) -> Page[ShownOption]:
        """Return at most a hundred options that have `search` in them, without regard to case.

        `properties` are those of the node so far, `credential` is the name of the set that it uses. RejectedInbound
        `options.unknown_source` (404), `credential.unknown` (404), `options.failed` (422) when a plugin cannot answer.
        """
        found = await self._found(source, properties or {}, search, credential)
        wanted = search.casefold()
        fit = (each for each in found if wanted in each.value.casefold() or wanted in each.label.casefold())
        shown = [ShownOption(value=each.value, label=each.label or each.value) for each in fit if _is_short(each)]
        return Page(items=shown[:MOST])

    async def _found(
        self, source: str, properties: Mapping[str, Any], search: str, credential: str
    ) -> Iterable[FieldOption]:
        if source == WORKFLOWS:
            workflows = await Workflows(self._runtime, self._caller).get_workflows_by_organization(limit=MOST)
            return [FieldOption(each.id, each.name) for each in workflows.items]
        if source == TIME_ZONES:
            return await to_thread(_time_zones)
        if source == MODELS:
            return [FieldOption("lexical", "The built-in model")]
        if source.startswith(CREDENTIALS):
            self._check_may_read_credentials()
            sets = Credentials(self._runtime, self._caller)
            page = await sets.get_active_credentials(source.removeprefix(CREDENTIALS), limit=MOST)
            return [FieldOption(each.name) for each in page.items]
        if source in self._runtime.option_sources:
            return await self._looked_up(source, properties, search, credential)
        known = (WORKFLOWS, TIME_ZONES, MODELS, *self._runtime.option_sources)
        raise RejectedInbound(
            f"there is no list {source[:64]!r} of options",
            code="options.unknown_source",
            hint=did_you_mean(source, known, "a property's source is in its x-field"),
            status=404,
        )

    def _check_may_read_credentials(self) -> None:
        """RejectedInbound `scope.missing` (403): who edits a draft may not therefore list credentials."""
        if not self._caller.may(Scope.CREDENTIALS_READ):
            raise RejectedInbound(
                f"this needs the scope {Scope.CREDENTIALS_READ}",
                code="scope.missing",
                hint="use a key that has it, or write the name by hand",
                status=403,
            )

    async def _looked_up(
        self, source: str, properties: Mapping[str, Any], search: str, credential: str
    ) -> Iterable[FieldOption]:
        """Ask a plugin, whose failures are its own."""
        runtime, organization = self._runtime, self._caller.organization
        try:
            fields = await runtime.vault.fields(organization, "", credential) if credential else None
        except UsageError as unknown:
            raise RejectedInbound(unknown.message, code=unknown.code, hint=unknown.hint, status=404) from None
        request = OptionsRequest(
            properties=properties,
            search=search,
            credential=fields or {},
            account=fields.account if fields is not None else "",
            account_networks=runtime.accounts.networks if fields is not None else None,
            networks=runtime.settings.botflow_flow_networks,
            home=await runtime.database.within(organization).read(is_home, organization),
        )
        try:
            async with timeout(LONGEST_S):
                return tuple(await runtime.option_sources[source](request))
        except Exception as failure:  # noqa: BLE001 -- a plugin's code, and any service behind it
            _log.warning("options_failed", source=source, error=type(failure).__name__)
            said = failure.message if isinstance(failure, BotflowError) else "its plugin could not look them up"
            said = KnownSecrets().redactor((fields or {}).values()).text(said)
            raise RejectedInbound(
                f"the options of {source} are not there: {said[:LONGEST]}",
                code="options.failed",
                hint="write the value by hand, or try again",
                status=422,
            ) from None


def _is_short(option: FieldOption) -> bool:
    return 0 < len(option.value) <= LONGEST and len(option.label) <= LONGEST


@cache
def _time_zones() -> tuple[FieldOption, ...]:
    names = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right")))
    return (FieldOption("UTC"), *(FieldOption(name, name.replace("_", " ")) for name in sorted(names)))
