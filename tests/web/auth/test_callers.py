"""Who may call in whose name: tokens are bound to workflow and person, and only the API key names anybody else."""

from __future__ import annotations

import pytest
import time_machine
from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.keyring import Keyring
from botflow.web.auth.callers import TOKEN_LIFETIME_S, Caller, Gate, TrustedServer, Visitor, external_id_of

ANN = Visitor("order", "ann")
SECRET = "a-secret-key-of-these-tests"
API_KEY = "an-api-key-of-these-tests"


def bearer(credential: str) -> Scope:
    return {"type": "http", "headers": [(b"authorization", f"Bearer {credential}".encode())]}


def refusal(gate: Gate, credential: str, workflow: str = "order") -> str:
    """Return the code with which the gate turns the caller away."""
    with pytest.raises(RejectedInbound) as refused:
        gate.caller(bearer(credential), workflow)
    return refused.value.code


def test_a_token_stands_for_the_person_it_was_signed_for() -> None:
    gate = Gate(Keyring(SECRET), API_KEY)
    assert gate.caller(bearer(gate.sign(ANN)), "order") == ANN


def test_a_token_of_one_workflow_opens_no_other() -> None:
    gate = Gate(Keyring(SECRET), API_KEY)
    assert refusal(gate, gate.sign(ANN), "refunds") == "token.other_workflow"


def test_a_token_that_somebody_else_signed_is_nobodys() -> None:
    assert refusal(Gate(Keyring(SECRET), API_KEY), Gate(Keyring("another-key"), None).sign(ANN)) == "token.invalid"


def test_a_token_ends_after_ninety_days() -> None:
    gate = Gate(Keyring(SECRET), API_KEY)
    with time_machine.travel("2026-03-01T12:00:00+00:00", tick=False) as clock:
        token = gate.sign(ANN)
        clock.shift(TOKEN_LIFETIME_S)
        assert gate.caller(bearer(token), "order") == ANN
        clock.shift(1)
        assert refusal(gate, token) == "token.expired"


def test_a_server_whose_clock_is_ahead_signs_for_the_others_too() -> None:
    gate = Gate(Keyring(SECRET), API_KEY)
    with time_machine.travel("2026-03-01T12:00:00+00:00", tick=False) as clock:
        clock.shift(3600)
        ahead = gate.sign(ANN)
        clock.shift(48 * 3600)
        far_ahead = gate.sign(ANN)
        clock.shift(-49 * 3600)
        assert gate.caller(bearer(ahead), "order") == ANN
        assert refusal(gate, far_ahead) == "token.invalid"


def test_a_token_outlives_the_secret_that_signed_it_as_long_as_that_is_kept() -> None:
    token = Gate(Keyring("former" * 7), None).sign(ANN)
    assert Gate(Keyring(SECRET, "former" * 7), None).caller(bearer(token), "order") == ANN
    assert refusal(Gate(Keyring(SECRET), None), token) == "token.invalid"
    assert (
        refusal(Gate(Keyring("former" * 7), None), Gate(Keyring(SECRET, "former" * 7), None).sign(ANN))
        == "token.invalid"
    )


def test_only_the_api_key_is_the_api_key() -> None:
    gate = Gate(Keyring(SECRET), API_KEY)
    assert isinstance(gate.caller(bearer(API_KEY), "order"), TrustedServer)
    assert refusal(gate, API_KEY + "x") == "token.invalid"
    assert refusal(Gate(Keyring(SECRET), None), API_KEY) == "token.invalid"


def test_a_server_without_an_api_key_says_that_it_has_none() -> None:
    with pytest.raises(RejectedInbound) as refused:
        Gate(Keyring(SECRET), None).require_api_key(bearer(API_KEY))

    assert "BOTFLOW_API_KEY is not set" in refused.value.hint


@pytest.mark.parametrize("caller", [ANN, None])
def test_an_external_id_is_no_secret_so_only_a_server_may_name_one(caller: Caller | None) -> None:
    assert external_id_of(TrustedServer(), "bob", "order") == "bob"
    assert external_id_of(ANN, "", "order") == "ann"
    with pytest.raises(RejectedInbound) as refused:
        external_id_of(caller, "bob", "order")
    assert refused.value.code == "external_id.refused"
