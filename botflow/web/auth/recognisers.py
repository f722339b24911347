"""Who a key, a token or a cookie stands for, by what the database knows."""

from __future__ import annotations

from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.access.api_keys import KeyReader
from botflow.service.access.sign_in import SignIns, principal_of
from botflow.service.access.token_keys import TokenReader
from botflow.storage.organizations import find_organization
from botflow.web.auth.callers import Recognisers


def recognisers_of(runtime: Runtime) -> Recognisers:
    """Return the recognisers of a running botflow."""
    sign_ins = SignIns(runtime)

    async def cookie(value: str) -> Principal | None:
        user = await sign_ins.signed_in(value)
        return None if user is None else principal_of(user)

    async def organization(slug: str) -> int | None:
        found = await runtime.database.engine.read(find_organization, slug) if slug.isprintable() else None
        return None if found is None else found.id

    return Recognisers(
        key=KeyReader(runtime).principal, token=TokenReader(runtime).principal, cookie=cookie, organization=organization
    )
