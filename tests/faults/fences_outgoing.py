"""The fences around addresses that organizations write: checked when they are saved, when an account is opened, and
when a connection is made."""

from __future__ import annotations

from functools import partial

from botflow_openai import checked_addresses as openai_addresses
from botflow_openai.model import OpenAIModel
from botflow_twilio import bounded_answers as twilio_client

from botflow import outgoing_targets
from botflow.runtime.accounts import Accounts
from botflow.service.credentials.credential_changes import CredentialChanges
from tests import test_outgoing_targets as targets
from tests.faults.mutation import Fence
from tests.twilio import test_accounts

by_name = partial(targets.test_a_name_that_leads_to_a_private_address_is_not_connected_to, name="mapped.example.com")

FENCES_OF_OUTGOING_TARGETS = (
    Fence(
        CredentialChanges._changed,
        "module.check_addresses(kept, self.networks)",
        "pass",
        targets.test_a_credential_may_not_lead_into_the_network_of_the_deployment,
    ),
    Fence(
        Accounts._opening,
        "module.check_addresses(fields, self.networks)",
        "pass",
        test_accounts.test_a_set_that_leads_into_the_network_of_the_deployment_is_not_opened,
    ),
    Fence(
        openai_addresses.to_checked_addresses, "host=addresses[0]", "host=host", targets.test_a_name_is_resolved_once
    ),
    Fence(
        outgoing_targets.checked_addresses,
        'check_address(ip_address(address.partition("%")[0]), parts.scheme, networks)',
        "pass",
        by_name,
    ),
    Fence(
        outgoing_targets._check_numeric,
        '_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2])',
        "False",
        partial(targets.test_a_private_address_is_refused_in_every_form, host="2130706433"),
    ),
    Fence(
        twilio_client._checking_connector,
        "check_address(ip_address(str(address[0])), scheme, networks)",
        "pass",
        by_name,
    ),
    Fence(
        OpenAIModel.__init__,
        "follow_redirects=not checks",
        "follow_redirects=True",
        targets.test_a_redirection_is_not_followed,
    ),
)
