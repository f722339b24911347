"""Who may call in whose name: tokens are bound to workflow and person, and only the API key names anybody else."""

from __future__ import annotations

import time

import pytest
import time_machine
from starlette.types import Scope as HttpScope

from botflow.errors import RejectedInbound
from botflow.keyring import Keyring
from botflow.records.access import Principal, Scope
from botflow.web.auth.callers import Caller, Gate, Recognisers, TrustedServer, external_id_of
from botflow.web.auth.session_tokens import SIGNED_CLOCKS_DIFFER_S, TOKEN_LIFETIME_S, Visitor
from tests.organizations import HOME

ANN = Visitor("order", "visitor:ann")
SECRET = "a-secret-key-of-these-tests"
ANYBODY = Principal(organization=HOME, actor="key:anybody", scopes=frozenset())
API_KEY = "an-api-key-of-these-tests"


def gate_of(*secrets: str, api_key: str | None = None) -> Gate:
    """Return a gate that knows no keys besides BOTFLOW_API_KEY."""

    async def nobody(credential: str) -> None:
        return None

    return Gate(
        *(Keyring(*secrets), api_key, HOME),
        Recognisers(key=nobody, token=nobody, cookie=nobody, organization=nobody),
    )


def bearer(credential: str) -> HttpScope:
    return {"type": "http", "headers": [(b"authorization", f"Bearer {credential}".encode())]}


async def refusal(gate: Gate, credential: str, workflow: str = "order") -> str:
    """Return the code with which the gate turns the caller away."""
    with pytest.raises(RejectedInbound) as refused:
        await gate.caller(bearer(credential), workflow)
    return refused.value.code


async def test_a_token_stands_for_the_person_it_was_signed_for() -> None:
    gate = gate_of(SECRET, api_key=API_KEY)
    assert await gate.caller(bearer(gate.sign(ANN)), "order") == ANN


async def test_a_token_of_one_workflow_opens_no_other() -> None:
    gate = gate_of(SECRET, api_key=API_KEY)
    assert await refusal(gate, gate.sign(ANN), "refunds") == "token.other_workflow"


async def test_a_token_that_somebody_else_signed_is_nobodys() -> None:
    assert await refusal(gate_of(SECRET, api_key=API_KEY), gate_of("another-key").sign(ANN)) == "token.invalid"


async def test_a_token_ends_after_ninety_days() -> None:
    gate = gate_of(SECRET, api_key=API_KEY)
    with time_machine.travel("2026-03-01T12:00:00+00:00", tick=False) as clock:
        token = gate.sign(ANN)
        clock.shift(TOKEN_LIFETIME_S)
        assert await gate.caller(bearer(token), "order") == ANN
        clock.shift(1)
        assert await refusal(gate, token) == "token.expired"


async def test_a_server_whose_clock_is_ahead_signs_for_the_others_too() -> None:
    gate = gate_of(SECRET, api_key=API_KEY)
    with time_machine.travel("2026-03-01T12:00:00+00:00", tick=False) as clock:
        clock.shift(3600)
        ahead = gate.sign(ANN)
        clock.shift(48 * 3600)
        far_ahead = gate.sign(ANN)
        clock.shift(-49 * 3600)
        assert await gate.caller(bearer(ahead), "order") == ANN
        assert await refusal(gate, far_ahead) == "token.invalid"


async def test_a_token_outlives_the_secret_that_signed_it_as_long_as_that_is_kept() -> None:
    token = gate_of("former" * 7).sign(ANN)
    assert await gate_of(SECRET, "former" * 7).caller(bearer(token), "order") == ANN
    assert await refusal(gate_of(SECRET), token) == "token.invalid"
    assert await refusal(gate_of("former" * 7), gate_of(SECRET, "former" * 7).sign(ANN)) == "token.invalid"


async def test_a_token_names_an_anonymous_visitor_or_a_signed_user_and_neither_passes_for_the_other() -> None:
    gate = gate_of(SECRET)
    ends_at = time.time() + 3600
    user = await gate.caller(bearer(gate.sign(Visitor("order", "ann", ends_at, "site"))), "order")
    assert user == Visitor("order", "ann", vouched_by="site")
    for wrong in (Visitor("order", "ann"), Visitor("order", "visitor:ann", ends_at, "site")):
        assert await refusal(gate, gate.sign(wrong)) == "token.invalid"


async def test_the_token_of_a_signed_user_ends_when_the_site_says_so() -> None:
    gate = gate_of(SECRET)
    with time_machine.travel("2026-03-01T12:00:00+00:00", tick=False) as clock:
        token = gate.sign(Visitor("order", "ann", time.time() + 3600, "site"))
        clock.shift(3600 + SIGNED_CLOCKS_DIFFER_S)
        assert isinstance(await gate.caller(bearer(token), "order"), Visitor)
        clock.shift(1)
        assert await refusal(gate, token) == "identity.expired"


async def test_only_the_api_key_is_the_api_key() -> None:
    gate = gate_of(SECRET, api_key=API_KEY)
    assert isinstance(await gate.caller(bearer(API_KEY), "order"), TrustedServer)
    assert await refusal(gate, API_KEY + "x") == "token.invalid"
    assert await refusal(gate_of(SECRET), API_KEY) == "token.invalid"


async def test_a_server_without_an_api_key_says_that_it_has_none() -> None:
    with pytest.raises(RejectedInbound) as refused:
        await gate_of(SECRET).principal(bearer(API_KEY), Scope.SESSIONS_READ)

    assert "BOTFLOW_API_KEY is not set" in refused.value.hint


@pytest.mark.parametrize("caller", [ANN, None])
def test_an_external_id_is_no_secret_so_only_a_server_may_name_one(caller: Caller | None) -> None:
    assert external_id_of(TrustedServer(ANYBODY), "bob", "order") == "bob"
    assert external_id_of(ANN, "", "order") == "visitor:ann"
    with pytest.raises(RejectedInbound) as refused:
        external_id_of(caller, "bob", "order")
    assert refused.value.code == "external_id.refused"
